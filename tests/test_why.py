"""The page docs/why.md: every number on it is recomputed, and none stands there without a test.

``CLAIMS`` holds pieces of the page with ``{}`` for each number, and how to recompute these numbers. The numbers of
the real data come from scikit-learn; those of the experiments from `whyzero.experiments`, which tests of its own
hold against other tools.
"""

from __future__ import annotations

import re
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from scipy.optimize import brentq
from scipy.special import expit
from sklearn.datasets import load_breast_cancer
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler

import whyzero as wz

ALPHA = 0.05
NUMBER = r"-?\d[\d,]*(?:\.\d+)?(?:e-?\d+)?"
VERDICTS = [
    "true",
    "wrong",
    "true",
    "imprecise",
    "imprecise",
    "true",
    "imprecise",
    "true",
    "true",
    "imprecise",
    "wrong",
]


def cancer():
    """The fits of the first section, by scikit-learn."""
    bunch = load_breast_cancer()
    X, y, names = StandardScaler().fit_transform(bunch.data), (bunch.target == 0) * 1.0, list(bunch.feature_names)

    def fit(C, **options):
        return LogisticRegression(C=C, tol=1e-9, max_iter=1_000_000, **options).fit(X, y)

    def loss(model):
        eta = X @ model.coef_[0] + model.intercept_
        return np.mean(np.logaddexp(0, eta) - y * eta)

    lasso = fit(1 / (len(y) * ALPHA), l1_ratio=1, solver="saga")
    ridge = fit(np.exp(brentq(lambda t: loss(fit(np.exp(t))) - loss(lasso), -9, 0, xtol=1e-6)))
    residual = y - expit(X @ lasso.coef_[0] + lasso.intercept_)
    j, k = names.index("worst area"), names.index("worst radius")
    without = y - expit(X @ lasso.coef_[0] + lasso.intercept_ - X[:, k] * lasso.coef_[0, k])
    return SimpleNamespace(
        n=len(names),
        zeros=np.sum(lasso.coef_ == 0),
        l2_zeros=np.sum(ridge.coef_ == 0),
        pull=abs(np.mean(X[:, j] * residual)),
        alone=abs(np.mean(X[:, j] * (y - y.mean()))),
        other_pull=abs(np.mean(X[:, k] * without)),
        weight=lasso.coef_[0, k],
        l2=dict(zip(names, ridge.coef_[0], strict=True)),
        l1=dict(zip(names, lasso.coef_[0], strict=True)),
        taken={name: _taken(X, y, lasso, j, names.index(name)) for name in ("worst radius", "worst concave points")},
    )


def _taken(X, y, lasso, j, k):
    """Eq. (71), with the mean curvature by a rule of 2,000 steps."""
    start, end = np.log(y.mean() / (1 - y.mean())), X @ lasso.coef_[0] + lasso.intercept_
    shares = (np.arange(2000) + 0.5) / 2000
    probabilities = expit(start + shares[:, None] * (end - start))
    h = np.mean(probabilities * (1 - probabilities), axis=0)
    centred = X[:, j] - np.average(X[:, j], weights=h)
    return lasso.coef_[0, k] * np.mean(h * centred * X[:, k])


@pytest.fixture(scope="module")
def facts():
    experiments = wz.experiments
    bunch = load_breast_cancer()
    fit = wz.fit(bunch.data, bunch.target == 0, alpha=ALPHA, loss="logistic", standardize=True, tol=1e-10)
    bound = wz.explain(fit).rows[list(bunch.feature_names).index("worst area")].pull_bound
    return SimpleNamespace(
        cancer=cancer(),
        bound=bound,
        zoo=experiments.penalty_zoo(),
        pairs=experiments.all_or_nothing(),
        bet=experiments.bet(),
        atom=experiments.zero_atom(thresholds=(0, 1e-4, 1e-3, 1e-2, 1e-1)),
        zones=[experiments.zone_map(r) for r in (0.0, 0.9)],
        bowls=experiments.bowls(),
        gallery=experiments.digits_gallery(),
        walks=experiments.optimisers(),
        found=experiments.finite_identification(),
        false=experiments.false_zeros(correlations=(0.45, 0.55, 0.705)),
        posterior=experiments.laplace_posterior([0.5]),
        returns=experiments.returns_to_zero(),
    )


