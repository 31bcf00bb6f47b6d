"""The results of a fit as arrays, from which they are read again bit for bit."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from whyzero.certificates import Certificate, PathCertificate
from whyzero.checkpoints.content import Arrays
from whyzero.problem import Problem
from whyzero.solution import Path, Solution, Status, Weights

__all__ = ["CERTIFICATE", "FOLD", "PATH_CERTIFICATE", "FoldScores", "Form", "path_form", "solution_form"]

T = TypeVar("T")
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
            "account": _text(json.dumps([path.plan, path.seconds])),
        }

    def read(arrays: Arrays) -> Path:
        alpha_max, null_loss, passes = arrays["numbers"].tolist()
        plan, seconds = json.loads(_read_text(arrays["account"]))
        return Path(
            problem=problem,
            alphas=arrays["alphas"],
            weights=Weights(arrays["indptr"], arrays["indices"], arrays["values"], problem.n_cols),
            intercepts=arrays["intercepts"],
            dual_gaps=arrays["dual_gaps"],
            statuses=tuple(_STATUSES[k] for k in arrays["statuses"]),
            n_iters=arrays["n_iters"],
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
        alpha, intercept, gap = arrays["numbers"].tolist()
        status = _STATUSES[arrays["status"][0]]
        return Solution(problem, alpha, arrays["coef"], intercept, gap, status, int(arrays["n_iter"][0]))

    return Form(write, read)


def _write_fold(fold: FoldScores) -> Arrays:
    scores, unfinished = fold
    return {**{f"score {name}": values for name, values in scores.items()}, "unfinished": np.array([unfinished])}


def _read_fold(arrays: Arrays) -> FoldScores:
    scores = {name.removeprefix("score "): arrays[name] for name in arrays if name.startswith("score ")}
    return scores, int(arrays["unfinished"][0])


def _statuses(*statuses: Status) -> NDArray[np.int64]:
    return np.array([_STATUSES.index(status) for status in statuses], dtype=np.int64)


def _text(text: str) -> NDArray[np.uint8]:
    return np.frombuffer(text.encode("utf-8"), dtype=np.uint8)


def _read_text(array: NDArray[np.uint8]) -> str:
    return array.tobytes().decode("utf-8")


FOLD: Form[FoldScores] = Form(_write_fold, _read_fold)
CERTIFICATE: Form[Certificate] = Form(
    lambda certificate: {"json": _text(certificate.to_json())},
    lambda arrays: Certificate.from_json(_read_text(arrays["json"])),
)
PATH_CERTIFICATE: Form[PathCertificate] = Form(
    lambda certificate: {"json": _text(certificate.to_json())},
    lambda arrays: PathCertificate.from_json(_read_text(arrays["json"])),
)
