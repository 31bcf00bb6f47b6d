"""Which share of real weights gets a verdict: `python -m benchmarks.usefulness [NAME ...]`.

Each public data set is fitted along a path of 30 alphas and certified at five of them. Columns with missing values are
left out; a target of a few classes is taken as its first class against the others.
"""

from __future__ import annotations

import sys
import warnings

import numpy as np

from benchmarks.datasets import MissingDataError, public_table
from whyzero import Verdict, fit_path
from whyzero.certificates import certify_problem

TALL = (
    *("spambase", "saheart", "breast_cancer", "pima", "sonar", "california_housing", "wine_quality", "diabetes"),
    *("prostate", "magic", "communities_crime", "titanic", "german_credit"),
)
WIDE = ("golub", "riboflavin", "alon", "gravier", "khan", "nakayama", "singh")
FEW_CLASSES = 8


def measure(name: str) -> str:
    """One line about one data set.

    Raises
    ------
    MissingDataError
        If the data sets are not here.
    """
    X, y = public_table(name)
    classes = np.unique(y)
    if 2 < len(classes) < FEW_CLASSES and name != "wine_quality":
        y = y == classes[0]
    loss = "logistic" if len(np.unique(y)) == 2 else "squared"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        path = fit_path(
            X, y, loss=loss, alphas=30, standardize=True, alpha_min_ratio=0.01 if len(X) > X.shape[1] else 0.05
        )
    zeros = nonzeros = zero_proved = nonzero_proved = not_unique = 0
    for number in range(3, len(path), 6):
        solution = path[number]
        certificate = certify_problem(path.problem, solution.coef, solution.intercept, solution.alpha)
        for verdict, weight in zip(certificate.verdicts, solution.coef, strict=True):
            zeros, nonzeros = zeros + (weight == 0), nonzeros + (weight != 0)
            zero_proved += weight == 0 and verdict.says_zero
            nonzero_proved += weight != 0 and verdict.says_nonzero
            not_unique += verdict is Verdict.NOT_UNIQUE
    return (
        f"{name:20s} {X.shape[0]:6d} x {X.shape[1]:<6d} {loss:8s} "
        f"zeros proved {100 * zero_proved / max(zeros, 1):6.2f} % of {zeros}, non-zeros "
        f"{100 * nonzero_proved / max(nonzeros, 1):6.2f} % of {nonzeros}; not unique {not_unique}"
    )


def main() -> None:
    """Measure the named data sets, or all."""
    try:
        for name in sys.argv[1:] or (*TALL, *WIDE):
            print(measure(name), flush=True)
    except MissingDataError as error:
        raise SystemExit(str(error)) from error


if __name__ == "__main__":
    main()
