"""The whole explanation: the saved dict and its schema, text, table, page, header, warnings, refusals."""

from __future__ import annotations

import json
import re

import jsonschema
import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import Lasso

from whyzero.certificates import Verdict, certify_problem
from whyzero.cross_validation import cross_validate_path
from whyzero.errors import InputError, InputTypeError
from whyzero.estimators import GLMClassifier, GLMRegressorCV
from whyzero.explanations import explain
from whyzero.problem import make_problem
from whyzero.solution import Settings
from whyzero.solve import solve, solve_path
from zoo import PROBLEMS

ALPHA = 0.05
EXACT = Settings(tol=1e-13)


def record(**properties):
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def optional(kind):
    return {"anyOf": [kind, {"type": "null"}]}


def listed(kind, **limits):
    return {"type": "array", "items": kind, **limits}


NUMBER, COUNT, TEXT, FLAG = (
    {"type": "number"},
    {"type": "integer", "minimum": 0},
    {"type": "string"},
    {"type": "boolean"},
)
WORD = {"type": "string", "minLength": 1}
NOT_NEGATIVE = {"type": "number", "minimum": 0}
MAYBE = optional(NUMBER)
SHARE = {"type": "array", "prefixItems": [TEXT, NUMBER], "minItems": 2, "maxItems": 2}
RUN = listed({"type": "number", "exclusiveMinimum": 0}, minItems=2, maxItems=2)
ROW_SHARE = {"type": "array", "prefixItems": [COUNT, NUMBER], "minItems": 2, "maxItems": 2}
PATH = record(
    alphas=listed(NUMBER),
    index=listed(COUNT),
    coefs_std=listed(listed(NUMBER)),
    nonzero=listed(COUNT),
    train_loss=listed(NUMBER),
    sd=listed(NOT_NEGATIVE),
    dual_gap=NUMBER,
    pulls=optional(
        record(index=listed(COUNT), pull=listed(listed(optional(NOT_NEGATIVE))), slope=listed(listed(NOT_NEGATIVE)))
    ),
)
FEATURE = record(
    name=TEXT,
    coef=NUMBER,
    coef_std=NUMBER,
    toll=optional(NOT_NEGATIVE),
    pull=NOT_NEGATIVE,
    pull_sign={"enum": [-1, 0, 1]},
    ratio=optional(NOT_NEGATIVE),
    null_pull=NOT_NEGATIVE,
    slack=MAYBE,
    pull_bound=optional(NOT_NEGATIVE),
    lo=MAYBE,
    hi=MAYBE,
    verdict={"enum": [verdict.value for verdict in Verdict]},
    proof=WORD,
    reason=WORD,
    absorbers=listed(SHARE, maxItems=5),
    waterfall=record(null=NOT_NEGATIVE, steps=listed(SHARE, maxItems=5), others=NUMBER, final=NUMBER),
    alpha_enter=MAYBE,
    active_alphas=listed(RUN),
    partner_coef=MAYBE,
    partner_coef_std=MAYBE,
    partner_pull=optional(NOT_NEGATIVE),
    alpha_alone=optional(NOT_NEGATIVE),
    alpha_change=optional(RUN),
    factor_change=optional(NOT_NEGATIVE),
    price_of_zero=optional(NOT_NEGATIVE),
    radius=optional(NOT_NEGATIVE),
    irrepresentability=optional(NOT_NEGATIVE),
    rows_push=optional(NOT_NEGATIVE),
    rows_hold=optional({"type": "number", "maximum": 0}),
    rows_pushing=listed(ROW_SHARE, maxItems=3),
    rows_holding=listed(ROW_SHARE, maxItems=3),
    removable_rows=optional(COUNT),
    sentences=record(learner=WORD, user=WORD, expert=WORD),
)
SCHEMA = record(
    schema={"const": "whyzero/explanation/1"},
    whyzero=WORD,
    title=TEXT,
    target=optional(TEXT),
    classes=optional(listed({}, minItems=2, maxItems=2)),
    problem=record(
        loss={"enum": ["squared", "logistic", "poisson"]},
        n_rows=COUNT,
        n_cols=COUNT,
        alpha=NUMBER,
        l1_ratio=NUMBER,
        alpha_max=MAYBE,
        fit_intercept=FLAG,
        standardize=FLAG,
        positive=FLAG,
        intercept=NUMBER,
        objective=WORD,
        elsewhere={"type": "object", "additionalProperties": WORD, "required": ["scikit-learn", "glmnet"]},
        null_loss=MAYBE,
        train_loss=MAYBE,
        dual_gap=MAYBE,
        gap_relative=MAYBE,
        status=WORD,
        radius=optional(NOT_NEGATIVE),
        irrepresentability=optional(NOT_NEGATIVE),
    ),
    counts=record(zero=COUNT, nonzero=COUNT, open=COUNT, verdicts={"type": "object", "additionalProperties": COUNT}),
    partner=optional(
        record(
            name={"enum": ["L1", "L2", "elastic net"]},
            l1_ratio=NUMBER,
            alpha=NUMBER,
            train_loss=NUMBER,
            zeros=COUNT,
            structural_zeros=COUNT,
            match={"enum": ["training loss", "cross-validated loss", "norm of the weights", "alpha"]},
            mismatch=optional(NOT_NEGATIVE),
        )
    ),
    features=listed(FEATURE),
    path=optional(PATH),
    partner_path=optional(PATH),
    between=optional(listed(record(zero=listed(listed(MAYBE, minItems=2, maxItems=2)), nonzero=listed(NOT_NEGATIVE)))),
    cv=optional(
        record(
            alphas=listed(NUMBER),
            mean=listed(MAYBE),
            se=listed(MAYBE),
            index_min=COUNT,
            index_1se=COUNT,
            metric={"const": "deviance"},
            n_folds=COUNT,
            metrics={"type": "object", "additionalProperties": listed(MAYBE)},
        )
    ),
    steps=optional(
        record(
            names=listed(WORD),
            feature=COUNT,
            at=listed(COUNT),
            sizes=listed(listed(NOT_NEGATIVE)),
            zeros=listed(listed(COUNT)),
            predicted=optional(COUNT),
            bound=optional(COUNT),
            step=NOT_NEGATIVE,
            least_curvature=optional(NOT_NEGATIVE),
        )
    ),
    account=optional(record(null=listed(NUMBER), upper=listed(NUMBER), diagonal=listed(NOT_NEGATIVE))),
    accounts=optional(
        record(
            steps=listed(listed(listed({"type": "array", "prefixItems": [COUNT, NUMBER]}, maxItems=5))),
            others=listed(listed(NUMBER)),
            turned=listed(listed(FLAG)),
        )
    ),
    resamples=optional(
        record(
            own=listed(COUNT),
            partner=listed(COUNT),
            n_weights=COUNT,
            seed=COUNT,
            more=COUNT,
            fewer=COUNT,
            p_value=NOT_NEGATIVE,
            own_along=listed(listed(COUNT)),
            partner_along=listed(listed(COUNT)),
        )
    ),
    warnings=listed(WORD),
    certificate=optional(record(sha256={"type": "string", "pattern": "^[0-9a-f]{64}$"}, proof=WORD, n_proved=COUNT)),
)


