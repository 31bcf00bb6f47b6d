"""Explanations of matrices of weights: numbers of scikit-learn's optima, of scalar explanations, and of refits."""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd
import pytest
from scipy import sparse
from sklearn import linear_model

import whyzero as wz
from hostile_names import HOSTILE
from whyzero import sklearn as ours
from whyzero.certificates import Verdict
from whyzero.errors import InputError, InputTypeError
from whyzero.explanations.sentences import LEVELS
from whyzero.multi import (
    MatrixExplanation,
    explain,
    fit_multitask_path,
    fit_softmax_path,
    multitask_problem,
    softmax_problem,
    solve_matrix_path,
)
from whyzero.problem import make_problem
from whyzero.solution import Settings
from whyzero.solve import solve

TIGHT = Settings(tol=1e-13)
FIT = {"squared": fit_multitask_path, "softmax": fit_softmax_path}
ALPHA = {"squared": 0.5, "softmax": 0.08}


def draw(loss, seed=0, n=60, p=6, tasks=3):
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(n, p)) * rng.uniform(0.5, 2.0, p) + rng.normal(size=p)
    x[:, 3] += 0.9 * x[:, 0]
    scores = x[:, :2] @ rng.normal(size=(2, tasks)) * 1.5 + rng.normal(size=(n, tasks))
    labels = np.array(["high", "low", "mid", "none"])[np.argmax(scores, axis=1)]
    return x, scores if loss == "squared" else labels


def explained(loss, seed=0, alpha=None, compare="l2", **options):
    x, y = draw(loss, seed)
    path = FIT[loss](x, y, alphas=[ALPHA[loss] if alpha is None else alpha], tol=1e-12, **options)
    return explain(path[0], compare=compare), x, y


def same(mine, other, **tolerances):
    assert (mine is None) == (other is None)
    assert mine is None or mine == pytest.approx(other, **tolerances)


def test_numbers_of_several_targets_are_those_of_scikit_learns_optimum():
    found, x, y = explained("squared")
    theirs = linear_model.MultiTaskLasso(alpha=0.5, tol=1e-14, max_iter=100_000).fit(x, y)
    centred = x - x.mean(axis=0)
    residual = y - theirs.predict(x)
    assert 0 < found.header.zero < 6
    for j, row in enumerate(found.rows):
        np.testing.assert_allclose(row.weights, theirs.coef_[:, j], atol=1e-8)
        assert row.coef == pytest.approx(np.linalg.norm(theirs.coef_[:, j]), abs=1e-8)
        pull = centred[:, j] @ (residual + np.outer(centred[:, j], theirs.coef_[:, j])) / len(x)
        np.testing.assert_allclose(row.pulls, pull, atol=1e-8)
        assert row.pull == pytest.approx(np.linalg.norm(pull), abs=1e-8)
        assert row.null_pull == pytest.approx(np.linalg.norm(centred[:, j] @ y) / len(x), rel=1e-9)
        assert (row.toll, row.ratio) == (0.5, row.pull / 0.5)
        assert row.lo <= row.coef <= row.hi
        assert (row.verdict is Verdict.ZERO_PROVED) == (row.coef == 0)
        assert (row.pull <= row.toll) == (row.coef == 0)
    assert found.header.alpha_max == pytest.approx(max(row.null_pull for row in found.rows))
    assert found.header.train_loss == pytest.approx(0.5 * np.mean(np.sum(residual**2, axis=1)))
    assert found.header.elsewhere["scikit-learn"] == "MultiTaskLasso(alpha=0.5)"


def test_numbers_of_classes_are_those_of_scikit_learns_optimum():
    found, x, y = explained("softmax")
    c = 1.0 / (len(x) * ALPHA["softmax"])
    theirs = linear_model.LogisticRegression(C=c, l1_ratio=1.0, solver="saga", tol=1e-12, max_iter=100_000).fit(x, y)
    assert f"C={c:.6g}"[:8] in found.header.elsewhere["scikit-learn"]
    off = theirs.predict_proba(x) - (y[:, None] == theirs.classes_)
    centred = x - x.mean(axis=0)
    assert found.header.targets == ("high", "low", "mid")
    for j in range(6):
        for k, label in enumerate(found.header.targets):
            row = found.row(j, label)
            assert row.coef == pytest.approx(theirs.coef_[k, j], abs=1e-6)
            assert (row.coef == 0) == (theirs.coef_[k, j] == 0)
            if row.coef == 0:
                assert row.pull * row.pull_sign == pytest.approx(-centred[:, j] @ off[:, k] / len(x), abs=1e-6)
                assert row.pull <= row.toll == ALPHA["softmax"]
            assert (row.verdict is Verdict.ZERO_PROVED) == (row.coef == 0)
    assert 0 < found.header.zero < 18


