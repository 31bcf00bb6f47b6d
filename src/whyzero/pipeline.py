"""From a file to an explained fit, and to the folder that keeps it.

The steps are those of the command ``whyzero fit``; nothing here prints. `fit_file` reports where it is
through a callback, so that a terminal can draw a bar and a test can listen.
"""

from __future__ import annotations

import json
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path as FilePath

import numpy as np
from numpy.typing import NDArray

from whyzero.certificates import certify_path, certify_problem
from whyzero.checkpoints import Checkpoint, Parts
from whyzero.cross_validation import cross_validate_path
from whyzero.encoding import Encoded, Target, choose_target, encode, target_values
from whyzero.errors import ConvergenceWarning, InputError
from whyzero.explanations import Explanation, explain
from whyzero.explanations.resamples import quick_draws
from whyzero.explanations.steps import quick_steps
from whyzero.models import MODEL_FILE, Model, model_to_json, write_files
from whyzero.models import Run as SavedRun
from whyzero.problem import Problem, make_problem
from whyzero.report import render
from whyzero.solution import CrossValidation, Path, Settings, Solution, Status
from whyzero.solve import solve, solve_path
from whyzero.tables import Kind, Note, ReadOptions, Table, read_table

__all__ = ["FitOptions", "Fitted", "Stage", "fit_file", "fit_table", "row_numbers", "save"]

# Draws of the rows and steps of optimisers for the page, where they take no more than about a second.
N_RESAMPLES = 20
N_STEPS = 2000

Array = NDArray[np.float64]
Stage = Callable[[str], object]

# The final fit is solved this much further than the path, so that fewer verdicts stay open.
_REFIT_TOL = 1e-10


@dataclass(frozen=True)
class FitOptions:
    """What a fit is asked for.

    Attributes
    ----------
    paths : tuple of str
        Files or patterns.
    target : str or None
        The column to be predicted; None for the label of a libsvm file.
    where : str or None
        SQL condition that chooses rows.
    loss : str or None
        "squared", "logistic", "poisson", or None to decide by the target.
    positive : str or None
        The class that counts as 1.
    weights, offset : str or None
        Columns of sample weights and of offsets.
    exclude, keep : tuple of str
        Columns not to use; columns to use although they look like identifiers.
    alpha : float or None
        Penalty strength; None lets held-out rows choose.
    l1_ratio : float
        1 is L1, 0 is L2.
    n_folds, choose, alphas, seed
        Cross-validation: number of folds, "1se" or "min", number of alphas, seed of the folds.
    standardize, fit_intercept : bool
        As in `whyzero.fit_path`.
    tol : float
        As in `Settings`.
    read : ReadOptions
        How delimited text is read.
    proof : str
        "float" or "exact", as in `whyzero.certify`.
    intervals : bool
        Whether to prove what holds at every alpha of the path, as `whyzero.certify_path` does.
    compare, match, max_refits
        The fit beside this one, and the cap of further fits, as in `whyzero.explain`.
    """

    paths: tuple[str, ...]
    target: str | None = None
    where: str | None = None
    loss: str | None = None
    positive: str | None = None
    weights: str | None = None
    offset: str | None = None
    exclude: tuple[str, ...] = ()
    keep: tuple[str, ...] = ()
    alpha: float | None = None
    l1_ratio: float = 1.0
    n_folds: int = 10
    choose: str = "1se"
    alphas: int = 100
    seed: int = 0
    standardize: bool = True
    fit_intercept: bool = True
    tol: float = 1e-6
    read: ReadOptions = field(default_factory=ReadOptions)
    proof: str = "float"
    intervals: bool = False
    compare: str | None = "l2"
    match: str = "loss"
    max_refits: int = 25

    @property
    def n_stages(self) -> int:
        """How often `fit_file` reports a stage."""
        return 6 + self.intervals + (self.n_folds if self.alpha is None else 0)


