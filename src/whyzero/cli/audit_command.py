"""The options of ``whyzero audit``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

__all__ = ["audit"]


def audit(  # noqa: PLR0917
    data: Annotated[
        list[str], typer.Argument(metavar="DATA", help="The data of the fit: CSV, Parquet, JSON or libsvm files.")
    ],
    model: Annotated[
        Path,
        typer.Option(metavar="FILE", help="JSON of an estimator (whyzero.audit_json), or CSV with feature and coef."),
    ],
    target: Annotated[
        str | None, typer.Option(help="The column that was predicted (not needed for libsvm files).")
    ] = None,
    alpha: Annotated[float | None, typer.Option(help="CSV: penalty strength (glmnet's lambda).")] = None,
    l1_ratio: Annotated[float | None, typer.Option(help="CSV: 1 is L1, 0 is L2 (glmnet's alpha).")] = None,
    loss: Annotated[
        str | None, typer.Option(help="CSV: squared, logistic, poisson.", show_default="by the target")
    ] = None,
    positive: Annotated[str | None, typer.Option(help="CSV: the value of the target that counted as 1.")] = None,
    standardize: Annotated[
        bool | None,
        typer.Option("--standardize/--no-standardize", help="CSV: weights were penalised per standard deviation."),
    ] = None,
    intercept: Annotated[
        bool | None, typer.Option("--intercept/--no-intercept", help="CSV: whether an intercept was fitted.")
    ] = None,
    weights: Annotated[str | None, typer.Option(metavar="COLUMN", help="Column of row weights.")] = None,
    where: Annotated[str | None, typer.Option(metavar="SQL", help="Use only rows with this condition.")] = None,
    certificate: Annotated[Path | None, typer.Option(metavar="FILE", help="Write the proof there.")] = None,
    json_only: Annotated[bool, typer.Option("--json", help="Print the findings as JSON and nothing else.")] = False,
) -> None:
    """Judge another program's weights: which zeros are true, and why the rest is off."""
    from whyzero.cli.auditing import AuditOptions, run

    options = AuditOptions(
        model=model,
        paths=tuple(data),
        target=target,
        weights=weights,
        where=where,
        loss=loss,
        alpha=alpha,
        l1_ratio=l1_ratio,
        standardize=standardize,
        fit_intercept=intercept,
        positive=positive,
    )
    run(options, certificate, json_only=json_only)
