"""What would change weights of a matrix, and what another penalty does with them, against refits."""

from __future__ import annotations

import re

import numpy as np
import pytest
from sklearn import linear_model

from matrix_explanations import FIT, explained
from oracle.matrix_models import softmax_weights


def in_use(loss, data, factor, alpha, j):
    """Whether scikit-learn gives column j a weight when its penalty factor is another: it is scaled instead."""
    x, y = data
    scaled = x.copy()
    scaled[:, j] /= factor
    if loss == "squared":
        fit = linear_model.MultiTaskLasso(alpha=alpha, tol=1e-13, max_iter=100_000)
    else:
        fit = linear_model.LogisticRegression(
            C=1.0 / (len(x) * alpha), l1_ratio=1.0, solver="saga", tol=1e-10, max_iter=50_000
        )
    return bool(np.any(fit.fit(scaled, y).coef_[:, j]))


@pytest.mark.parametrize("loss", FIT)
def test_the_nearest_change_of_a_column_is_what_refits_find(loss):
    found, x, y = explained(loss, compare=None)
    kinds = set()
    for j in range(6):
        rows = found._with_factor(j)
        change, used = rows[0].evidence.factor_change, any(rows[0].weights)
        kinds.add(used)
        assert (change > 1) == used
        assert in_use(loss, (x, y), 0.98 * change, found.header.alpha, j)
        assert not in_use(loss, (x, y), 1.02 * change, found.header.alpha, j)
    assert kinds == {True, False}


def test_a_single_weight_leaves_zero_below_the_factor_that_is_told_for_it_alone():
    """A convex solver charges every weight by itself, which no option of whyzero does."""
    found, x, y = explained("softmax", compare=None)
    kinds = set()
    for row in found.rows:
        text = found.why(row.name, target=row.target)
        limit = re.search(r"below a penalty factor of (?:about )?([\d.]+), not 1\. That cannot be set", text)
        never = "would stay zero under any penalty" in text
        assert (never or limit is not None) == (row.coef == 0 and any(row.weights))
        if row.coef != 0 or not any(row.weights):
            continue
        kinds.add(never)
        change = 0.05 if limit is None else row.pull / found.header.alpha
        if limit is not None:
            assert float(limit[1]) == pytest.approx(change, rel=1e-2)
            assert "v_jk < " in found.why(row.name, "expert", target=row.target)
        for factor, used in ((0.97 * change, limit is not None), (1.03 * change, False)):
            charge = np.full((3, 6), found.header.alpha)
            charge[row.task, row.index] *= factor
            assert (abs(softmax_weights(x, y, charge)[row.task, row.index]) > 1e-4) == used
    assert kinds == {True, False}


def test_a_zero_stays_above_alpha_alone_as_long_as_the_others_are_zero():
    found, x, y = explained("squared", compare=None)
    for row in found.rows:
        column = x[:, [row.index]]
        above, below = (
            linear_model.MultiTaskLasso(alpha=factor * row.evidence.alpha_alone, tol=1e-13).fit(column, y).coef_
            for factor in (1.001, 0.999)
        )
        assert not np.any(above)
        assert np.all(below != 0)


def test_the_partner_is_scikit_learns_ridge_of_the_same_training_loss():
    found, x, y = explained("squared")
    theirs = linear_model.Ridge(alpha=len(x) * found.partner.solution.alpha, tol=1e-12).fit(x, y)
    np.testing.assert_allclose(found.partner.solution.coef, theirs.coef_, rtol=1e-5, atol=1e-8)
    loss = 0.5 * np.mean(np.sum((y - theirs.predict(x)) ** 2, axis=1))
    assert loss == pytest.approx(found.header.train_loss, rel=1e-6)
    assert found.partner.matched
    assert found.partner.zeros == 0

    found, x, y = explained("softmax")
    c = 1.0 / (len(x) * found.partner.solution.alpha)
    theirs = linear_model.LogisticRegression(C=c, tol=1e-10, max_iter=10_000).fit(x, y)
    np.testing.assert_allclose(found.partner.solution.coef, theirs.coef_, atol=1e-4)
    chosen = np.searchsorted(theirs.classes_, y)
    loss = -np.mean(theirs.predict_log_proba(x)[np.arange(len(y)), chosen])
    assert loss == pytest.approx(found.header.train_loss, rel=1e-6)
    assert found.partner.zeros == 0


def test_partners_of_l2_and_elastic_net_and_what_has_none(monkeypatch):
    ridge, _, _ = explained("squared", l1_ratio=0.0)
    assert (ridge.partner.name, ridge.partner.matched) == ("L1", True)
    assert "any pull moves a weight" in str(ridge)
    mixed, _, _ = explained("softmax", l1_ratio=0.5, compare="elasticnet")
    assert mixed.partner.name == "L2"
    net, _, _ = explained("softmax", compare="elasticnet")
    assert (net.partner.name, net.partner.solution.problem.l1_ratio) == ("elastic net", 0.5)
    monkeypatch.setattr("whyzero.multi.explanations.partner._LARGEST_L2", 17)
    large, _, _ = explained("softmax")
    assert large.partner is None
    assert any("No L2 fit stands beside" in sentence for sentence in large.warnings)
    assert "which is proved" in str(large)
    assert explained("squared")[0].partner is not None