@dataclass(frozen=True)
class Fitted:
    """An explained fit and where it came from.

    Attributes
    ----------
    options : FitOptions
        What was asked for.
    table : Table
        The rows that were used.
    target : Target
        What is predicted, with which loss and why.
    encoded : Encoded
        The design and how it was made.
    notes : tuple of Note
        What was done to the data.
    path : Path
        The fits at all alphas.
    cv : CrossValidation or None
        Held-out scores, if they chose alpha.
    explanation : Explanation
        The fit at the chosen alpha, explained.
    warnings : tuple of str
        What went less than well on the way, in sentences.
    """

    options: FitOptions
    table: Table
    target: Target
    encoded: Encoded
    notes: tuple[Note, ...]
    path: Path
    cv: CrossValidation | None
    explanation: Explanation
    warnings: tuple[str, ...]

    @property
    def solution(self) -> Solution:
        """The fit at the chosen alpha."""
        return self.explanation.solution


def fit_file(options: FitOptions, stage: Stage = lambda name: None, checkpoint: Checkpoint | None = None) -> Fitted:
    """Read, encode, fit, choose alpha, refit, certify and explain.

    Parameters
    ----------
    options : FitOptions
        What is asked for.
    stage : callable, optional
        Called with the name of each stage when it begins.
    checkpoint : Checkpoint, optional
        Recalls parts of this fit that were finished before, and keeps those that are finished now.

    Raises
    ------
    InputError
        If a file, a column or an option cannot be used, or the checkpoint is of another fit; the message says which
        and what to do.
    """
    _check_options(options)
    stage("read")
    return fit_table(read_table(options.paths, where=options.where, options=options.read), options, stage, checkpoint)


def fit_table(
    table: Table, options: FitOptions, stage: Stage = lambda name: None, checkpoint: Checkpoint | None = None
) -> Fitted:
    """The same from a table that has been read."""
    stage("encode")
    target = choose_target(table, options.target, loss=options.loss, positive=options.positive)
    y, kept, target_notes = target_values(table, target)
    used = table if kept.all() else table.take(kept)
    reserved = [name for name in (target.name, options.weights, options.offset) if name is not None]
    encoded = encode(used, ignore=reserved, drop=options.exclude, keep=options.keep)
    problem = _pose(used, y, target, encoded, options)
    parts = Parts(problem, asdict(options), checkpoint)
    with _caught_warnings() as caught:
        path, cv, solution = _fit(problem, options, stage, parts)
        between = None
        if options.intervals:
            stage("prove every alpha")
            between = parts.path_certificate(lambda: certify_path(path))
        stage("certify and explain")
        certificate = parts.certificate(
            lambda: certify_problem(problem, solution.coef, solution.intercept, solution.alpha, options.proof)
        )
        explanation = explain(
            solution,
            path=path,
            cv=cv,
            target=target.name,
            compare=options.compare,
            match=options.match,
            max_refits=options.max_refits,
            certificate=certificate,
            path_certificate=between,
            resamples=quick_draws(problem, N_RESAMPLES),
            steps=quick_steps(problem, N_STEPS),
        )
    notes = (*table.notes, *target_notes, *encoded.notes)
    return Fitted(options, used, target, encoded, notes, path, cv, explanation, tuple(caught))


def save(fitted: Fitted, folder: str | FilePath, stage: Stage = lambda name: None) -> tuple[FilePath, ...]:
    """Write the model, its certificate, its explanation and the page.

    Parameters
    ----------
    fitted : Fitted
        What is kept.
    folder : str or Path
        Made if it does not exist; files of an earlier run in it are replaced.
    stage : callable, optional
        As in `fit_file`.

    Returns
    -------
    tuple of Path
        The files written: ``model.json``, ``certificate.json``, ``explanation.json``, ``report.html``, and
        ``path_certificate.json`` if it was asked for.

    Raises
    ------
    DataFileError
        If a file cannot be written.
    """
    stage("report")
    run = SavedRun(FilePath(folder), _model(fitted))
    explanation = fitted.explanation
    data = explanation.data()
    contents = {
        run.directory / MODEL_FILE: model_to_json(run.model),
        run.certificate_file: explanation.certificate.to_json(),
        run.explanation_file: json.dumps(data, ensure_ascii=False, allow_nan=False),
        run.report_file: render(data),
    }
    if explanation.path_certificate is not None:
        contents[run.path_certificate_file] = explanation.path_certificate.to_json()
    write_files(contents)
    if explanation.path_certificate is None:  # one of an earlier run would be about another fit
        run.path_certificate_file.unlink(missing_ok=True)
    return tuple(contents)


