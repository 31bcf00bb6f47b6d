"""From numbers to positions: linear and logarithmic axes with sensible ticks."""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass

from whyzero.report.number_format import MINUS, power_of_ten, significant

__all__ = ["Linear", "Log"]

_LABEL_CHARACTER, _LABEL_HEIGHT = 8.6, 14.0  # on narrow screens
_LABEL_GAP = 4.0


@dataclass(frozen=True)
class Linear:
    """Numbers in [low, high] to positions in [start, stop]; start > stop for an axis that points up."""

    low: float
    high: float
    start: float
    stop: float

    def __call__(self, value: float) -> float:
        """Position of a number."""
        span = self.high - self.low
        return self.start + (value - self.low) / span * (self.stop - self.start)

    def step(self, wanted: int = 5) -> float:
        """Distance of ticks: 1, 2 or 5 times a power of ten."""
        span = self.high - self.low
        power = 10.0 ** math.floor(math.log10(span / wanted))
        return min((m * power for m in (1, 2, 5, 10)), key=lambda step: abs(math.log(span / step / wanted)))

    def ticks(self, wanted: int = 5) -> list[tuple[float, str]]:
        """(number, label) of each tick inside the axis; all labels have the same number of decimals."""
        step = self.step(wanted)
        first = math.ceil(self.low / step - 1e-9)
        last = math.floor(self.high / step + 1e-9)
        values = [k * step for k in range(first, last + 1)]
        return list(zip(values, _plain_labels(values, step), strict=True))


def _plain_labels(values: list[float], step: float) -> list[str]:
    exponent = math.floor(math.log10(step) + 1e-9)
    largest = max((abs(value) for value in values), default=0.0)
    if exponent < -4 or largest >= 1e6:
        return [_scientific(value, exponent) for value in values]
    decimals = max(0, -exponent)
    return ["0" if abs(value) < step / 2 else f"{value:.{decimals}f}".replace("-", MINUS) for value in values]


def _scientific(value: float, exponent: int) -> str:
    """With the digits down to `exponent`, that of the step."""
    if abs(value) < 0.5 * 10.0**exponent:
        return "0"
    decimals = max(0, math.floor(math.log10(abs(value)) + 1e-9) - exponent)
    mantissa, power = f"{abs(value):.{decimals}e}".split("e")
    return f"{MINUS if value < 0 else ''}{mantissa}×{power_of_ten(int(power))}"


@dataclass(frozen=True)
class Log:
    """Positive numbers to positions by their logarithm: `first` sits at `start`, `last` at `stop`.

    As of `Linear`, start > stop for an axis that points up.
    """

    first: float
    last: float
    start: float
    stop: float

    def __call__(self, value: float) -> float:
        """Position of a positive number."""
        span = math.log(self.last / self.first)
        share = math.log(value / self.first) / span if span else 0.5
        return self.start + share * (self.stop - self.start)

    def ticks(self) -> list[tuple[float, str]]:
        """(number, label): powers of ten; with 3 between them, or 2 and 5, where those are fewer than three.

        On a short axis that has no two such numbers, the ticks of a linear axis; for one alpha, that alpha.
        """
        low, high = sorted((self.first, self.last))
        found: list[tuple[int, int]] = []
        for multiples in ((1,), (1, 3), (1, 2, 5), tuple(range(1, 10))):
            found = [
                (m, k)
                for k in range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
                for m in multiples
                if low * (1 - 1e-9) <= m * 10.0**k <= high * (1 + 1e-9)
            ]
            if len(found) >= 3:
                break
        if len(found) < 2:
            return Linear(low, high, 0.0, 1.0).ticks(3) if high > low else [(low, significant(low, 3))]
        every = math.ceil(len(found) / 6)
        plain = all(-4 <= k <= 4 for _, k in found)
        return self._apart([(m * 10.0**k, _log_label(m, k, plain)) for m, k in found[::every]])

    def _apart(self, ticks: list[tuple[float, str]]) -> list[tuple[float, str]]:
        """All ticks, or every second or third of them, so that no label touches the next."""
        every = 1
        while any(self._touch(*pair) for pair in itertools.pairwise(ticks[::every])):
            every += 1
        return ticks[::every]

    def _touch(self, one: tuple[float, str], other: tuple[float, str]) -> bool:
        broad = _LABEL_CHARACTER * (len(one[1]) + len(other[1])) / 2
        upwards = self.start > self.stop
        return abs(self(other[0]) - self(one[0])) < _LABEL_GAP + (_LABEL_HEIGHT if upwards else broad)


def _log_label(multiple: int, exponent: int, plain: bool) -> str:
    if plain:
        return f"{multiple * 10.0**exponent:.{max(0, -exponent)}f}"
    return power_of_ten(exponent) if multiple == 1 else f"{multiple}×{power_of_ten(exponent)}"
