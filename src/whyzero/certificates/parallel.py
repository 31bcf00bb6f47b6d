"""Columns that are exactly proportional once centred: twins, mirror images, the two halves of a two-level category."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from whyzero.certificates.frame import Array, Mask

__all__ = ["leaders"]


def leaders(columns: Array, counted: Mask, centred: bool) -> tuple[NDArray[np.intp], Mask]:
    """Group columns of which one is an exact multiple of another, Eq. (47).

    Two columns with two values each that change at the same rows are proportional after centring, in real
    arithmetic and whatever the values; so are equal columns and columns of opposite sign. No other pair is found.

    Parameters
    ----------
    columns : ndarray of shape (n, k)
        Columns as stored.
    counted : mask of shape (n,)
        Rows of positive weight.
    centred : bool
        Whether columns are taken from their means.

    Returns
    -------
    first : ndarray of int
        The first column of every group.
    alone : mask of shape (len(first),)
        Whether its group has no other.
    """
    groups: dict[bytes, list[int]] = {}
    for k, x in enumerate(columns[counted].T):
        step = x != x[0]
        if centred and np.all(x[step] == x[step][:1]):
            key = b"step" + np.packbits(step).tobytes()
        else:
            turned = x if x[np.argmax(x != 0.0)] > 0.0 else -x
            key = (turned + 0.0).tobytes()
        groups.setdefault(key, []).append(k)
    first = np.array([members[0] for members in groups.values()], dtype=np.intp)
    return first, np.array([len(members) == 1 for members in groups.values()], dtype=np.bool_)
