"""The words that options of the command line may be."""

from __future__ import annotations

from enum import Enum

__all__ = ["AlphaChoice", "CompareChoice", "LevelChoice", "LossChoice", "MatchChoice"]


class LossChoice(str, Enum):
    """The loss that is asked for."""

    auto = "auto"
    squared = "squared"
    logistic = "logistic"
    poisson = "poisson"


class AlphaChoice(str, Enum):
    """Which alpha held-out rows choose."""

    one_se = "1se"
    min = "min"


class LevelChoice(str, Enum):
    """For whom a reason is told."""

    learner = "learner"
    user = "user"
    expert = "expert"
    all = "all"


class CompareChoice(str, Enum):
    """The penalty of the fit that is shown beside the one asked for."""

    l2 = "l2"
    l1 = "l1"
    elasticnet = "elasticnet"
    none = "none"

    @property
    def penalty(self) -> str | None:
        """The same for `whyzero.explain`."""
        return None if self is CompareChoice.none else self.value


class MatchChoice(str, Enum):
    """What the two fits have in common."""

    training_loss = "training-loss"
    cv_loss = "cv-loss"
    norm = "norm"
    alpha = "alpha"

    @property
    def quantity(self) -> str:
        """The same for `whyzero.explain`."""
        return {"training-loss": "loss", "cv-loss": "cv"}.get(self.value, str(self.value))