def zoo_row(k):
    """Values, slopes at 0 and zeros of a penalty, as its row shows them."""

    def numbers(f):
        low, high = f.zoo.criterion[k]
        return [*f.zoo.values[k], *([low, high] if low < high else [high]), f.zoo.zeros[k]]

    return numbers


def bowl_row(k, l1_page, l2_page):
    def numbers(f):
        return [l1_page, 100 * f.bowls.l1_exact[k], l2_page, *(100 * f.bowls.l2_on_grid[k]), 100 * f.bowls.l2_exact[k]]

    return numbers


def walk_row(k):
    def numbers(f):
        w = f.walks
        return [w.zeros[k, -1], w.wrong_zeros[k, -1], w.below(1e-3)[k], w.below(1e-2)[k]]

    return numbers


# fmt: off
CLAIMS = [
    ("Of {} weights L1 makes {} zero. L2 with the same training loss makes {} zero",
     lambda f: [f.cancer.n, f.cancer.zeros, f.cancer.l2_zeros]),
    ("the mean loss then falls by {}", lambda f: [f.cancer.pull]),
    ("L1 takes {} (its alpha)", lambda f: [ALPHA]),
    ("with {} to spare", lambda f: [ALPHA - f.cancer.pull]),
    ("`alpha w²/{}`, whose slope at `w = {}` is {}.", lambda f: [2, 0, f.zoo.criterion[1, 1]]),
    ("the pull moves the weight: to {}", lambda f: [f.cancer.l2["worst area"]]),
    ("Alone it would be {},", lambda f: [f.cancer.alone]),
    ("`worst radius` takes {} of it and `worst concave points` {}:", lambda f: [*f.cancer.taken.values()]),
    ("the pull is at most {}, below the toll", lambda f: [f.bound]),
    ("`worst radius` itself is pulled with {}, more than the toll", lambda f: [f.cancer.other_pull]),
    ("at the weight {} what is left", lambda f: [f.cancer.weight]),
    ("`|w|` has slope {} on the left and {} on the right", lambda f: f.zoo.criterion[0]),
    ("one slope there, {}, and holds", lambda f: [f.zoo.criterion[1, 1]]),
    ("sends {} random pulls between {} and {} against five penalties of strength {}:",
     lambda f: [len(f.zoo.pulls), -1, 1, f.zoo.alpha]),
    ("| at w = {} | at w = {} | slopes at {} |", lambda f: [0.1, 0.01, 0]),
    (r"| `\|w\|` (L1) | {} | {} | {} to {} | {} |", zoo_row(0)),
    (r"`(\|w\| + w²/2)/2` | {} | {} | {} to {} | {} |", zoo_row(2)),
    ("| `w²/2` (L2) | {} | {} | {} | {} |", zoo_row(1)),
    (r"| `\|w\|^1.5` | {} | {} | {} | {} |", zoo_row(3)),
    ("`sqrt(w² + 1e-12) - 1e-6` | {} | {} | {} | {} |", zoo_row(4)),
    ("(here at most {})", lambda f: [np.max(np.abs(f.zoo.weights[4]))]),
    ("of {} pairs it zeroes both weights of {}, and one alone in {} (",
     lambda f: [len(f.pairs.pulls), f.pairs.both_zero, f.pairs.one_zero]),
    ("draws {} data sets with {} columns", lambda f: f.bet.l1_coefs.shape),
    ("L1 makes {} to {} exact zeros in each; L2 makes {} in all",
     lambda f: [f.bet.l1_zeros.min(), f.bet.l1_zeros.max(), f.bet.l2_zeros.sum()]),
    ("L1 wins {} to {}.", lambda f: [f.bet.wins, f.bet.losses]),
    ("would have the probability {},", lambda f: [f.bet.p_value]),
    ("Shares of the {} weights", lambda f: [f.atom.n_weights]),
    ("| within | {} | {} | {} | {} | {} |", lambda f: f.atom.thresholds),
    ("| L1 | {} % | {} % | {} % | {} % | {} % |", lambda f: 100 * f.atom.l1_shares),
    ("| L2 | {} % | {} % | {} % | {} % | {} % |", lambda f: 100 * f.atom.l2_shares),
    ("a square of side {}, alpha {})", lambda f: [2 * f.zones[0].half_width, f.zones[0].alpha]),
    ("fill {} % of it when the columns do not correlate, and {} % when they correlate by {}:",
     lambda f: [*(100 * z.l1_areas[:3].sum() / z.l1_areas.sum() for z in f.zones), f.zones[1].hessian[0, 1]]),
    ("form lines, of area {}", lambda f: [f.zones[0].l2_areas[:3].sum()]),
    ("It tries {} points of the circle", lambda f: f.bowls.resolutions[:1]),
    ("L2, {} points | {} points | {} points |", lambda f: f.bowls.resolutions),
    ("| symmetric | {} % | {} % | {} % | {} % | {} % | {} % | {} % |", bowl_row(0, 66, 3)),
    ("| tilted | {} % | {} % | {} % | {} % | {} % | {} % | {} % |", bowl_row(1, 72, 5)),
    ("| one weak feature | {} % | {} % | {} % | {} % | {} % | {} % | {} % |", bowl_row(2, 80, 45)),
    ("prints {} % zeros under L2. These are {} of {} pixels, numbers {}, {} and {},",
     lambda f: [100 * f.gallery.l2_zeros[0] / 64, len(f.gallery.constant), 64, *f.gallery.constant]),
    ("L1 makes {}, {} and {} zeros at its three strengths, L2 those {} at each",
     lambda f: [*f.gallery.l1_zeros, *set(f.gallery.l2_zeros)]),
    ("one lasso of {} weights, of which {} are zero at the optimum, for {} passes",
     lambda f: [len(f.walks.optimum), np.sum(f.walks.optimum == 0), f.walks.weights.shape[1]]),
    ("| below {} | below {} |", lambda f: [1e-3, 1e-2]),
    ("| proximal gradient (shrink, and clip at zero) | {} | {} | {} | {} |", walk_row(0)),
    ("| subgradient, with `alpha sign(w)` | {} | {} | {} | {} |", walk_row(1)),
    ("| SGD, one row at a time | {} | {} | {} | {} |", walk_row(2)),
    ("| Adam | {} | {} | {} | {} |", walk_row(3)),
    ("| proximal SGD | {} | {} | {} | {} |", walk_row(4)),
    ("| clip and freeze (TensorFlow Playground) | {} | {} | {} | {} |", walk_row(5)),
    ("in its last {} passes it holds between {} and {} zeros",
     lambda f: [100, f.walks.zeros[4, -100:].min(), f.walks.zeros[4, -100:].max()]),
    ("it took {}, {}, {}, {} and {} steps", lambda f: f.found.iterations),
    ("allows at most {}, {}, {}, {} and {}.", lambda f: f.found.bounds),
    ("each with weight {}, and let", lambda f: [1]),
    ("With {} rows and alpha {}", lambda f: [100_000, f.false.alpha]),
    ("gives {}, {}, {} while the third correlates with each by {};",
     lambda f: [*f.false.coefs[0], f.false.correlations[0]]),
    ("at {} it gives {}, {}, {}; at {} it gives {}, {}, {}:",
     lambda f: [f.false.correlations[1], *f.false.coefs[1], f.false.correlations[2], *f.false.coefs[2]]),
    ("Along {} paths", lambda f: [len(f.returns.returned)]),
    ("as alpha fell, on {}.", lambda f: [f.returns.paths]),
    ("With one observation {} and rate {} that is {}, but the mean weight is {},",
     lambda f: [f.posterior.y[0], f.posterior.rate, f.posterior.mode[0], f.posterior.mean[0]]),
    ("a weight is exactly zero with probability {}.", lambda f: [0]),
    ("L1 makes exact zeros with positive probability, L2 with probability {}.", lambda f: [0]),
    ("only for a pull of exactly {}:", lambda f: [0]),
    ("on {} of {} paths one leaves zero", lambda f: [f.returns.paths, len(f.returns.returned)]),
    ("the slope is the same for all weights but {},", lambda f: [0]),
    ('at {} "the L1 penalty is {}, but the L2 penalty is {}"', lambda f: [0.1, 0.1, 0.1**2]),
    ("alpha times w, ends at {}.", lambda f: [f.zoo.criterion[1, 1]]),
    ("at {} it is {} against a whole interval", lambda f: [0, f.zoo.criterion[1, 1]]),
    ("`worst perimeter` ({}) is larger than `worst texture` ({}),",
     lambda f: [f.cancer.l2["worst perimeter"], f.cancer.l2["worst texture"]]),
]
# fmt: on


