"""The two data sets of the demonstration, each taken through the whole pipeline."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from whyzero.models import write_atomically
from whyzero.pipeline import FitOptions, Fitted, Stage, fit_file, save

__all__ = ["DATA_SETS", "DataSet", "Demonstration", "demonstrate"]


@dataclass(frozen=True)
class DataSet:
    """A table that ships with scikit-learn.

    Attributes
    ----------
    key : str
        Name of its folder.
    title, question : str
        What it is, and what is predicted.
    load : callable
        Returns a scikit-learn Bunch.
    target : str
        Name of the target.
    """

    key: str
    title: str
    question: str
    load: Callable[[], Any]
    target: str

    def table(self) -> str:
        """The data as CSV; class numbers are replaced by their names."""
        bunch = self.load()
        out = io.StringIO()
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow([*bunch.feature_names, self.target])
        labels = bunch.target.tolist()
        if "target_names" in bunch:
            labels = [str(bunch.target_names[label]) for label in labels]
        for values, label in zip(bunch.data.tolist(), labels, strict=True):
            writer.writerow([*values, label])
        return out.getvalue()


def _breast_cancer() -> Any:
    from sklearn.datasets import load_breast_cancer

    return load_breast_cancer()


def _diabetes() -> Any:
    from sklearn.datasets import load_diabetes

    return load_diabetes(scaled=False)


DATA_SETS = (
    DataSet("breast_cancer", "breast cancer", "is a tumour benign or malignant?", _breast_cancer, "diagnosis"),
    DataSet("diabetes", "diabetes", "how far has it progressed after a year?", _diabetes, "progression"),
)


@dataclass(frozen=True)
class Demonstration:
    """The fits of both data sets, and what was written.

    Attributes
    ----------
    fits : tuple of Fitted
        In the order of `DATA_SETS`.
    folders, tables : tuple of Path
        Where each fit was saved, and the table that it was made from.
    files : tuple of Path
        Every file that was written.
    """

    fits: tuple[Fitted, ...]
    folders: tuple[Path, ...]
    tables: tuple[Path, ...]
    files: tuple[Path, ...]


def demonstrate(folder: str | Path, stage: Stage = lambda name: None) -> Demonstration:
    """Write both tables, fit them with `FitOptions` as they are by default, and save everything.

    Parameters
    ----------
    folder : str or Path
        Made if it does not exist.
    stage : callable, optional
        Called with the name of each stage when it begins.

    Raises
    ------
    DataFileError
        If a file cannot be written.
    """
    fits, folders, tables, files = [], [], [], []
    for data in DATA_SETS:
        table = Path(folder) / f"{data.key}.csv"
        write_atomically(table, data.table())
        fitted = fit_file(FitOptions((str(table),), data.target), _within(data, stage))
        saved = save(fitted, Path(folder) / data.key)
        fits.append(fitted)
        folders.append(Path(folder) / data.key)
        tables.append(table)
        files += [table, *saved]
    return Demonstration(tuple(fits), tuple(folders), tuple(tables), tuple(files))


def _within(data: DataSet, stage: Stage) -> Stage:
    return lambda name: stage(f"{data.title}: {name}")
