"""The frozen statement of an optimisation problem."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from whyzero.designs import Design, Names, open_design, refuse_non_finite
from whyzero.designs.scan import finite
from whyzero.errors import InputError
from whyzero.losses import LOGISTIC, POISSON, Loss, get_loss
from whyzero.penalties import ElasticNet
from whyzero.problem.strengths import check_flag, check_l1_ratio
from whyzero.problem.targets import check_any_positive, check_both_classes, check_counts, check_labels, check_target
from whyzero.problem.vectors import Array, check_offset, check_penalty_factor, check_sample_weight

__all__ = ["Problem", "make_problem"]


@dataclass(frozen=True, eq=False)
class Problem:
    """``min (1/S) sum_i s_i loss(y_i, x_i . b + b0 + offset_i) + alpha penalty(b)``, for any alpha.

    Make one with `make_problem`, which checks its parts; a `Problem` is trusted everywhere else.

    Attributes
    ----------
    design : Design
        X, of ``n_rows`` x ``n_cols``.
    names : sequence of str
        Column names; they may repeat.
    y : ndarray of shape (n_rows,)
        Target; 0.0 and 1.0 for the logistic loss.
    classes : tuple or None
        The user's labels of 0 and 1, for the logistic loss.
    loss : Loss
        Data term.
    penalty : ElasticNet
        Penalty with its factors and the unit in which it acts.
    sample_weight : ndarray of shape (n_rows,)
        ``s`` as given; ones if none was.
    offset : ndarray of shape (n_rows,)
        Known part of the linear predictor; zeros if none was given.
    fit_intercept : bool
        Whether ``b0`` is fitted (never penalised) or 0.
    standardize : bool
        Whether the penalty acts on weights in units of the columns' standard deviations.
    column_mean, column_sd : ndarray of shape (n_cols,)
        Weighted mean and population standard deviation of the stored columns; the deviation is exactly 0
        for a column that is constant on the rows of positive weight.
    """

    design: Design
    names: Names
    y: Array
    classes: tuple[Any, Any] | None
    loss: Loss
    penalty: ElasticNet
    sample_weight: Array
    offset: Array
    fit_intercept: bool
    standardize: bool
    column_mean: Array
    column_sd: Array

    @property
    def n_rows(self) -> int:
        """Number of rows of X."""
        return self.design.n_rows

    @property
    def n_cols(self) -> int:
        """Number of columns of X."""
        return self.design.n_cols

    @cached_property
    def weight(self) -> Array:
        """``s / S``: the share of every row in the mean loss."""
        largest = self.sample_weight.max()
        if self.sample_weight.min() == largest:
            return np.full(self.n_rows, 1.0 / self.n_rows)
        share = self.sample_weight / largest
        return np.asarray(share / np.sum(share))

    @property
    def structural(self) -> NDArray[np.bool_]:
        """Columns whose weight is zero whatever the data say.

        Constant columns when there is an intercept (which stands for them), all-zero columns when there is
        none, and columns excluded by an infinite penalty factor.
        """
        constant = self.column_sd == 0.0
        if not self.fit_intercept:
            constant &= self.column_mean == 0.0
        return np.asarray(constant | self.penalty.excluded)

    def is_same(self, other: Problem) -> bool:
        """Whether the other problem has equal data, loss and penalty; names may differ."""
        if other is self:
            return True
        ours, theirs = (
            (p.loss.name, p.penalty.l1_ratio, p.penalty.positive, p.fit_intercept, p.standardize) for p in (self, other)
        )
        vectors = (
            (self.y, other.y),
            (self.sample_weight, other.sample_weight),
            (self.offset, other.offset),
            (self.penalty.factor, other.penalty.factor),
        )
        return (
            ours == theirs
            and all(np.array_equal(one, two) for one, two in vectors)
            and (self.design is other.design or self.design.digest() == other.design.digest())
        )

    def eta(self, coef: Array, intercept: float) -> Array:
        """Linear predictor ``X coef + intercept + offset`` of every row."""
        return np.asarray(self.design.matvec(np.asarray(coef, dtype=np.float64)) + intercept + self.offset)

    def loss_value(self, coef: Array, intercept: float) -> float:
        """Weighted mean loss of a model."""
        return float(np.sum(self.weight * self.loss.value(self.y, self.eta(coef, intercept))))

    def objective(self, coef: Array, intercept: float, alpha: float) -> float:
        """Mean loss plus penalty of a model."""
        return self.loss_value(coef, intercept) + self.penalty.value(np.asarray(coef, dtype=np.float64), alpha)

    def with_l1_ratio(self, l1_ratio: float) -> Problem:
        """The same problem with another share of L1."""
        return replace(self, penalty=replace(self.penalty, l1_ratio=check_l1_ratio(l1_ratio)))

    def with_sample_weight(self, sample_weight: Any) -> Problem:
        """The same problem with other weights; 0 leaves a row out.

        X, y and offset are not checked again. Means, deviations and, when standardising, the unit of the
        penalty follow the new weights.

        Raises
        ------
        InputError
            If the weights are unusable, leave one class only, or for the Poisson loss no row above 0.
        """
        weight = check_sample_weight(sample_weight, self.n_rows)
        if self.classes is not None:
            check_both_classes(self.y, self.classes, weight)
        if self.loss is POISSON and self.fit_intercept:
            check_any_positive(self.y, weight)
        mean, sd = (_frozen(moment) for moment in self.design.moments(weight))
        penalty = replace(self.penalty, scale=sd) if self.standardize else self.penalty
        return replace(self, sample_weight=_frozen(weight), penalty=penalty, column_mean=mean, column_sd=sd)


def make_problem(
    X: Any,
    y: Any,
    *,
    loss: str = "squared",
    l1_ratio: float = 1.0,
    penalty_factor: Any = None,
    sample_weight: Any = None,
    offset: Any = None,
    fit_intercept: bool = True,
    standardize: bool = False,
    positive: bool = False,
    feature_names: Sequence[str] | None = None,
) -> Problem:
    """Check the parts of a problem and put them together.

    Parameters
    ----------
    X : array-like, sparse matrix or data frame of shape (n_rows, n_cols)
        See `whyzero.designs.as_design`.
    y : array-like of shape (n_rows,) or (n_rows, 1)
        Finite numbers for the squared loss; any two different labels for the logistic loss, of which the
        second in sorted order is the positive class; finite numbers that are not negative for the Poisson loss.
    loss : {"squared", "logistic", "poisson"}
        Data term.
    l1_ratio : float in [0, 1]
        1 is the lasso, 0 is ridge.
    penalty_factor : array-like of shape (n_cols,), optional
        Multiplies alpha for every column, as given: 0 leaves a weight free, infinity excludes its column.
    sample_weight : array-like of shape (n_rows,), optional
        Non-negative weights; the mean loss divides by their sum.
    offset : array-like of shape (n_rows,), optional
        Known part of the linear predictor.
    fit_intercept : bool
        Whether an unpenalised intercept is fitted.
    standardize : bool
        Whether the penalty acts on ``coef * sd`` instead of ``coef``. X is not changed, coefficients stay in
        the units of the columns as stored. Without an intercept, a constant column that is not zero has an
        ``sd`` of 0 and so no penalty: it is an intercept in another unit.
    positive : bool
        Whether no weight may be negative, penalised or not; the intercept may.
    feature_names : sequence of str, optional
        Names of the columns, in place of those of X.

    Returns
    -------
    Problem

    Raises
    ------
    InputError
        If a part has an impossible value; the message names the argument, the value and its position.
    InputTypeError
        If a part has a type that cannot be used.
    """
    chosen = get_loss(loss)
    ratio = check_l1_ratio(l1_ratio)
    intercept, standard = check_flag(fit_intercept, "fit_intercept"), check_flag(standardize, "standardize")
    signed = check_flag(positive, "positive")
    design, names = open_design(X)
    classes = None
    if chosen is LOGISTIC:
        target, classes = check_labels(y, design.n_rows)
    elif chosen is POISSON:
        target = check_counts(y, design.n_rows)
    else:
        target = check_target(y, design.n_rows)
    weight = check_sample_weight(sample_weight, design.n_rows)
    if classes is not None and sample_weight is not None:
        check_both_classes(target, classes, weight)
    if chosen is POISSON and intercept:
        check_any_positive(target, weight)
    factor = check_penalty_factor(penalty_factor, design.n_cols)
    shift = check_offset(offset, design.n_rows)
    moments = design.checked_moments(None if sample_weight is None else weight)
    if moments is None:
        refuse_non_finite(design, names)
    mean, sd = finite(moments)
    scale = sd if standard else np.ones(design.n_cols)
    return Problem(
        design=design,
        names=names if feature_names is None else _check_names(feature_names, design.n_cols),
        y=_frozen(target),
        classes=classes,
        loss=chosen,
        penalty=ElasticNet(ratio, _frozen(factor), _frozen(scale), signed),
        sample_weight=_frozen(weight),
        offset=_frozen(shift),
        fit_intercept=intercept,
        standardize=standard,
        column_mean=_frozen(mean),
        column_sd=_frozen(sd),
    )


def _check_names(feature_names: Sequence[str], n_cols: int) -> tuple[str, ...]:
    names = tuple(str(name) for name in feature_names)
    if len(names) != n_cols:
        raise InputError(f"X has {n_cols} columns but feature_names has {len(names)} names; they must agree.")
    return names


def _frozen(array: Array) -> Array:
    """The array, from now on read-only."""
    array.flags.writeable = False
    return array
