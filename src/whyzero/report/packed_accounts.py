"""Accounts along a path in few bytes, each amount as the three digits that are drawn.

An amount is a whole number: its three digits and its power of ten, counted from the smallest power there is, twice, and
one more if it is negative; 0 is 0. Stored is the distance from the same place of the account at the alpha before, which
is small while the same columns take the largest shares. Places are the steps, then all others. The bytes of all
distances stand plane by plane, in a plane feature by feature and place by place, so that runs stay whole.
`templates/script/account_table.js` reads it.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from whyzero.report.schema import AccountTable

__all__ = ["packed_accounts"]

_MANTISSAS = 900
_PLANES = 3


def packed_accounts(accounts: AccountTable, added: int | None) -> tuple[dict[str, Any], bytes]:
    """What is told as JSON, and the bytes.

    Parameters
    ----------
    accounts : AccountTable
        For every alpha of the path.
    added : int or None
        Position of the explained fit if its alpha is not one of them: the page has its accounts already.
    """
    steps, others = accounts["steps"], accounts["others"]
    n_alphas, size = len(others), len(others[0])
    places = max((len(fall) for row in steps for fall in row), default=0)
    labels = np.zeros((n_alphas, size, places), dtype=np.uint8)
    amounts = np.zeros((n_alphas, size, places + 1))
    amounts[:, :, places] = others
    for k, row in enumerate(steps):
        for j, fall in enumerate(row):
            for place, (column, amount) in enumerate(fall):
                labels[k, j, place] = column + 1
                amounts[k, j, place] = amount
    turned = np.array(accounts["turned"], dtype=np.uint8)[:, :, None]
    power, whole = _whole_numbers(amounts)
    parts = [_widened(part, added) for part in (np.concatenate([turned, labels], axis=2), whole)]
    told = {"size": size, "places": places, "power": power, "alphas": len(parts[0])}
    distance = np.diff(parts[1], axis=0, prepend=0)
    folded = np.where(distance >= 0, 2 * distance, -2 * distance - 1)
    planes = [folded >> 8 * k & 0xFF for k in reversed(range(_PLANES))]
    ordered = [part.astype(np.uint8).transpose(1, 2, 0) for part in (parts[0], *planes)]
    return told, b"".join(np.ascontiguousarray(part).tobytes() for part in ordered)


def _widened(values: NDArray[Any], added: int | None) -> NDArray[Any]:
    return values if added is None else np.insert(values, added, 0, axis=0)


def _whole_numbers(amounts: NDArray[np.float64]) -> tuple[int, NDArray[np.int64]]:
    """The smallest power of ten of a last digit, and the amounts as whole numbers."""
    written = [f"{abs(amount):.2e}".split("e") for amount in amounts.ravel()]
    digits = np.array([int(mantissa.replace(".", "")) for mantissa, _ in written])
    powers = np.array([int(power) - 2 for _, power in written])
    known = digits > 0
    lowest = int(powers[known].min(initial=0)) if known.any() else 0
    codes = 2 * (1 + (powers - lowest) * _MANTISSAS + digits - 100) + (amounts.ravel() < 0)
    return lowest, np.where(known, codes, 0).reshape(amounts.shape)