@pytest.mark.parametrize("case", PROBLEMS, ids=lambda case: case.name)
def test_saved_dict_follows_the_schema_and_survives_json(case):
    explanation = explain(solve(case.problem(), ALPHA), target="y")
    data = explanation.data()
    jsonschema.Draft202012Validator(SCHEMA).validate(data)
    assert json.loads(explanation.to_json()) == data


@pytest.mark.parametrize("case", PROBLEMS, ids=lambda case: case.name)
def test_every_column_is_told_and_counts_add_up(case):
    problem = case.problem()
    data = explain(solve(problem, ALPHA), compare=None).data()
    assert [feature["name"] for feature in data["features"]] == list(problem.names)
    counts = data["counts"]
    assert counts["zero"] + counts["nonzero"] + counts["open"] == problem.n_cols == sum(counts["verdicts"].values())
    assert data["partner"] is None
    assert data["partner_path"] is None


@pytest.mark.parametrize("case", PROBLEMS, ids=lambda case: case.name)
def test_accounts_in_the_dict_add_up_and_end_at_the_pull(case):
    for feature in explain(solve(case.problem(), ALPHA), compare=None).data()["features"]:
        account = feature["waterfall"]
        total = account["null"] + sum(amount for _, amount in account["steps"]) + account["others"]
        assert total == pytest.approx(account["final"], rel=1e-10, abs=1e-13)
        assert account["null"] == pytest.approx(feature["null_pull"], rel=1e-10, abs=1e-14)
        assert abs(account["final"]) == pytest.approx(feature["pull"], rel=1e-10, abs=1e-14)
        assert all(amount > 0 for _, amount in feature["absorbers"])


def test_explanation_is_the_same_every_time():
    case = PROBLEMS[10]
    texts = [explain(solve(case.problem(), ALPHA)).to_json() for _ in range(2)]
    assert texts[0] == texts[1]


