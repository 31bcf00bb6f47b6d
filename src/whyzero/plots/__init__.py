"""Static figures in the manner of scikit-learn's Displays; they need matplotlib, the extra ``plot``.

Each class draws what an explanation or an experiment already holds, and computes nothing itself: ``from_estimator``
explains a fitted estimator first, ``from_explanation`` takes an explanation, ``plot(ax=...)`` draws again. What was
drawn stays in attributes that end in an underscore. Colours mean what they mean on the page of the report.
"""

from __future__ import annotations

from whyzero.plots.evidence import EvidenceDisplay
from whyzero.plots.paths import PathDisplay
from whyzero.plots.pull_paths import PullPathDisplay
from whyzero.plots.pulls import PullDisplay
from whyzero.plots.steps import StepsDisplay
from whyzero.plots.waterfall import WaterfallDisplay
from whyzero.plots.zero_atom import ZeroAtomDisplay
from whyzero.plots.zones import ZoneDisplay

__all__ = [
    "EvidenceDisplay",
    "PathDisplay",
    "PullDisplay",
    "PullPathDisplay",
    "StepsDisplay",
    "WaterfallDisplay",
    "ZeroAtomDisplay",
    "ZoneDisplay",
]
