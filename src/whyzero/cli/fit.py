"""``whyzero fit``: the pipeline on the screen."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext, suppress
from pathlib import Path

from rich.table import Table as Grid

from whyzero.checkpoints import Checkpoint, open_checkpoint
from whyzero.cli.screen import Screen
from whyzero.cli.text import count, sentence, visible
from whyzero.cli.weights import weights_table
from whyzero.errors import DataFileError
from whyzero.explanations.wording import figure
from whyzero.pipeline import FitOptions, Fitted, fit_file, save
from whyzero.tables import Note

__all__ = ["as_json", "run", "show"]

_MOST_NOTES = 8
_METRICS = {"accuracy": "accuracy", "auc": "AUC", "r2": "R²"}


def run(options: FitOptions, out: Path | None, *, json_only: bool, checkpoint: Path | None = None) -> None:
    """Fit, show, and write if a folder is given.

    Parameters
    ----------
    options : FitOptions
        What to fit.
    out : Path or None
        The folder for the files.
    json_only : bool
        Print the explanation as JSON, and nothing else.
    checkpoint : Path or None
        A file that keeps the finished parts of the fit until everything is shown and written.
    """
    if out is not None:
        _check_folder(out)
    opened: AbstractContextManager[Checkpoint | None]
    opened = nullcontext() if checkpoint is None else open_checkpoint(checkpoint)
    with opened as kept:
        _run(options, out, json_only, kept)
        if kept is not None:
            with suppress(BrokenPipeError):  # whoever stopped reading has seen enough
                sys.stdout.flush()
            kept.remove()


def _run(options: FitOptions, out: Path | None, json_only: bool, checkpoint: Checkpoint | None) -> None:
    screen = Screen(quiet=json_only)
    with screen.progress(options.n_stages) as stages:
        fitted = fit_file(options, stages.begin, checkpoint)
        files = () if out is None else save(fitted, out, stages.begin)
    if json_only:
        sys.stdout.write(as_json(fitted, files) + "\n")
        return
    show(screen, fitted)
    _show_files(screen, out, files)


def as_json(fitted: Fitted, files: Sequence[Path] = ()) -> str:
    """`Explanation.data` with the notes on the data and the files written, as one line of ASCII."""
    data = fitted.explanation.data()
    data["warnings"] = [*fitted.warnings, *data["warnings"]]
    data["notes"] = [{"topic": note.topic, "column": note.column, "text": note.text} for note in fitted.notes]
    data["chosen"] = "given" if fitted.cv is None else fitted.options.choose
    data["files"] = [str(file) for file in files]
    return json.dumps(data, allow_nan=False)


def show(screen: Screen, fitted: Fitted) -> None:
    """Print everything that a person needs to understand the fit."""
    explanation = fitted.explanation
    _show_data(screen, fitted)
    _show_objective(screen, fitted)
    if fitted.cv is not None:
        _show_choice(screen, fitted)
    screen.labelled("Weights", *_counts(fitted))
    screen.blank()
    table, legend = weights_table(explanation, screen.width)
    screen.show(table)
    screen.blank()
    screen.labelled("Read it", legend)
    screen.labelled("Mind", *(_bulleted([*fitted.warnings, *explanation.warnings])))


def _show_data(screen: Screen, fitted: Fitted) -> None:
    problem, encoding = fitted.solution.problem, fitted.encoded.encoding
    columns = len(encoding.columns) or len(encoding.sparse_names)
    become = "" if columns == problem.n_cols else f" become {count(problem.n_cols, 'feature')}"
    storage = ", stored sparse" if encoding.storage == "csc" else ""
    source = ", ".join(fitted.options.paths)
    facts = f"{source}: {count(problem.n_rows, 'row')}; {count(columns, 'column')}{become}{storage}"
    screen.labelled("Data", facts, *_bulleted(_texts(fitted.notes, "read")))
    screen.labelled("Target", f"{sentence(fitted.target.reason)}.", *_bulleted(_texts(fitted.notes, "target")))
    missing = [note for note in fitted.notes if note.topic == "missing"]
    if len(missing) > _MOST_NOTES:
        screen.labelled("Missing", _missing_in_brief(fitted, missing))
    elif missing:
        screen.labelled("Missing", *_bulleted([note.text for note in missing]))
    for label, topic in (("Set aside", "set aside"), ("Encoding", "encoding")):
        texts = _texts(fitted.notes, topic)
        if texts:
            screen.labelled(label, *_bulleted(texts))


def _missing_in_brief(fitted: Fitted, notes: Sequence[Note]) -> str:
    names = [note.column for note in notes if note.column is not None]
    counts = {name: int(fitted.table.column(name).missing.sum()) for name in names}
    listed = ", ".join(f"{name!r} {amount:,}" for name, amount in sorted(counts.items(), key=lambda item: -item[1]))
    return (
        f"{count(len(counts), 'column')} of {fitted.table.n_rows:,} rows have missing values: {listed}. A missing "
        "number becomes the mean of the present ones, and a column '... (missing)' marks it; a missing text is a level "
        "of its own, '...=(missing)'."
    )


def _show_objective(screen: Screen, fitted: Fitted) -> None:
    header = fitted.explanation.header
    elsewhere = [f"{package}: {call}" for package, call in header.elsewhere.items()]
    scale = ["sd_j: standard deviation of column j; nothing is rescaled in memory"] if header.standardize else []
    screen.labelled("Objective", header.objective, *scale, *elsewhere)
    gap = (
        f"The objective is proved to be within {figure(header.dual_gap)} of its minimum, "
        f"{figure(header.gap_relative)} of the null model's loss."
    )
    screen.labelled("Solved", f"{header.status} {gap}")


def _show_choice(screen: Screen, fitted: Fitted) -> None:
    """Held-out scores at both choices, which one is used, and how to take the other."""
    cv = fitted.cv
    if cv is None:
        return
    squared = fitted.solution.problem.loss.name == "squared"
    score = "mean squared error" if squared else "deviance"
    grid = Grid(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="")
    grid.add_column("\nchoice", no_wrap=True)
    scores = f"held-out\n{score} ± se"
    for name in ("\nalpha", scores, *(f"\n{_METRICS[key]}" for key in cv.metrics), "non-zero\nweights"):
        grid.add_column(name, justify="right", no_wrap=True)
    for rule, index in (("1se", cv.index_1se), ("min", cv.index_min)):
        used = " (used)" if rule == fitted.options.choose else ""
        metrics = (figure(float(values[index]), 4) for values in cv.metrics.values())
        grid.add_row(
            f"{rule}{used}",
            figure(float(cv.path.alphas[index])),
            f"{figure(float(cv.mean[index]), 4)} ± {figure(float(cv.se[index]), 2)}",
            *metrics,
            f"{len(cv.path[index].support):,}",
        )
    screen.labelled("Held out", *_about_choice(fitted, score))
    screen.indented(grid)


def _about_choice(fitted: Fitted, score: str) -> Iterator[str]:
    cv = fitted.cv
    if cv is None:
        return
    stratified = "" if fitted.target.classes is None else ", each with its share of both classes"
    what = "2 x mean loss; " if score == "deviance" else ""
    other = "min" if fitted.options.choose == "1se" else "1se"
    yield (
        f"{len(cv.fold_scores)} folds{stratified} ({what}lower is better). min: the alpha of the smallest {score}; "
        f"1se: the largest alpha within one standard error of it, so the fewest features that predict about as well. "
        f"Take the other with --choose {other}, or any with --alpha."
    )
    if cv.index_1se == 0 and fitted.options.choose == "1se":
        yield "No features predict better than none by more than one standard error, so all weights are zero."
    if cv.index_min == len(cv.mean) - 1:
        yield "The smallest alpha of the grid scores best: smaller ones, given with --alpha, may score better still."


def _counts(fitted: Fitted) -> Iterator[str]:
    explanation = fitted.explanation
    header, partner = explanation.header, explanation.partner
    verdicts = "; ".join(f"{word}: {amount:,}" for word, amount in header.verdicts.items())
    yield (
        f"{header.zero:,} exactly zero, {header.nonzero:,} not zero, {header.unsettled}, of {header.n_cols:,} "
        f"({verdicts}). Intercept {figure(header.intercept, 4)}."
    )
    if partner is not None:
        structural = f", {partner.structural_zeros:,} of them structural" if partner.structural_zeros else ""
        zeros = f"{partner.zeros:,} exactly zero{structural}" if partner.zeros else "no weight exactly zero"
        yield f"{sentence(explanation.facts.partner_setting)}: {zeros}."


def _show_files(screen: Screen, out: Path | None, files: Sequence[Path]) -> None:
    if out is None:
        screen.labelled("Files", "none written; --out DIR writes the model, its certificate and a report")
        return
    screen.labelled("Files", *(str(file) for file in files))
    why = f"whyzero why {visible(str(out))} --feature NAME"
    screen.labelled(
        "Next", f"{why}     why one weight is zero or not", f"{why} --level learner     the same in plain words"
    )


def _check_folder(out: Path) -> None:
    """Refuse, before a long fit, a folder that could not be made or written to.

    Raises
    ------
    DataFileError
        If it, or the nearest existing folder above it, is a file or read-only.
    """
    existing = next(place for place in (out, *out.absolute().parents) if place.exists())
    if not existing.is_dir():
        raise DataFileError(f"out={str(out)!r}: {str(existing)!r} is not a folder")
    if not os.access(existing, os.W_OK | os.X_OK):
        raise DataFileError(f"out={str(out)!r}: nothing can be written to {str(existing)!r}")


def _texts(notes: Sequence[Note], topic: str) -> list[str]:
    return [note.text for note in notes if note.topic == topic]


def _bulleted(texts: Sequence[str]) -> list[str]:
    """The texts as items, those beyond the first few counted."""
    shown = [f"- {sentence(text)}" for text in texts[:_MOST_NOTES]]
    more = len(texts) - len(shown)
    return [*shown, f"- and {more:,} more (all of them in --json)"] if more else shown