def _model(fitted: Fitted) -> Model:
    options, solution = fitted.options, fitted.solution
    problem = solution.problem
    return Model(
        target=fitted.target,
        encoding=fitted.encoded.encoding,
        source=fitted.table.source,
        n_rows=problem.n_rows,
        alpha=solution.alpha,
        alpha_choice="given" if fitted.cv is None else options.choose,
        l1_ratio=problem.penalty.l1_ratio,
        penalty_factor=problem.penalty.factor,
        fit_intercept=problem.fit_intercept,
        standardize=problem.standardize,
        coef=solution.coef,
        intercept=solution.intercept,
        column_mean=problem.column_mean,
        column_sd=problem.column_sd,
        weight_column=options.weights,
        offset_column=options.offset,
    )


def _check_options(options: FitOptions) -> None:
    if options.choose not in ("1se", "min"):
        raise InputError(f'choose={options.choose!r} is not a rule; give "1se" or "min"')
    if options.alpha is None and options.n_folds < 2:
        raise InputError(f"n_folds={options.n_folds!r}: give at least 2 folds, or an alpha, which needs no folds")


def _pose(table: Table, y: Array, target: Target, encoded: Encoded, options: FitOptions) -> Problem:
    """The problem on the encoded columns, with their names and the labels of the target."""
    problem = make_problem(
        encoded.X,
        y,
        loss=target.loss,
        l1_ratio=options.l1_ratio,
        sample_weight=row_numbers(table, options.weights, "weights", 0.0),
        offset=row_numbers(table, options.offset, "offset", -np.inf),
        fit_intercept=options.fit_intercept,
        standardize=options.standardize,
    )
    return replace(problem, names=encoded.encoding.names, classes=target.classes)


def row_numbers(table: Table, name: str | None, what: str, least: float) -> Array | None:
    """A column of finite numbers of at least `least`, or None."""
    if name is None:
        return None
    column = table.column(name)
    if column.kind not in (Kind.NUMBER, Kind.BOOLEAN):
        raise InputError(f"{table.origin}: {what}={name!r} is a {column.kind.value} column; it must hold numbers")
    wrong = np.flatnonzero(~np.isfinite(column.values) | (column.values < least))
    if len(wrong):
        value = "missing" if column.missing[wrong[0]] else f"{column.values[wrong[0]]:g}"
        limit = f" of at least {least:g}" if np.isfinite(least) else ""
        raise InputError(
            f"{table.origin}: {what}={name!r} is {value} in row {table.rows[wrong[0]]}; it must be "
            f"a finite number{limit}"
        )
    return np.asarray(column.values, dtype=np.float64)


def _fit(
    problem: Problem, options: FitOptions, stage: Stage, parts: Parts
) -> tuple[Path, CrossValidation | None, Solution]:
    settings = Settings(tol=options.tol)
    stage("path")
    path = parts.path(lambda: solve_path(problem, alphas=options.alphas, settings=settings))
    alpha = options.alpha
    if alpha is not None:
        stage("fit")
        return path, None, parts.fit(lambda: _refit(problem, alpha, settings, None))
    stage(f"cross-validate, fold 1 of {options.n_folds}")

    def next_fold(done: int, n_folds: int) -> None:
        stage("refit" if done == n_folds else f"cross-validate, fold {done + 1} of {n_folds}")

    cv = cross_validate_path(
        path,
        n_folds=options.n_folds,
        random_state=options.seed,
        settings=settings,
        callback=next_fold,
        store=parts.folds(path),
    )
    index = cv.index_1se if options.choose == "1se" else cv.index_min
    return path, cv, parts.fit(lambda: _refit(problem, float(path.alphas[index]), settings, path[index]))


def _refit(problem: Problem, alpha: float, settings: Settings, known: Solution | None) -> Solution:
    """The fit at `alpha`, solved further than asked where rounding allows."""
    tight = solve(problem, alpha, settings=replace(settings, tol=min(settings.tol, _REFIT_TOL)))
    if tight.status is Status.OPTIMAL:
        return tight
    return solve(problem, alpha, settings=settings) if known is None else known


@contextmanager
def _caught_warnings() -> Iterator[list[str]]:
    """Collect the sentences of convergence warnings; other warnings pass."""
    sentences: list[str] = []
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", ConvergenceWarning)
        yield sentences
    for warning in caught:
        if issubclass(warning.category, ConvergenceWarning):
            sentences.append(str(warning.message))
        else:
            warnings.warn_explicit(warning.message, warning.category, warning.filename, warning.lineno)
