"""The colours of the report's page (Okabe and Ito 2008: apart for every kind of colour vision), light and dark."""

from __future__ import annotations

from typing import Any

from whyzero.report.verdicts import look

__all__ = ["DARK", "LIGHT", "ZONE_TINT", "colour", "ink", "verdict_colour"]

LIGHT = {
    "zero": "#009e73",
    "nonzero": "#0072b2",
    "free": "#56b4e9",
    "open": "#e69f00",
    "wrong": "#d55e00",
    "structural": "#8a8d90",
    "ghost": "#b4b6b4",
    "partner": "#8a5a83",
}
DARK = {
    "zero": "#2fbf94",
    "nonzero": "#5ab4ec",
    "free": "#a7d8f5",
    "open": "#f0b429",
    "wrong": "#f0824a",
    "structural": "#8e9296",
    "ghost": "#5b6066",
    "partner": "#cc9fc6",
}
ZONE_TINT = 0.12


def colour(meaning: str) -> str:
    """The colour of a meaning, for the background of matplotlib's style now."""
    return (DARK if _on_dark() else LIGHT)[meaning]


def verdict_colour(word: str) -> str:
    """The colour of a verdict."""
    return colour(look(word).colour)


def ink() -> Any:
    """The colour of text in matplotlib's style now."""
    import matplotlib as mpl

    return mpl.rcParams["text.color"]


def _on_dark() -> bool:
    import matplotlib as mpl
    from matplotlib.colors import to_rgb

    red, green, blue = to_rgb(mpl.rcParams["axes.facecolor"])
    return 0.299 * red + 0.587 * green + 0.114 * blue < 0.5
