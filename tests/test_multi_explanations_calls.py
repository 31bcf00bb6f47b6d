"""How explanations of matrices are asked for: drop-ins, tables, paths, what is refused, hostile names."""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd
import pytest
from scipy import sparse

import whyzero as wz
from hostile_names import HOSTILE
from matrix_explanations import draw, explained
from whyzero import sklearn as ours
from whyzero.errors import InputError, InputTypeError
from whyzero.multi import (
    MatrixExplanation,
    explain,
    fit_multitask_path,
    fit_softmax_path,
)


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
