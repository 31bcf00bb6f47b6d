"""Sentences about matrices of weights: for every column, target and class, and for weights from anywhere."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from matrix_explanations import ALPHA, FIT, draw, explained
from whyzero.certificates import Verdict
from whyzero.explanations.sentences import LEVELS
from whyzero.multi import (
    explain,
    fit_multitask_path,
    fit_softmax_path,
)


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
