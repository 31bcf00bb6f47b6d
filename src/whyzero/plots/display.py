"""What all Displays share: the way from an estimator, the axes, and the error where matplotlib is missing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Self

import numpy as np

from whyzero.errors import InputError, InputTypeError
from whyzero.explanations import Explanation

__all__ = ["Display", "explained", "panels"]


class Display:
    """A figure of an explanation. Subclasses add `from_explanation` and `plot`."""

    @classmethod
    def from_explanation(cls, explanation: Explanation, *, ax: Any = None, **options: Any) -> Self:
        """Draw an explanation; subclasses say which options they take."""
        raise NotImplementedError

    @classmethod
    def from_estimator(
        cls,
        estimator: Any,
        X: Any,
        y: Any,
        *,
        sample_weight: Any = None,
        offset: Any = None,
        explain: dict[str, Any] | None = None,
        ax: Any = None,
        **options: Any,
    ) -> Self:
        """Explain a fitted estimator and draw the explanation.

        Parameters
        ----------
        estimator : GLMRegressor, GLMClassifier or their CV forms
            A fitted estimator.
        X, y, sample_weight, offset
            The data of the fit.
        explain : dict, optional
            Options of `whyzero.explain`.
        ax : matplotlib axes, optional
            As in `plot`.
        **options
            Options of `from_explanation`.

        Returns
        -------
        Display

        Raises
        ------
        ImportError
            If matplotlib is missing.
        InputTypeError
            If the estimator is not one of whyzero.
        """
        explanation = explained(estimator, X, y, sample_weight=sample_weight, offset=offset, options=explain or {})
        return cls.from_explanation(explanation, ax=ax, **options)


def explained(
    estimator: Any, X: Any, y: Any, *, sample_weight: Any, offset: Any, options: dict[str, Any]
) -> Explanation:
    """The explanation of a fitted estimator."""
    if not hasattr(estimator, "explain"):
        raise InputTypeError(
            f"estimator is a {type(estimator).__name__}, which cannot explain itself; give a GLMRegressor, a "
            "GLMClassifier or one of their CV forms."
        )
    found = estimator.explain(X, y, sample_weight=sample_weight, offset=offset, **options)
    assert isinstance(found, Explanation)
    return found


def panels(ax: Any, most: int, size: tuple[float, float]) -> tuple[Any, list[Any]]:
    """The figure and at most `most` axes: those given, or of a new figure of `size` inches.

    Raises
    ------
    ImportError
        If matplotlib is missing.
    InputError
        If more axes are given than there are panels.
    """
    try:
        from matplotlib import pyplot as plt
    except ImportError as error:
        raise ImportError("a Display needs matplotlib: pip install 'whyzero[plot]'") from error
    if ax is None:
        figure, axes = plt.subplots(1, most, figsize=size, layout="constrained", squeeze=False)
        return figure, list(axes[0])
    given: Sequence[Any] = list(np.ravel(ax))
    if not 1 <= len(given) <= most:
        raise InputError(f"ax has {len(given)} axes, but this display has {most} panels; give one axes for each.")
    return given[0].figure, list(given)
