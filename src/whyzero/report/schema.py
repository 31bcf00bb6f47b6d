"""The shape of the dict that the report draws: schema ``whyzero/explanation/1``.

The report knows an explanation only as this dict.
"""

from __future__ import annotations

from typing import Any, TypedDict

__all__ = [
    "SCHEMA",
    "Account",
    "AccountTable",
    "Between",
    "Certificate",
    "Counts",
    "CrossValidation",
    "Data",
    "Feature",
    "Partner",
    "PathData",
    "Problem",
    "Pulls",
    "Resampled",
    "Steps",
    "Waterfall",
]

SCHEMA = "whyzero/explanation/1"


class Problem(TypedDict):
    """What was fitted and how well."""

    loss: str
    n_rows: int
    n_cols: int
    alpha: float
    l1_ratio: float
    alpha_max: float | None
    fit_intercept: bool
    standardize: bool
    positive: bool
    intercept: float | None
    objective: str
    elsewhere: dict[str, str]
    null_loss: float | None
    train_loss: float | None
    dual_gap: float | None
    gap_relative: float | None
    status: str
    radius: float | None
    irrepresentability: float | None


class Counts(TypedDict):
    """How many weights got which verdict."""

    zero: int
    nonzero: int
    open: int
    verdicts: dict[str, int]


class Partner(TypedDict):
    """The fit that is shown beside this one."""

    name: str
    l1_ratio: float
    alpha: float | None
    train_loss: float | None
    zeros: int | None
    structural_zeros: int | None
    match: str
    mismatch: float | None


class Waterfall(TypedDict):
    """From the pull of the null model to the pull at the fit, signed: null + steps + others = final.

    Along the null pull; upwards where no weight may be negative.
    """

    null: float | None
    steps: list[tuple[str, float | None]]
    others: float | None
    final: float | None


class Feature(TypedDict):
    """One column: its weight, its pull against its toll, the verdict and the reason.

    Where no weight may be negative a pull below 0 leads downwards.
    """

    name: str
    coef: float | None
    coef_std: float | None
    toll: float | None
    pull: float | None
    pull_sign: float | None
    ratio: float | None
    null_pull: float | None
    slack: float | None
    pull_bound: float | None
    lo: float | None
    hi: float | None
    verdict: str
    proof: str | None
    reason: str | None
    absorbers: list[tuple[str, float | None]]
    waterfall: Waterfall | None
    alpha_enter: float | None
    active_alphas: list[tuple[float | None, float | None]]
    partner_coef: float | None
    partner_coef_std: float | None
    partner_pull: float | None
    alpha_alone: float | None
    alpha_change: tuple[float, float] | None
    factor_change: float | None
    price_of_zero: float | None
    radius: float | None
    irrepresentability: float | None
    rows_push: float | None
    rows_hold: float | None
    rows_pushing: list[tuple[int, float]]
    rows_holding: list[tuple[int, float]]
    removable_rows: int | None
    sentences: dict[str, str]


class Pulls(TypedDict):
    """Pulls, and slopes of the loss at the fit, of some features at every alpha of a path."""

    index: list[int]
    pull: list[list[float | None]]
    slope: list[list[float | None]]


class PathData(TypedDict):
    """Weights (times the column's standard deviation, `sd`, unless that is 0) along a grid of alphas."""

    alphas: list[float]
    index: list[int]
    sd: list[float]
    coefs_std: list[list[float | None]]
    nonzero: list[int]
    train_loss: list[float | None]
    dual_gap: float | None
    pulls: Pulls | None


class _Covariances(TypedDict):
    null: list[float]
    upper: list[float]


class Account(_Covariances, total=False):
    """For the squared loss: signed pulls at the null model, covariances row by row; older files lack the diagonal."""

    diagonal: list[float]


class AccountTable(TypedDict):
    """Accounts at every alpha, with drawn digits: for each feature (column, amount), all other changes, its side."""

    steps: list[list[list[tuple[int, float]]]]
    others: list[list[float]]
    turned: list[list[bool]]


class Between(TypedDict):
    """What is proved of one weight between alphas: intervals (high, low) of zeros, alphas where it is not zero."""

    zero: list[tuple[float | None, float]]
    nonzero: list[float]


class CrossValidation(TypedDict):
    """Held-out deviance along the grid, and the two choices."""

    alphas: list[float]
    mean: list[float | None]
    se: list[float | None]
    index_min: int
    index_1se: int
    metric: str
    n_folds: int
    metrics: dict[str, list[float | None]]


class Resampled(TypedDict):
    """Numbers of exact zeros of the fit and of its partner, one each for every draw of the rows; so along the path."""

    own: list[int]
    partner: list[int]
    n_weights: int
    seed: int
    more: int
    fewer: int
    p_value: float
    own_along: list[list[int]]
    partner_along: list[list[int]]


class _Walks(TypedDict):
    names: list[str]
    feature: int
    at: list[int]
    sizes: list[list[float]]
    zeros: list[list[int]]
    predicted: int | None
    bound: int | None


class Steps(_Walks, total=False):
    """Optimisers on one weight (times its column's deviation), exact zeros; older files lack step and curvature."""

    step: float
    least_curvature: float | None


class Certificate(TypedDict):
    """The fingerprint of the proof file."""

    sha256: str
    proof: str
    n_proved: int


class _Everything(TypedDict):
    schema: str
    whyzero: str
    title: str
    target: str | None
    classes: list[Any] | None
    problem: Problem
    counts: Counts
    partner: Partner | None
    features: list[Feature]
    path: PathData | None
    partner_path: PathData | None
    account: Account | None
    between: list[Between] | None
    resamples: Resampled | None
    steps: Steps | None
    cv: CrossValidation | None
    warnings: list[str]
    certificate: Certificate | None


class Data(_Everything, total=False):
    """The whole explanation; older files lack the accounts at every alpha."""

    accounts: AccountTable | None
