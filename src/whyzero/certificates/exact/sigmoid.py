"""The logistic function on integers, with a proved error (docs/math.md, exact proofs)."""

from __future__ import annotations

__all__ = ["SIGMOID_ERROR", "sigmoid"]

GUARD = 64
HALVINGS = 8  # the argument of the series is below 2^-HALVINGS

SIGMOID_ERROR = 4
"""`sigmoid` is off by less than this many units of its last place, Eq. (133)."""


def sigmoid(eta: int, bits: int) -> int:
    """``2^bits / (1 + exp(-eta / 2^bits))``, off by less than `SIGMOID_ERROR`."""
    small = exponential(abs(eta), bits)  # exp(-|eta|) in (0, 1]
    low = (small << bits) // ((1 << bits) + small)
    return (1 << bits) - low if eta >= 0 else low


def exponential(x: int, bits: int) -> int:
    """``2^bits exp(-x / 2^bits)`` for ``x >= 0``, off by at most 1 unit before the last shift rounds it.

    The series at ``x / 2^m``, squared m times. Every operation rounds down by at most one unit at
    ``bits + GUARD``; a squaring at most doubles the error and adds two units, Eq. (133).
    """
    if x >> bits > bits:  # exp(-x) < 2^-bits
        return 0
    work = bits + GUARD
    doublings = max(0, x.bit_length() - bits + HALVINGS)
    y = (x << GUARD) >> doublings
    total, term, k = 1 << work, 1 << work, 0
    while term:
        k += 1
        term = ((term * y) >> work) // k
        total += -term if k & 1 else term
    for _ in range(doublings):
        total = (total * total) >> work
    return total >> GUARD