@pytest.mark.parametrize(("l1_ratio", "intercept"), [(1.0, True), (0.5, True), (1.0, False), (0.0, True)])
def test_one_target_is_explained_with_the_numbers_of_the_scalar_explanation(l1_ratio, intercept):
    x, y = draw("squared", 2)
    weight = np.random.default_rng(1).uniform(0.3, 2.0, len(x))
    options = {
        "l1_ratio": l1_ratio,
        "fit_intercept": intercept,
        "sample_weight": weight,
        "penalty_factor": [1.0, 1.0, 0.0, 1.0, np.inf, 2.0],
    }
    scalar = wz.explain(solve(make_problem(x, y[:, 0], **options), 0.4, settings=TIGHT))
    matrix = explain(solve_matrix_path(multitask_problem(x, y[:, :1], **options), alphas=[0.4], settings=TIGHT)[0])
    for name in ("alpha", "alpha_max", "null_loss", "train_loss", "zero", "nonzero", "open", "verdicts"):
        assert getattr(matrix.header, name) == pytest.approx(getattr(scalar.header, name), rel=1e-9), name
    for mine, other in zip(matrix.rows, scalar.rows, strict=True):
        assert mine.coef == pytest.approx(abs(other.coef), abs=1e-9)
        assert mine.weights[0] == pytest.approx(other.coef, abs=1e-9)
        for name in ("toll", "pull", "null_pull", "ratio", "slack"):
            same(getattr(mine, name), getattr(other, name), rel=1e-7, abs=1e-9)
        assert (mine.verdict, mine.reason.kind) == (other.verdict, other.reason.kind)
        assert [name for name, _ in mine.reason.by] == [name for name, _ in other.reason.by]
        same(mine.evidence.alpha_alone, other.evidence.alpha_alone, rel=1e-9)
        if other.coef == 0:
            same(mine.evidence.factor_change, other.evidence.factor_change, rel=1e-7)
        assert abs(mine.partner_coef) == pytest.approx(abs(other.partner_coef), rel=1e-5, abs=1e-7)
        assert mine.partner_pull == pytest.approx(other.partner_pull, rel=1e-5, abs=1e-7)
    assert matrix.partner.name == scalar.partner.name
    assert matrix.partner.solution.alpha == pytest.approx(scalar.partner.solution.alpha, rel=1e-6)


@pytest.mark.parametrize("l1_ratio", [1.0, 0.5])
def test_two_classes_are_explained_as_the_scalar_model_of_the_difference_of_their_weights(l1_ratio):
    """Symmetric weights are half of the scalar ones, and the ridge part of both is half that of the difference."""
    x, y = draw("softmax", 4, tasks=2)
    alpha = 0.06
    l1, l2 = alpha * l1_ratio, alpha * (1 - l1_ratio) / 2
    scalar_problem = make_problem(x, y, loss="logistic", l1_ratio=l1 / (l1 + l2))
    scalar = wz.explain(solve(scalar_problem, l1 + l2, settings=TIGHT))
    problem = softmax_problem(x, y, l1_ratio=l1_ratio)
    matrix = explain(solve_matrix_path(problem, alphas=[alpha], settings=TIGHT)[0])
    zeros = [row.index for row in scalar.rows if row.coef == 0]
    assert 0 < len(zeros) < 6
    assert matrix.header.train_loss == pytest.approx(scalar.header.train_loss, rel=1e-8)
    for j, other in enumerate(scalar.rows):
        low, high = (matrix.row(j, label) for label in ("high", "low"))
        assert high.coef - low.coef == pytest.approx(other.coef, abs=1e-7)
        if l1_ratio < 1:
            assert high.coef == pytest.approx(other.coef / 2, abs=1e-7)
        for row in (low, high):
            assert row.null_pull == pytest.approx(other.null_pull, rel=1e-8)
            assert row.toll == pytest.approx(other.toll, rel=1e-12)
        if j not in zeros:
            continue
        assert high.pull * high.pull_sign == pytest.approx(other.pull * other.pull_sign, abs=1e-8)
        assert low.pull * low.pull_sign == pytest.approx(-other.pull * other.pull_sign, abs=1e-8)
        assert (high.verdict, high.reason.kind) == (other.verdict, other.reason.kind)
        assert high.reason.by == () or [name for name, _ in high.reason.by] == [name for name, _ in other.reason.by]
        account = matrix.account(j, "low")
        assert [name for name, _ in account.steps] == [name for name, _ in other.waterfall.steps]
        np.testing.assert_allclose([a for _, a in account.steps], [a for _, a in other.waterfall.steps], rtol=1e-6)


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


