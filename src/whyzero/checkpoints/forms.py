"""The results of a fit as arrays, from which they are read again bit for bit.

What is read may come from anybody who can compute a SHA-256, so every array is checked: its type and length, and that
numbers are finite and in range. Whether the numbers are those of a fit is for `whyzero verify` to say.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from whyzero.certificates import Certificate, PathCertificate
from whyzero.checkpoints.content import Arrays
from whyzero.cross_validation.scores import score_names
from whyzero.json_text import parse_strictly
from whyzero.problem import Problem
from whyzero.solution import Path, Solution, Status, Weights

__all__ = [
    "FoldScores",
    "Form",
    "certificate_form",
    "fold_form",
    "path_certificate_form",
    "path_form",
    "solution_form",
]

T = TypeVar("T")
C = TypeVar("C", Certificate, PathCertificate)
FoldScores = tuple[dict[str, NDArray[np.float64]], int]

_STATUSES = tuple(Status)


@dataclass(frozen=True)
class Form(Generic[T]):
    """How a result is written and read.

    Attributes
    ----------
    write : callable
        From the result to arrays.
    read : callable
        Back.
    """

    write: Callable[[T], Arrays]
    read: Callable[[Arrays], T]


def path_form(problem: Problem) -> Form[Path]:
    """The form of a path of `problem`, which is not written itself."""

    def write(path: Path) -> Arrays:
        weights = path.weights
        return {
            "alphas": path.alphas,
            "indptr": weights.indptr,
            "indices": weights.indices,
            "values": weights.values,
            "intercepts": path.intercepts,
            "dual_gaps": path.dual_gaps,
            "statuses": _statuses(*path.statuses),
            "n_iters": path.n_iters,
            "numbers": np.array([path.alpha_max, path.null_loss, path.passes]),
            "account": _bytes(json.dumps([path.plan, path.seconds])),
        }

    def read(arrays: Arrays) -> Path:
        alphas = _finite(arrays, "alphas")
        m = len(alphas)
        _demand(m > 0 and alphas[-1] > 0.0 and not np.any(np.diff(alphas) > 0.0))
        alpha_max, null_loss, passes = _vector(arrays, "numbers", "f", 3).tolist()
        plan, seconds = parse_strictly(_text(arrays, "account"))
        _demand(isinstance(plan, str) and isinstance(seconds, dict))
        _demand(all(isinstance(value, (int, float)) for value in seconds.values()))
        return Path(
            problem=problem,
            alphas=alphas,
            weights=_read_weights(arrays, m, problem.n_cols),
            intercepts=_finite(arrays, "intercepts", m),
            dual_gaps=_vector(arrays, "dual_gaps", "f", m),
            statuses=_read_statuses(arrays, "statuses", m),
            n_iters=_vector(arrays, "n_iters", "i", m),
            alpha_max=alpha_max,
            null_loss=null_loss,
            passes=passes,
            plan=plan,
            seconds=seconds,
        )

    return Form(write, read)


def solution_form(problem: Problem) -> Form[Solution]:
    """The form of one fit of `problem`, which is not written itself."""

    def write(fit: Solution) -> Arrays:
        return {
            "coef": fit.coef,
            "numbers": np.array([fit.alpha, fit.intercept, fit.dual_gap]),
            "status": _statuses(fit.status),
            "n_iter": np.array([fit.n_iter]),
        }

    def read(arrays: Arrays) -> Solution:
        alpha, intercept, gap = _vector(arrays, "numbers", "f", 3).tolist()
        _demand(0.0 < alpha < math.inf and math.isfinite(intercept))
        status = _read_statuses(arrays, "status", 1)[0]
        steps = int(_vector(arrays, "n_iter", "i", 1)[0])
        return Solution(problem, alpha, _finite(arrays, "coef", problem.n_cols), intercept, gap, status, steps)

    return Form(write, read)


def fold_form(path: Path) -> Form[FoldScores]:
    """The form of the scores of a fold, one for each alpha of the path, and the number of its unfinished fits."""

    def write(fold: FoldScores) -> Arrays:
        scores, unfinished = fold
        return {**{f"score {name}": values for name, values in scores.items()}, "unfinished": np.array([unfinished])}

    def read(arrays: Arrays) -> FoldScores:
        names = [name.removeprefix("score ") for name in arrays if name.startswith("score ")]
        _demand(set(names) == set(score_names(path.problem)))
        late = int(_vector(arrays, "unfinished", "i", 1)[0])
        _demand(0 <= late <= len(path))
        return {name: _vector(arrays, f"score {name}", "f", len(path)) for name in names}, late

    return Form(write, read)


def certificate_form(problem: Problem) -> Form[Certificate]:
    """The form of a certificate of `problem`."""
    return Form(lambda found: {"json": _bytes(found.to_json())}, lambda arrays: _claims(Certificate, arrays, problem))


def path_certificate_form(problem: Problem) -> Form[PathCertificate]:
    """The form of a certificate of a path of `problem`."""
    return Form(
        lambda found: {"json": _bytes(found.to_json())}, lambda arrays: _claims(PathCertificate, arrays, problem)
    )


def _claims(kind: type[C], arrays: Arrays, problem: Problem) -> C:
    found = kind.from_json(_text(arrays, "json"))
    _demand(found.is_about(problem))
    return found


def _demand(condition: bool | np.bool_) -> None:
    if not condition:
        raise ValueError("no result of a fit")


def _vector(arrays: Arrays, name: str, kind: str, length: int | None = None) -> NDArray[Any]:
    """An array of one dimension, of this kind and length."""
    array = arrays[name]
    _demand(array.dtype.kind == kind and array.shape == (len(array) if length is None else length,))
    return array


def _finite(arrays: Arrays, name: str, length: int | None = None) -> NDArray[np.float64]:
    array = _vector(arrays, name, "f", length)
    _demand(np.isfinite(array).all())
    return array


def _read_weights(arrays: Arrays, n_fits: int, n_cols: int) -> Weights:
    indptr, indices = _vector(arrays, "indptr", "i", n_fits + 1), _vector(arrays, "indices", "i")
    _demand(indptr[0] == 0 and indptr[-1] == len(indices) and np.all(np.diff(indptr) >= 0))
    fit = np.repeat(np.arange(n_fits), np.diff(indptr))
    _demand(np.all((indices >= 0) & (indices < n_cols)) and np.all(np.diff(fit * n_cols + indices) > 0))
    return Weights(indptr, indices, _finite(arrays, "values", len(indices)), n_cols)


def _statuses(*statuses: Status) -> NDArray[np.int64]:
    return np.array([_STATUSES.index(status) for status in statuses], dtype=np.int64)


def _read_statuses(arrays: Arrays, name: str, length: int) -> tuple[Status, ...]:
    places = _vector(arrays, name, "i", length)
    _demand(np.all(places >= 0))
    return tuple(_STATUSES[k] for k in places)


def _bytes(text: str) -> NDArray[np.uint8]:
    return np.frombuffer(text.encode("utf-8"), dtype=np.uint8)


def _text(arrays: Arrays, name: str) -> str:
    return _vector(arrays, name, "u").tobytes().decode("utf-8")