@pytest.fixture(scope="module")
def page():
    return (Path(__file__).parents[1] / "docs" / "why.md").read_text("utf-8")


def pattern(claim):
    """The claim as a regular expression that lets lines break anywhere."""
    pieces = [r"\s+".join(re.escape(word) for word in re.split(r"\s", piece)) for piece in claim.split("{}")]
    return f"({NUMBER})".join(pieces)


@pytest.mark.parametrize(("claim", "recompute"), CLAIMS, ids=[claim[:50] for claim, _ in CLAIMS])
def test_the_page_says_what_is_computed(page, facts, claim, recompute):
    found = re.findall(pattern(claim), page)
    assert len(found) == 1, f"the page says this {len(found)} times"
    printed = [found[0]] if isinstance(found[0], str) else list(found[0])
    values = [float(value) for value in recompute(facts)]
    assert len(printed) == len(values)
    for text, value in zip(printed, values, strict=True):
        shown = Decimal(text.replace(",", ""))
        half = Decimal(1).scaleb(shown.as_tuple().exponent) / 2
        assert abs(Decimal(value) - shown) <= half * Decimal("1.000001"), f"{text} is {value}"


def test_no_number_of_the_page_lacks_a_test(page):
    rest = re.sub(r"^```.*?^```$", "", page, flags=re.MULTILINE | re.DOTALL)
    for claim, _ in CLAIMS:
        rest = re.sub(pattern(claim), "", rest)
    rest = re.sub(r"\bL[12]\b|Eq\. \(\d+\)|`[^`]*`|^\d\. ", "", rest, flags=re.MULTILINE)
    assert re.findall(r".{0,30}\d.{0,30}", rest) == []


def test_what_the_page_says_of_single_weights_holds(facts):
    c = facts.cancer
    assert c.pull < ALPHA < c.alone
    assert facts.bound < ALPHA < c.other_pull
    assert c.l1["worst perimeter"] == 0 != c.l1["worst texture"]
    assert c.l2["worst perimeter"] > c.l2["worst texture"]
    difference = np.abs(np.abs(facts.zoo.weights[0]) - np.hypot(facts.zoo.weights[0], 1e-6) + 1e-6)
    assert np.max(difference) <= 1e-6


def test_the_code_of_the_page_runs(page):
    for block in re.findall(r"^```python\n(.*?)^```$", page, flags=re.MULTILINE | re.DOTALL):
        exec(compile(block, "docs/why.md", "exec"), {})


def test_twelve_statements_of_the_thread_are_judged(page):
    table = page.split("## The thread, sentence by sentence")[1]
    rows = [line.split(" | ") for line in table.splitlines() if line.startswith("| ")][2:]
    assert [row[1] for row in rows] == [*VERDICTS, "wrong"]