@pytest.mark.parametrize("loss", FIT)
def test_every_column_has_a_reason_at_every_level(loss):
    options = {"penalty_factor": [1.0, 0.0, 1.0, 1.0, np.inf, 1.0]}
    for alpha in (0.3 * ALPHA[loss], ALPHA[loss], 100.0):
        for l1_ratio in (1.0, 0.5, 0.0):
            if loss == "softmax" and l1_ratio == 0.0 and alpha == 100.0:
                continue
            found, _, _ = explained(loss, alpha=alpha, l1_ratio=l1_ratio, **options)
            for name in ("x0", "x1", "x4", "x5"):
                told = {found.why(name, level) for level in LEVELS}
                assert len(told) >= 2 or name == "x4" or (loss, name) == ("softmax", "x1")
                for text in told:
                    assert text.startswith(("`", "The weights of `", "The penalty charges", "With", "The weight of `"))
                    assert ("proved" in text) <= any(
                        row.verdict is not Verdict.OPEN for row in found.rows if row.name == name
                    )
            assert "excluded" in found.why("x4") or "whatever the data say" in found.why("x4")
            assert len(str(found).split(". ")) >= 3
            heading = found.summary().split("\n\n")[0]
            assert max(map(len, heading.splitlines())) <= 100


def test_one_target_of_several_is_told_with_its_share():
    x, y = draw("squared")
    path = fit_multitask_path(x, y, alphas=[0.5], tol=1e-12)
    found = explain(path[0], targets=["salt", "sugar", "fat"])
    row = next(row for row in found.rows if row.coef == 0)
    shares = 0.0
    for k, label in enumerate(("salt", "sugar", "fat")):
        text = found.why(row.name, target=label)
        assert text.startswith(f"For `{label}` the weight of `{row.name}` is 0 because")
        account = found.account(row.name, label)
        alone = (x[:, row.index] - x[:, row.index].mean()) @ y[:, k] / len(x)
        assert account.null == pytest.approx(abs(alone))
        assert account.final == pytest.approx(np.sign(alone) * row.pulls[k])
        shares += row.pulls[k] ** 2
    assert shares == pytest.approx(row.pull**2)
    assert found.account(row.name).final ** 2 + found.rows[row.index].across ** 2 <= row.pull**2 * (1 + 1e-9)


def test_a_column_of_classes_says_how_many_of_its_weights_are_zero():
    found, _, _ = explained("softmax")
    for j in range(6):
        rows = [found.row(j, label) for label in found.header.targets]
        used = [row for row in rows if row.coef != 0]
        said = found.why(f"x{j}").split("\n\n")
        assert len(said) == 4
        if used:
            assert said[0].startswith(f"`x{j}` has weights for {len(used)} of the 3 classes: ")
        else:
            assert said[0].startswith(f"`x{j}` has no weight in any of the 3 classes.")
            assert "first, if its penalty factor, now 1, fell below" in said[0]
        for row, paragraph in zip(rows, said[1:], strict=True):
            assert paragraph.startswith(f"`x{j}, {row.target}` is")
            assert found.why(f"x{j}", target=row.target) == paragraph


def test_weights_from_anywhere_are_explained_and_judged():
    for loss in FIT:
        found, x, y = explained(loss)
        coef, b0 = found.certificate.coef, found.certificate.intercept
        given = explain(x, y, coef, b0, loss=loss, alpha=ALPHA[loss])
        pd.testing.assert_frame_equal(given.table, found.table)
        assert given.header.status == ""
        spoilt = coef.copy()
        zero, used = np.argwhere(coef == 0)[0], np.argwhere(coef != 0)[0]
        spoilt[tuple(zero)] = 1e-7
        spoilt[:, used[1]] = 0.0
        judged = explain(x, y, spoilt, b0, loss=loss, alpha=ALPHA[loss])
        verdicts = {row.verdict for row in judged.rows}
        assert {Verdict.NUMERICAL_DEBRIS, Verdict.WRONG_ZERO} <= verdicts
        told = [judged.why(name, level) for name in judged.problem.rows.names for level in LEVELS]
        assert any("debris" in text for text in told)
        assert any("proved wrong" in text or "this fit is wrong" in text for text in told)
        assert sum("proved" in sentence for sentence in judged.warnings) >= 2


