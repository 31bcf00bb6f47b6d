"""One zero weight and its fit, in numbers that sentences are checked for."""

from __future__ import annotations

from whyzero.certificates import Verdict
from whyzero.explanations.absorbers import Waterfall
from whyzero.explanations.facts import Facts
from whyzero.explanations.path_facts import ActiveAlphas
from whyzero.explanations.reasons import Reason, ReasonKind
from whyzero.explanations.rows import Row

FACTS = Facts(
    alpha=0.08,
    l1_ratio=1.0,
    penalty="L1",
    standardize=False,
    fit_intercept=True,
    unpenalised=False,
    gap=1e-9,
    arithmetic="float",
    grid="the computed grid of 60 alphas from 0.4 to 0.0004",
    partner="L2",
    match="training loss",
    partner_setting="L2 at the same training loss (alpha 0.0031)",
)


ROW = Row(
    index=0,
    name="tax",
    coef=0.0,
    coef_std=0.0,
    sd=1.0,
    unit=1.0,
    toll=0.08,
    pull=0.063,
    pull_sign=-1.0,
    ratio=0.063 / 0.08,
    null_pull=0.195,
    slack=0.017,
    pull_bound=0.0631,
    lo=0.0,
    hi=0.0,
    verdict=Verdict.ZERO_PROVED,
    proof="dual bound (float)",
    reason=Reason(ReasonKind.EXPLAINED_AWAY, (("rooms", 0.131),)),
    waterfall=Waterfall(0.195, (("rooms", -0.131), ("age", -0.001)), 0.0, 0.063, (("rooms", 0.131), ("age", 0.001))),
    active=ActiveAlphas(((0.064, 0.0004),)),
    partner_coef=-0.021,
    partner_pull=0.05,
)
