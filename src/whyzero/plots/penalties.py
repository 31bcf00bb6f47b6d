"""How a penalty looks where L1 and L2 stand in one panel: line, marker and shade, no colour of a verdict."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from whyzero.plots.colours import colour, ink

__all__ = ["PenaltyLook", "penalty_look"]


@dataclass(frozen=True)
class PenaltyLook:
    """Options of a line and of a marker."""

    line: dict[str, Any]
    marker: dict[str, Any]


def penalty_look(penalty: str) -> PenaltyLook:
    """What has a toll is drawn solid, L2 is drawn in the partner's colour, dashed and hollow."""
    if penalty == "L2":
        shade = colour("partner")
        return PenaltyLook({"color": shade, "ls": "--"}, {"color": shade, "marker": "s", "mfc": "none", "mew": 1.6})
    return PenaltyLook({"color": ink(), "ls": "-"}, {"color": ink(), "marker": "o"})
