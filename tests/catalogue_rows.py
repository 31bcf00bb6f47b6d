"""Rows of the catalogue of docs/reliability-catalogue.md: short in every run, long with `--catalogue-long`.

A test asks the fixture `row` how many examples it should try, and tells it what it counted; the counts are printed at
the end of the run, whatever ran in parallel.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.strategies import SearchStrategy

import whyzero as wz
from whyzero.errors import ConvergenceWarning

_KEY = "catalogue"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--catalogue-long", action="store_true", help="the long form of the catalogue of tests")
    parser.addoption("--catalogue-share", type=float, default=1.0, help="how far to go from short to long, up to 1")


def pytest_terminal_summary(terminalreporter: Any) -> None:
    reports = [report for kind in ("passed", "failed") for report in terminalreporter.stats.get(kind, [])]
    lines = [text for report in reports for key, text in getattr(report, "user_properties", []) if key == _KEY]
    if lines:
        terminalreporter.section("counts of the catalogue")
        for line in sorted(set(lines)):
            terminalreporter.write_line(line)


@dataclass(frozen=True)
class Row:
    """What a test is asked for, and where its counts go."""

    long: bool
    record: Callable[[str, object], None]
    share: float = 1.0

    def count(self, short: int, long: int) -> int:
        """How many examples to try."""
        return round(short + self.share * (long - short)) if self.long else short

    def tell(self, text: str) -> None:
        """Add a line to the counts."""
        self.record(_KEY, text)

    def each(self, strategies: tuple[SearchStrategy[Any], ...], check: Callable[..., None], count: int) -> None:
        """Try `count` examples of Hypothesis, the same ones in every run; a failure is shrunk."""
        settings(
            max_examples=count,
            deadline=None,
            derandomize=True,
            database=None,
            phases=(Phase.generate, Phase.shrink),
            suppress_health_check=list(HealthCheck),
        )(given(*strategies)(check))()


@pytest.fixture
def row(request: pytest.FixtureRequest, record_property: Callable[[str, object], None]) -> Row:
    """How many examples a row of the catalogue tries, and where it says what it counted."""
    long, share = (request.config.getoption(f"--catalogue-{name}") for name in ("long", "share"))
    return Row(long, record_property, share)


def quiet_fit(X: Any, y: Any, **options: Any) -> tuple[wz.Solution, bool]:
    """A fit, and whether it warned that it did not converge."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        solution = wz.fit(X, y, **options)
    return solution, any(isinstance(entry.message, ConvergenceWarning) for entry in caught)


def differs(a: np.ndarray, b: np.ndarray, unit: np.ndarray | float = 1.0) -> float:
    """The largest difference of two vectors of weights as a share of the largest weight, in units of the columns."""
    a, b = np.asarray(a) * unit, np.asarray(b) * unit
    largest = max(np.abs(a).max(initial=0.0), np.abs(b).max(initial=0.0))
    return float(np.abs(a - b).max(initial=0.0) / largest) if largest else 0.0