def test_pulls_agree_with_the_certificate():
    for case in PROBLEMS:
        explanation = explain(solve(case.problem(), ALPHA), compare=None)
        for row, pull, toll in zip(
            explanation.rows, explanation.certificate.pull, explanation.certificate.toll, strict=True
        ):
            if row.coef == 0 and not explanation.solution.problem.structural[row.index]:
                assert row.pull * row.unit == pytest.approx(pull, rel=1e-9, abs=1e-13)
                assert row.toll * row.unit == pytest.approx(toll, rel=1e-12)


def test_bounds_and_slack_are_in_the_unit_of_the_penalty_and_the_enclosure_in_stored_units():
    for name in ("standardised lasso", "standardised logistic", "lasso"):
        problem = next(case for case in PROBLEMS if case.name == name).problem()
        explanation = explain(solve(problem, 0.1), compare=None)
        certificate, sd = explanation.certificate, problem.column_sd
        for j in np.flatnonzero(~problem.structural):
            row, unit = explanation.rows[j], sd[j] if problem.standardize else 1.0
            assert row.toll == 0.1
            assert row.pull_bound * unit == pytest.approx(certificate.pull_bound[j], rel=1e-13)
            assert (row.lo, row.hi) == (certificate.lo[j], certificate.hi[j])
            assert row.coef_std == row.coef * sd[j]
            room = row.toll - row.pull if row.coef == 0.0 else row.pull - row.toll
            assert row.slack == pytest.approx(room, abs=1e-14)
            assert row.ratio == row.pull / row.toll


def test_path_of_the_dict_is_the_path_that_was_given():
    problem = PROBLEMS[4].problem()
    path = solve_path(problem, alphas=20)
    explanation = explain(path, alpha=path.alphas[12])
    data = explanation.data()["path"]
    assert data["alphas"] == path.alphas.tolist()
    ever = np.flatnonzero(path.coefs.any(axis=0))
    assert data["index"] == ever.tolist()
    np.testing.assert_allclose(data["coefs_std"], path.coefs[:, ever] * problem.column_sd[ever])
    assert data["nonzero"] == [np.count_nonzero(coef) for coef in path.coefs]
    assert data["train_loss"] == [problem.loss_value(path.coefs[k], path.intercepts[k]) for k in range(20)]
    for j, row in enumerate(explanation.rows):
        alive = [a for a, c in zip(path.alphas, path.coefs[:, j], strict=True) if c != 0]
        told = [a for a in path.alphas if any(high >= a >= low for high, low in row.active.runs)]
        assert told == alive
        assert row.active.enter == (max(alive) if alive else None)


def test_path_is_computed_where_none_is_given_and_has_the_fits_alpha():
    for index in (0, 2):
        explanation = explain(solve(PROBLEMS[index].problem(), ALPHA), compare=None)
        assert ALPHA in explanation.path.alphas
        assert np.all(np.diff(explanation.path.alphas) < 0)


def test_cross_validation_of_an_estimator_is_carried():
    rng = np.random.default_rng(0)
    x = rng.standard_normal((60, 4))
    model = GLMRegressorCV(cv=5).fit(x, x[:, 0] + rng.standard_normal(60))
    data = explain(model).data()["cv"]
    assert data["n_folds"] == 5
    assert len(data["mean"]) == len(data["alphas"]) == len(data["se"]) == len(data["metrics"]["r2"])
    path = solve_path(PROBLEMS[0].problem(), alphas=10)
    cv = cross_validate_path(path, n_folds=3)
    assert explain(path, alpha=path.alphas[3], cv=cv).data()["cv"]["index_min"] == cv.index_min


def test_given_certificate_is_used_as_it_is():
    fit = solve(PROBLEMS[0].problem(), ALPHA)
    certificate = certify_problem(fit.problem, fit.coef, fit.intercept, ALPHA)
    assert explain(fit, certificate=certificate).certificate is certificate


def test_accounts_left_out_to_save_time_are_made_when_asked_for(monkeypatch):
    fit = solve(PROBLEMS[0].problem(), 0.3)
    whole = explain(fit)
    monkeypatch.setattr("whyzero.explanations.rows._ACCOUNT_BUDGET", 0.0)
    lean = explain(fit)
    assert all(row.waterfall is None for row in lean.rows)
    jsonschema.Draft202012Validator(SCHEMA).validate(lean.data())
    jsonschema.Draft202012Validator(SCHEMA).validate(explain(fit, steps=20).data())
    for name in fit.problem.names:
        for level in ("learner", "user", "expert"):
            assert lean.why(name, level) == whole.why(name, level)