def test_the_sign_of_a_given_weight_is_not_called_proved_where_it_is_the_other():
    found, x, y = explained("softmax")
    coef = found.certificate.coef.copy()
    k, j = np.argwhere(coef != 0)[0]
    coef[k, j] *= -1e-3
    judged = explain(x, y, coef, found.certificate.intercept, loss="softmax", alpha=ALPHA["softmax"])
    text = judged.why(f"x{j}", target=found.header.targets[k])
    assert "at every optimum it lies between" in text


def test_what_is_not_unique_or_open_says_why():
    x, y = draw("softmax")
    free = explain(fit_softmax_path(x, y, alphas=[0.05], penalty_factor=[0, 1, 1, 1, 1, 1], tol=1e-12)[0])
    assert free.row(0, "low").verdict is Verdict.NOT_UNIQUE
    assert "the same number may be added to the weights of all classes. That is proved." in free.why("x0", target="low")
    ones = np.column_stack([np.ones(len(x)), x[:, 1:]])
    still = explain(fit_softmax_path(ones, y, alphas=[0.05], penalty_factor=[0, 1, 1, 1, 1, 1], tol=1e-12)[0])
    assert "no prediction depends on it, and it costs nothing. That is proved." in still.why("x0", target="low")
    rest = fit_multitask_path(ones, draw("squared")[1], alphas=[0.5], penalty_factor=[0, 1, 1, 1, 1, 1])
    assert "are not unique: the column has the same value in every row" in explain(rest[0]).why("x0")
    two_x, two_y = draw("softmax", 4, tasks=2)
    path = fit_softmax_path(two_x, two_y, alphas=[0.02], tol=1e-12)
    two = explain(path[0])
    open_rows = [row for row in two.rows if row.verdict is Verdict.OPEN]
    assert open_rows
    assert any("even number of classes" in two.why(row.name, target=row.target) for row in open_rows) == any(
        0.0 not in row.weights for row in open_rows
    )
    twins = explain(fit_multitask_path(np.column_stack([x, x[:, 0]]), draw("squared")[1], alphas=[0.3])[0])
    assert any("are equal in every row" in sentence for sentence in twins.warnings)
    assert any("open" in sentence for sentence in twins.warnings)
    assert "nothing is proved" in twins.why("x0")


def test_drop_ins_explain_their_fits():
    x, y = draw("squared")
    _, names = draw("softmax")
    frame = pd.DataFrame(x, columns=list("abcdef"))
    targets = pd.DataFrame(y, columns=["salt", "sugar", "fat"])
    weight = np.random.default_rng(1).uniform(0.5, 2.0, len(x))
    plain_cv = {"scoring": "neg_log_loss", "use_legacy_attributes": False, "Cs": [0.1, 3.0], "cv": 3}
    for model, given, target in (
        (ours.MultiTaskLasso(0.5), frame, targets),
        (ours.MultiTaskElasticNet(0.5, l1_ratio=0.3, fit_intercept=False), x, y),
        (ours.MultiTaskLassoCV(alphas=3), x, y),
        (ours.MultiTaskElasticNetCV(alphas=3, l1_ratio=[0.4, 0.9]), x, y),
        (ours.LogisticRegression(l1_ratio=1.0, C=0.3, class_weight="balanced"), frame, names),
        (ours.LogisticRegression(l1_ratio=0.5, C=0.3), sparse.csr_matrix(x), names),
        (ours.LogisticRegressionCV(l1_ratios=(1.0,), **plain_cv), x, names),
        (ours.LogisticRegression(C=np.inf), x, names),
        (ours.MultiTaskElasticNet(alpha=0.0), x, y),
    ):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            model.fit(given, target, sample_weight=weight)
        found = model.explain(given, target, weight)
        assert isinstance(found, MatrixExplanation)
        assert found.certificate.to_json() == model.certify(given, target, weight).to_json()
        zeros = model.coef_ == 0 if found.header.loss == "softmax" else ~np.any(model.coef_, axis=0)
        assert np.array_equal([row.coef == 0 for row in found.rows], zeros.T.ravel())
        assert found.header.targets == tuple(
            getattr(model, "classes_", getattr(target, "columns", range(model.coef_.shape[0])))
        )
        assert found.header.status == model.status_.value
    first = ours.MultiTaskLasso(0.5).fit(frame, targets).explain(frame, targets, compare=None, title="Taste")
    assert (first.title, first.partner) == ("Taste", None)
    assert first.why("a", target="salt").startswith("For `salt` the weight of `a`")
    with pytest.raises(InputError, match="steps is not an option of an explanation of a matrix"):
        ours.MultiTaskLasso(0.5).fit(x, y).explain(x, y, steps=10)
    with pytest.raises(InputError, match="solve no problem"):
        legacy = ours.LogisticRegressionCV(l1_ratios=(1.0,), refit=False, **plain_cv).fit(x, names)
        legacy.explain(x, names)


