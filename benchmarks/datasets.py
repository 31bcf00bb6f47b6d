"""Real data: scikit-learn's own sets, and the folder of public sets where there is one."""

from __future__ import annotations

import importlib.util
import os
from pathlib import Path
from typing import Any

import numpy as np
import scipy.sparse as sp

from benchmarks.recipes import Data, scaled

ROOT = Path(__file__).parents[1]


class MissingDataError(Exception):
    """The data of a work are not here; the message says where they were looked for."""


def folder() -> Path:
    """Where the public sets lie: WHYZERO_DATA, or shared/data beside the repository."""
    given = os.environ.get("WHYZERO_DATA")
    return Path(given) if given else ROOT.parent / "shared" / "data"


def _public(name: str, **options: Any) -> tuple[Any, Any]:
    script = folder() / "load.py"
    if not script.is_file():
        raise MissingDataError(f"no data sets at {folder()}; set WHYZERO_DATA to their folder")
    spec = importlib.util.spec_from_file_location("benchmarks_public_data", script)
    if spec is None or spec.loader is None:
        raise MissingDataError(f"{script} cannot be imported")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    X, y = module.load(name, **options)
    return X, y


def diabetes() -> Data:
    from sklearn.datasets import load_diabetes

    X, y = load_diabetes(return_X_y=True, scaled=False)
    return Data(scaled(X), y - y.mean())


def breast_cancer() -> Data:
    from sklearn.datasets import load_breast_cancer

    X, y = load_breast_cancer(return_X_y=True)
    return Data(scaled(X), y.astype(float))


def public_table(name: str) -> tuple[Any, Any]:
    """A dense public set as it is, without columns that have missing values."""
    X, y = _public(name)
    X = np.asarray(X, dtype=float)
    return np.asfortranarray(X[:, ~np.isnan(X).any(axis=0)]), np.asarray(y, dtype=float)


def public_regression(name: str) -> Data:
    """A dense public set, columns scaled, target centred."""
    X, y = _public(name)
    return Data(scaled(X), np.asarray(y, dtype=float) - np.mean(y))


def public_classes(name: str) -> Data:
    """A dense public set of two classes, columns scaled."""
    X, y = _public(name)
    return Data(scaled(X), (np.asarray(y) > 0).astype(float))


def public_sparse_classes(name: str) -> Data:
    """A sparse public set of two classes, as it is."""
    X, y = _public(name)
    return Data(sp.csc_matrix(X, dtype=np.float64), (np.asarray(y) > 0).astype(float))


def imdb_stars() -> Data:
    X, y = _public("imdb", target="stars")
    return Data(sp.csc_matrix(X, dtype=np.float64), np.asarray(y, dtype=float) - np.mean(y))