def test_summary_lists_zeros_and_folds_long_tables_with_a_count():
    rng = np.random.default_rng(0)
    x = rng.standard_normal((40, 60))
    x[:, 7] = 1.0
    explanation = explain(solve(make_problem(x, x[:, 0] + 0.1 * rng.standard_normal(40)), 0.3), compare=None)
    text = explanation.summary()
    hidden = int(re.search(r"and (\d+) more, (\d+) of them zero", text)[1])
    assert sum(line.startswith("x") for line in text.splitlines()) + hidden == 60
    small = explain(solve(PROBLEMS[0].problem(), 0.3)).summary()
    assert all(any(line.startswith(f"x{j} ") for line in small.splitlines()) for j in range(8))
    assert "nan" not in small


def test_table_has_every_row_and_its_numbers():
    explanation = explain(solve(PROBLEMS[0].problem(), 0.3))
    table = explanation.table
    assert isinstance(table, pd.DataFrame)
    assert table["feature"].tolist() == list(explanation.solution.problem.names)
    assert table["coef"].tolist() == explanation.solution.coef.tolist()
    assert (table["coef"] == 0).any()


HOSTILE = ["<img src=x onerror=alert(1)>", "a&b", '"><script>', "\u202eabc", "plain"]


def test_static_table_escapes_names_and_has_no_script():
    x = np.random.default_rng(0).standard_normal((30, 5))
    explanation = explain(solve(make_problem(x, x[:, 0], feature_names=HOSTILE), 0.1), title="<b>t</b>")
    html = explanation._repr_html_()
    assert "<script" not in html
    assert "<img" not in html
    assert "<b>t</b>" not in html
    assert "\u202e" not in html
    assert html.count("<tr>") == 6


def test_page_is_written_whole_or_not_at_all(tmp_path):
    explanation = explain(solve(PROBLEMS[0].problem(), 0.3))
    page = explanation.to_html(tmp_path / "r.html")
    assert (tmp_path / "r.html").read_text("utf-8") == page
    assert page.lstrip().lower().startswith("<!doctype html>")
    assert [file.name for file in tmp_path.iterdir()] == ["r.html"]
    with pytest.raises(FileNotFoundError):
        explanation.to_html(tmp_path / "nowhere" / "r.html")


def test_training_data_may_be_given_and_are_checked():
    rng = np.random.default_rng(0)
    x = rng.standard_normal((40, 3))
    y = np.where(x[:, 0] > 0, "yes", "no")
    model = GLMClassifier(alpha=0.1).fit(x, y)
    assert explain(model, x, y).data()["classes"] == ["no", "yes"]
    assert explain(model, pd.DataFrame(x), y).rows[0].coef == model.coef_[0]
    other = x.copy()
    other[3, 1] += 1e-3
    with pytest.raises(InputError, match=r"column 1 \('x1'\) differs"):
        explain(model, other, y)
    with pytest.raises(InputError, match=r"X has shape \(40, 2\), but the fit was made on \(40, 3\)"):
        explain(model, x[:, :2], y)
    with pytest.raises(InputError, match="y has 39 entries, but the fit was made on 40 rows"):
        explain(model, x, y[1:])
    wrong = y.copy()
    wrong[5] = {"yes": "no", "no": "yes"}[y[5]]
    with pytest.raises(InputError, match=rf"y\[5\] is {wrong[5]}, the fit had {y[5]}"):
        explain(model, x, wrong)


def test_what_cannot_be_explained_is_refused_with_the_way_out():
    path = solve_path(PROBLEMS[0].problem(), alphas=5)
    with pytest.raises(InputError, match=r"alpha=None: a path has many fits"):
        explain(path)
    with pytest.raises(InputError, match="not on the grid"):
        explain(path, alpha=path.alphas[0] * 1.5)
    with pytest.raises(InputError, match=r"this fit was made at alpha="):
        explain(path[2], alpha=path.alphas[1])
    with pytest.raises(InputTypeError, match=r"got Lasso; fit it first"):
        explain(Lasso())
    with pytest.raises(InputTypeError, match=r"got GLMClassifier; fit it first"):
        explain(GLMClassifier())
    other = solve_path(PROBLEMS[1].problem(), alphas=5)
    with pytest.raises(InputError, match="path was computed for another problem"):
        explain(path[2], path=other)
    fit = path[3]
    with pytest.raises(InputError, match="certificate speaks of other weights"):
        explain(path[2], certificate=certify_problem(fit.problem, fit.coef, fit.intercept, fit.alpha))
