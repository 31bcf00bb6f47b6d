"""``whyzero audit``: another program's weights, judged on the data of their fit."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rich.table import Table as Grid
from rich.text import Text

from whyzero.audits import Audit
from whyzero.audits.files import read_coef_csv, read_model_json
from whyzero.audits.foreign import recipe_of
from whyzero.audits.judging import audit_foreign, audit_weights
from whyzero.cli.saved import text_of
from whyzero.cli.screen import Screen
from whyzero.cli.text import count, visible
from whyzero.encoding import Target, choose_target, target_values
from whyzero.errors import InputError
from whyzero.explanations.wording import figure
from whyzero.models import write_atomically
from whyzero.pipeline import row_numbers
from whyzero.problem import make_problem
from whyzero.report.names import shorten
from whyzero.tables import Column, Kind, Table, nearest_names, read_table

__all__ = ["AuditOptions", "run"]

_ROWS = 25
_HYPOTHESES = 3
_NAME_WIDTH = 40


@dataclass(frozen=True)
class AuditOptions:
    """What is audited.

    Attributes
    ----------
    model : Path
        JSON of an estimator, or CSV of weights.
    paths : tuple of str
        Files of the data.
    target, weights : str or None
        Columns of the target and of row weights.
    where : str or None
        SQL condition that chooses rows.
    loss, alpha, l1_ratio, standardize, fit_intercept, positive
        The objective of weights in a CSV file; None: not said.
    """

    model: Path
    paths: tuple[str, ...]
    target: str | None = None
    weights: str | None = None
    where: str | None = None
    loss: str | None = None
    alpha: float | None = None
    l1_ratio: float | None = None
    standardize: bool | None = None
    fit_intercept: bool | None = None
    positive: str | None = None


def run(options: AuditOptions, certificate: Path | None, *, json_only: bool) -> None:
    """Audit, show, and write the proof if a file is given.

    Raises
    ------
    InputError
        If a file cannot be used, the data lack a feature, or the objective is not said or is said twice.
    """
    audit = _from_csv(options) if options.model.suffix.casefold() == ".csv" else _from_json(options)
    if certificate is not None:
        write_atomically(certificate, audit.certificate.to_json())
    if json_only:
        sys.stdout.write(audit.to_json() + "\n")
        return
    _show(Screen(), audit, options, certificate)


def _from_json(options: AuditOptions) -> Audit:
    foreign = read_model_json(text_of(options.model), repr(str(options.model)))
    said = {
        "--loss": options.loss,
        "--alpha": options.alpha,
        "--l1-ratio": options.l1_ratio,
        "--standardize": options.standardize,
        "--intercept": options.fit_intercept,
        "--positive": options.positive,
    }
    twice = [name for name, value in said.items() if value is not None]
    if twice:
        raise InputError(f"{twice[0]} is for weights in a CSV file; {str(options.model)!r} says its objective itself")
    table, target, y = _read(options, recipe_of(foreign.package, foreign.name).loss)
    X, names = _features(table, foreign.names, len(foreign.coef), _reserved(options, target))
    labels = y if target.classes is None else np.array(target.classes, dtype=object)[y.astype(np.intp)]
    weight = row_numbers(table, options.weights, "weights", 0.0)
    return audit_foreign(foreign, X, labels, weight, names)


def _from_csv(options: AuditOptions) -> Audit:
    names, coef, intercept = read_coef_csv(options.model)
    if options.alpha is None:
        raise InputError("alpha=None: weights alone do not say what they minimise; give --alpha (glmnet's lambda)")
    fit_intercept = options.fit_intercept is not False
    if fit_intercept and intercept is None:
        raise InputError(
            f"{str(options.model)!r} has no row for the intercept; add '(Intercept),0.0', or say --no-intercept"
        )
    table, target, y = _read(options, options.loss)
    X, _ = _features(table, names, len(names), _reserved(options, target))
    problem = make_problem(
        X,
        y,
        loss=target.loss,
        l1_ratio=1.0 if options.l1_ratio is None else options.l1_ratio,
        sample_weight=row_numbers(table, options.weights, "weights", 0.0),
        fit_intercept=fit_intercept,
        standardize=bool(options.standardize),
        feature_names=names,
    )
    return audit_weights(replace(problem, classes=target.classes), coef, intercept or 0.0, options.alpha)


def _read(options: AuditOptions, loss: str | None) -> tuple[Table, Target, NDArray[np.float64]]:
    """The rows that have a target, and the target."""
    table = read_table(options.paths, where=options.where)
    target = choose_target(table, options.target, loss=loss, positive=options.positive)
    y, kept, _ = target_values(table, target)
    return (table if kept.all() else table.take(kept)), target, y


def _reserved(options: AuditOptions, target: Target) -> set[str]:
    return {target.name} | ({options.weights} if options.weights else set())


def _features(table: Table, names: Sequence[str] | None, width: int, reserved: set[str]) -> tuple[Any, tuple[str, ...]]:
    """The columns that the weights belong to, in their order."""
    if names is None:
        free = [name for name in table.names if name not in reserved] if table.sparse is None else table.sparse.names
        if len(free) != width:
            raise InputError(
                f"{table.origin} has {count(len(free), 'column')} beside the target, and the model, which names no "
                f"features, has {count(width, 'weight')}"
            )
        names = free
    if table.sparse is not None:
        place = {name: j for j, name in enumerate(table.sparse.names)}
        lacking = [name for name in names if name not in place]
        if lacking:
            raise InputError(f"{table.origin} has no feature {lacking[0]!r}{nearest_names(lacking[0], list(place))}")
        return table.sparse.matrix[:, [place[name] for name in names]], tuple(names)
    columns = {column.name: column for column in table.columns if column.name not in reserved}
    return np.column_stack([_feature(table, name, columns) for name in names]), tuple(names)


def _feature(table: Table, name: str, columns: dict[str, Column]) -> NDArray[np.float64]:
    """A column of numbers, or for ``column=level`` where that text stands."""
    prefix, _, level = name.partition("=")
    column = columns.get(name, columns.get(prefix))
    is_level = name not in columns and column is not None and column.kind is Kind.TEXT and level in column.levels
    if column is None or (name not in columns and not is_level):
        raise InputError(f"{table.origin} has no column {name!r}{nearest_names(name, list(columns))}")
    if not is_level and column.kind not in (Kind.NUMBER, Kind.BOOLEAN):
        raise InputError(
            f"{table.origin}: the feature {name!r} is a {column.kind.value} column; give the table of numbers that "
            "the model was fitted to"
        )
    if column.missing.any():
        row = table.rows[np.flatnonzero(column.missing)[0]]
        raise InputError(
            f"{table.origin}: the feature {name!r} has no value in row {row}; fill in what the model was fitted to"
        )
    values = column.values == column.levels.index(level) if is_level else column.values
    return np.asarray(values, dtype=np.float64)


def _show(screen: Screen, audit: Audit, options: AuditOptions, certificate: Path | None) -> None:
    proof = audit.certificate
    source = ", ".join(options.paths)
    screen.labelled("Data", f"{source}: {count(proof.n_rows, 'row')}, {count(proof.n_cols, 'weight')}")
    screen.labelled("Model", f"{options.model}: {audit.source}", audit.translation)
    screen.labelled("Objective", audit.objective)
    screen.labelled("Gap", f"at most {figure(audit.gap)}, {figure(audit.relative_gap)} of the null model's loss")
    counts = "; ".join(f"{kind}: {amount:,}" for kind, amount in audit.counts.items())
    screen.labelled("Weights", counts, *([audit.several_fits] if audit.several_fits else []))
    screen.labelled("Cause", audit.cause)
    if audit.tested:
        screen.labelled("Tested", f"{count(len(audit.tested), 'other objective')}; the nearest:", *_nearest(audit))
    screen.blank()
    screen.show(_grid(audit))
    if len(audit.rows) > _ROWS:
        screen.text(f"... and {count(len(audit.rows) - _ROWS, 'weight')} more (all of them in --json)")
    if certificate is not None:
        screen.blank()
        screen.labelled("Files", str(certificate))


def _nearest(audit: Audit) -> Iterator[str]:
    for item in audit.tested[:_HYPOTHESES]:
        yield f"- {figure(item.relative_gap)}: {item.text}"


def _grid(audit: Audit) -> Grid:
    """The doubtful weights first."""
    grid = Grid(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    for head in ("feature", "weight", "true weight", "verdict"):
        grid.add_column(head, justify="right" if head == "weight" else "left", no_wrap=True)
    for row in audit.by_doubt()[:_ROWS]:
        name = shorten(visible(row["name"]), _NAME_WIDTH)
        grid.add_row(Text(name), Text(figure(row["coef"], 6)), Text(_interval(row)), Text(row["verdict"]))
    return grid


def _interval(row: dict[str, Any]) -> str:
    if row["lo"] == row["hi"] == 0.0:
        return "0"
    lo, hi = ("?" if end is None else figure(end, 6) for end in (row["lo"], row["hi"]))
    return f"{lo} ... {hi}"