def test_tables_notebooks_and_text_hold_every_row():
    for loss, columns in (("squared", {"coef 0", "coef 2"}), ("softmax", {"target"})):
        found, _, _ = explained(loss)
        assert len(found.table) == len(found.rows) == (6 if loss == "squared" else 18)
        known = {"feature", "coef", "pull", "toll", "ratio", "null_pull", "verdict", "reason", "factor_change"}
        assert known | columns <= set(found.table.columns)
        assert not {"waterfall", "rows_push", "active_alphas"} & set(found.table.columns)
        assert found.table["pull"].tolist() == [row.pull for row in found.rows]
        text = found.summary()
        assert text.splitlines()[0] == found.title
        assert all(f"x{j}" in text for j in range(6))
        cell = found._repr_html_()
        assert cell.count("<tr>") == len(found.rows) + 1
        assert "widget()" not in cell
        assert repr(found).startswith("<MatrixExplanation of ")
        with pytest.raises(InputError, match=r"summary\(\) is the text"):
            found.to_html("page.html")


def test_a_path_gives_the_fit_at_an_alpha_of_its_grid():
    x, y = draw("squared")
    path = fit_multitask_path(x, y, alphas=[1.0, 0.5], tol=1e-12)
    assert explain(path, alpha=0.5).header.alpha == 0.5
    with pytest.raises(InputError, match="a path has many fits"):
        explain(path)
    with pytest.raises(InputError, match=r"not on the grid of this path; the nearest is 0.5"):
        explain(path, alpha=0.6)


def test_what_does_not_go_together_is_refused():
    x, y = draw("squared")
    solution = fit_multitask_path(x, y, alphas=[0.5])[0]
    found = explain(solution, compare=None)
    again = explain(solution, certificate=found.certificate, compare=None)
    assert again.certificate is found.certificate
    other = fit_multitask_path(x, y, alphas=[0.4])[0]
    refused = [
        (lambda: explain(other, certificate=found.certificate), "certificate speaks of other weights"),
        (lambda: explain(solution, alpha=0.4), "leave alpha out"),
        (lambda: explain(solution, y), "y does not go with a MatrixSolution"),
        (lambda: explain(solution, l1_ratio=0.5), "l1_ratio does not go with a MatrixSolution"),
        (lambda: explain(solution, targets=["a"]), "targets has 1 labels, and there are 3 targets"),
        (lambda: explain(solution, compare="l3"), "compare='l3' is not known"),
        (lambda: explain(x, y, solution.coef, loss="hinge", alpha=0.5), "loss='hinge' is not known"),
        (lambda: found.why("x9"), r"name='x9' is no column of this model, which has 6; the first is 'x0'"),
        (lambda: found.why("x1", "wizard"), "level='wizard' is not known; use one of 'learner'"),
        (lambda: found.why("x1", target="salt"), r"target='salt' is not known; use one of 0, 1, 2"),
        (lambda: found.row("x1", 0), "the weights of all targets have one row"),
        (lambda: found.row(6), "feature=6 is no column of this model; give 0 to 5"),
    ]
    for call, message in refused:
        with pytest.raises(InputError, match=message):
            call()
    with pytest.raises(InputTypeError, match=r"explained by whyzero\.multi\.explain"):
        wz.explain(solution)
    with pytest.raises(InputTypeError, match="fit must be a MatrixSolution or a MatrixPath"):
        explain(x, y, solution.coef)
    softmax, _, _ = explained("softmax", compare=None)
    with pytest.raises(InputError, match="every class has a weight; choose one of 'high', 'low', 'mid'"):
        softmax.account("x1")
    with pytest.raises(InputError, match="the classes have the labels of y"):
        explain(fit_softmax_path(*draw("softmax"), alphas=[0.1])[0], targets=["a", "b", "c"])


def test_names_are_data():
    x, y = draw("squared")
    names = HOSTILE[:6]
    found = explain(fit_multitask_path(x, y, alphas=[0.5], feature_names=names)[0])
    cell = found._repr_html_()
    assert "<script" not in cell
    assert "\u202e" not in found.summary() + found.why(names[0])
