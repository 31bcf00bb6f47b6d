"""The accounts of all pulls at every alpha of a path, to the digits that a figure shows.

For the squared loss `linear_account` has them in less room. Another loss has another matrix at every fit, so each
account of Eq. (70) is made here and cut to what is drawn: the largest changes, and all others together.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from whyzero.certificates.one_thread import on_one_blas_thread
from whyzero.explanations.absorbers import INTERCEPT, waterfalls
from whyzero.explanations.linear_account import MOST_FEATURES
from whyzero.explanations.null_model import NullModel
from whyzero.solution import Path

__all__ = ["DRAWN_DIGITS", "path_accounts"]

DRAWN_DIGITS = 3
_MOST_CELLS = 4e6
_SECANT_FROM = 1e-5


@on_one_blas_thread
def path_accounts(path: Path, null: NullModel) -> dict[str, Any] | None:
    """The accounts as in the saved explanation, or None where they would take long: about a second.

    Parameters
    ----------
    path : Path
        The fits.
    null : NullModel
        Where the accounts start.

    Returns
    -------
    dict or None
        ``steps``: for each alpha and each feature the pairs (column, amount) of `Waterfall.steps`, the column being
        the number of columns for the intercept; ``others`` and ``turned``: for each alpha and feature all other changes
        together (0 where they are rounding), and whether the pull has turned round. Amounts have three digits. None for
        more than 64 features, too.
    """
    problem = path.problem
    if problem.n_cols > MOST_FEATURES or float(problem.n_rows) * problem.n_cols * len(path) > _MOST_CELLS:
        return None
    columns = {INTERCEPT: problem.n_cols}
    for j, name in reversed(list(enumerate(problem.names))):
        columns[name] = j  # of equal names the first: they read the same
    features = np.arange(problem.n_cols)
    found = [
        list(waterfalls(problem, null, coef, float(intercept), features, secant_from=_SECANT_FROM))
        for coef, intercept in zip(path.coefs, path.intercepts, strict=True)
    ]
    return {
        "steps": [[[[columns[name], _drawn(amount)] for name, amount in fall.steps] for fall in row] for row in found],
        "others": [[_drawn(fall.others) if fall.has_others else 0.0 for fall in row] for row in found],
        "turned": [[fall.final < 0 for fall in row] for row in found],
    }


def _drawn(amount: float) -> float:
    return float(f"{amount:.{DRAWN_DIGITS - 1}e}")
