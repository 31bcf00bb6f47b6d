"""A certificate about a matrix of weights as a table, with a sentence for each line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from whyzero.certificates import Verdict
from whyzero.errors import InputError

if TYPE_CHECKING:
    from whyzero.multi.certificates.certificate import MatrixCertificate

__all__ = ["WeightRow", "rows_of"]


@dataclass(frozen=True)
class WeightRow:
    """What is judged, and the verdict in words.

    Attributes
    ----------
    feature : str
        Name of the column.
    task : object
        The label (or number) of the class; None for several targets, whose weights are judged together.
    weight : float
        The certified weight, or the norm of those of all targets.
    pull, toll : float
        Slope of the loss with it at zero, and what zero resists; in the units of the column as stored.
    verdict : Verdict
    sentence : str
    """

    feature: str
    task: Any
    weight: float
    pull: float
    toll: float
    verdict: Verdict
    sentence: str

    def __str__(self) -> str:
        of = self.feature if self.task is None else f"{self.feature}, {self.task}"
        return f"{of}: {self.sentence}"


def rows_of(certificate: MatrixCertificate, classes: Sequence[Any] | None) -> list[WeightRow]:
    """One line for each verdict; of classes those of one column after the other."""
    if classes is not None and len(classes) != certificate.n_tasks:
        raise InputError(f"classes has {len(classes)} labels, and there are {certificate.n_tasks} classes.")
    grouped = certificate.loss == "squared"
    tasks: list[Any] = [None] if grouped else list(range(certificate.n_tasks) if classes is None else classes)
    size, middle = certificate.coef, certificate.anchor_coef
    if grouped:
        size, middle = (np.sqrt(np.sum(values**2, axis=0, keepdims=True)) for values in (size, middle))
    judged = (certificate.pull, certificate.pull_bound, certificate.radius, certificate.verdicts, certificate.methods)
    parts = [np.reshape(values, (-1, certificate.n_cols)) for values in judged]
    found = []
    for j, name in enumerate(certificate.names):
        for k, task in enumerate(tasks):
            pull, bound, radius, verdict, method = (values[k, j] for values in parts)
            numbers = (float(bound), float(certificate.toll[j]), float(middle[k, j]), float(radius))
            text = _sentence(verdict, str(method), numbers, "weights" if grouped else "weight")
            found.append(WeightRow(name, task, float(size[k, j]), float(pull), numbers[1], verdict, text))
    return found


def _sentence(verdict: Verdict, method: str, numbers: tuple[float, float, float, float], noun: str) -> str:
    """Why, with the numbers of the proof: bound of the pull, toll, size at the anchor, radius."""
    bound, toll, middle, radius = numbers
    said = {
        Verdict.ZERO_PROVED: "0 at every optimum",
        Verdict.ZERO_STRUCTURAL: "0 at every optimum",
        Verdict.NUMERICAL_DEBRIS: f"The {noun} given should be 0, as at every optimum",
        Verdict.NONZERO_PROVED: "Not 0 at any optimum",
        Verdict.NONZERO_UNPENALISED: "Not 0 at any optimum, without a toll to pay",
        Verdict.WRONG_ZERO: "The 0 given is wrong: no optimum has 0 here",
        Verdict.NOT_UNIQUE: "Not unique, and 0 at one optimum",
        Verdict.OPEN: "Nothing is proved",
    }[verdict]
    if verdict.says_nonzero:
        size = "their norm is" if noun == "weights" else "its size is"
        return f"{said}; {size} {middle:.3g} up to {radius:.2g}."
    grounds = {
        "excluded": "the penalty factor is infinite",
        "constant column": "the column is constant, and the intercept stands for it",
        "empty column": "the column is 0 in every row that counts",
        "shift of all classes": "without a penalty the weights of all classes may be shifted by any number",
    }
    if method in grounds:
        return f"{said}: {grounds[method]}."
    high, low = _told_apart(bound, toll)
    if verdict is Verdict.OPEN:
        return f"{said}: the pull may reach {high}, and the toll is {low}."
    return f"{said}: the pull is at most {high} there, below the toll of {low}."


def _told_apart(a: float, b: float) -> tuple[str, str]:
    """Both numbers with as many digits as it takes to see which is larger."""
    texts = f"{a:.3g}", f"{b:.3g}"
    for digits in range(4, 18):
        if texts[0] != texts[1] or a == b:
            break
        texts = f"{a:.{digits}g}", f"{b:.{digits}g}"
    return texts
