"""The command ``whyzero``.

Exit codes: 0 done (for ``verify``: proved), 1 refuted (``verify`` only), 2 unusable input or options,
70 a defect of the program, 130 interrupted. An error is one line on standard error and never a
traceback; ``WHYZERO_TRACEBACK=1`` in the environment shows the traceback of a defect.
"""

from __future__ import annotations

import io
import os
import re
import sys
import traceback
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, cast

import typer

from whyzero.cli.audit_command import audit
from whyzero.cli.choices import AlphaChoice, CompareChoice, LevelChoice, LossChoice, MatchChoice
from whyzero.cli.explore_command import explore
from whyzero.cli.text import one_line
from whyzero.errors import InputError, InputTypeError

__all__ = ["app", "main"]

# The error of Typer's parser from which all others are derived; Typer exports only a descendant of it.
_PARSER_ERROR = cast("type[typer.BadParameter]", typer.BadParameter.__mro__[2])
# The one below it: a wrong option or argument.
_USAGE_ERROR = cast("type[typer.BadParameter]", typer.BadParameter.__mro__[1])

_UNUSABLE, _DEFECT, _INTERRUPTED = 2, 70, 130

app = typer.Typer(
    name="whyzero",
    help="Fit sparse linear models, prove which weights are exactly zero, and say why.",
    epilog="Exit codes: 0 done (verify: proved), 1 refuted, 2 unusable input, 70 a defect, 130 interrupted.",
    invoke_without_command=True,
    add_completion=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)


RunFolder = Annotated[Path, typer.Argument(metavar="RUN", help="The folder that 'whyzero fit --out' wrote.")]
DataFiles = Annotated[
    list[str],
    typer.Argument(metavar="DATA", help="CSV, Parquet, JSON or libsvm files, or patterns such as 'a*.csv'."),
]


def _show_version(wanted: bool) -> None:
    if wanted:
        from whyzero import __version__

        print(f"whyzero {__version__}")
        raise typer.Exit


@app.callback()
def _root(
    context: typer.Context,
    version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version and exit.")
    ] = False,
) -> None:
    """Fit sparse linear models, prove which weights are exactly zero, and say why."""
    if context.invoked_subcommand is None:
        print(context.get_help())


@app.command()
def fit(  # noqa: PLR0917
    data: DataFiles,
    target: Annotated[
        str | None, typer.Option(help="The column to be predicted (not needed for libsvm files).")
    ] = None,
    alpha: Annotated[float | None, typer.Option(help="Penalty strength; without it, cross-validation chooses.")] = None,
    l1_ratio: Annotated[float, typer.Option(help="1 is L1, 0 is L2, between them the elastic net.")] = 1.0,
    loss: Annotated[LossChoice, typer.Option(help="auto: logistic for two values, else squared; poisson: counts.")] = (
        LossChoice.auto
    ),
    positive: Annotated[str | None, typer.Option(help="The value of the target that counts as 1.")] = None,
    where: Annotated[str | None, typer.Option(metavar="SQL", help="Use only rows with this condition.")] = None,
    out: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Write model, certificate, explanation and report there.")
    ] = None,
    cv: Annotated[int, typer.Option(metavar="K", help="Number of folds.")] = 10,
    choose: Annotated[AlphaChoice, typer.Option(help="The sparser or the best-scoring alpha.")] = AlphaChoice.one_se,
    alphas: Annotated[int, typer.Option(help="Number of alphas on the path.")] = 100,
    standardize: Annotated[
        bool, typer.Option("--standardize/--no-standardize", help="Penalise weights per standard deviation.")
    ] = True,
    intercept: Annotated[bool, typer.Option("--intercept/--no-intercept", help="Fit an intercept.")] = True,
    weights: Annotated[str | None, typer.Option(metavar="COLUMN", help="Column of row weights.")] = None,
    offset: Annotated[str | None, typer.Option(metavar="COLUMN", help="Column added to the prediction.")] = None,
    exclude: Annotated[
        list[str] | None, typer.Option(metavar="COLUMN", help="Do not use this column (repeatable).")
    ] = None,
    keep: Annotated[
        list[str] | None,
        typer.Option(metavar="COLUMN", help="Use it although it looks like an identifier (repeatable)."),
    ] = None,
    text: Annotated[
        list[str] | None, typer.Option(metavar="COLUMN", help="Treat its values as names, not numbers (repeatable).")
    ] = None,
    names: Annotated[
        str | None, typer.Option(metavar="A,B,...", help="Names for a file without a header line.")
    ] = None,
    header: Annotated[
        bool | None,
        typer.Option("--header/--no-header", help="Whether the first line holds names.", show_default="look"),
    ] = None,
    seed: Annotated[int, typer.Option(help="Decides which row goes to which fold.")] = 0,
    tol: Annotated[float, typer.Option(help="Largest duality gap, as a share of the null model's loss.")] = 1e-6,
    exact: Annotated[bool, typer.Option("--exact", help="Prove in exact arithmetic; for small tables.")] = False,
    compare: Annotated[
        CompareChoice, typer.Option(help="The penalty to show beside this one (that of the fit itself: another).")
    ] = CompareChoice.l2,
    match: Annotated[MatchChoice, typer.Option(help="What both fits have in common.")] = MatchChoice.training_loss,
    max_refits: Annotated[
        int, typer.Option(metavar="N", min=0, help="Most further fits for prices of zero and rows that hold a zero.")
    ] = 25,
    intervals: Annotated[
        bool, typer.Option("--intervals", help="Prove what holds at every alpha of the path, not at this one alone.")
    ] = False,
    checkpoint: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Keep what is done there; killed, the same command goes on.")
    ] = None,
    json_only: Annotated[bool, typer.Option("--json", help="Print the explanation as JSON and nothing else.")] = False,
) -> None:
    """Fit a model to a file, and say for every weight why it is zero or not."""
    from whyzero.cli.fit import run
    from whyzero.pipeline import FitOptions
    from whyzero.tables import ReadOptions

    read = ReadOptions(header=header, names=None if names is None else tuple(names.split(",")), text=tuple(text or ()))
    options = FitOptions(
        paths=tuple(data),
        target=target,
        where=where,
        loss=None if loss is LossChoice.auto else loss.value,
        positive=positive,
        weights=weights,
        offset=offset,
        exclude=tuple(exclude or ()),
        keep=tuple(keep or ()),
        alpha=alpha,
        l1_ratio=l1_ratio,
        n_folds=cv,
        choose=choose.value,
        alphas=alphas,
        seed=seed,
        standardize=standardize,
        fit_intercept=intercept,
        tol=tol,
        proof="exact" if exact else "float",
        intervals=intervals,
        compare=compare.penalty,
        match=match.quantity,
        max_refits=max_refits,
        read=read,
    )
    run(options, out, json_only=json_only, checkpoint=checkpoint)


@app.command()
def why(
    run: RunFolder,
    feature: Annotated[str, typer.Option(help="A feature, or a column of the file.")],
    level: Annotated[LevelChoice, typer.Option(help="For whom the reason is told.")] = LevelChoice.user,
) -> None:
    """Say why one weight is zero or not; the penalty beside it is the one that 'whyzero fit --compare' named."""
    from whyzero.cli.saved import why as tell

    tell(run, feature, level.value)


@app.command()
def predict(
    run: RunFolder,
    data: DataFiles,
    out: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write the scores there instead of printing.")
    ] = None,
    where: Annotated[str | None, typer.Option(metavar="SQL", help="Use only rows with this condition.")] = None,
    raw: Annotated[bool, typer.Option("--raw", help="Do not mark labels that a spreadsheet would run.")] = False,
) -> None:
    """Score new rows with a fitted model, as CSV."""
    from whyzero.cli.saved import predict as score

    score(run, data, out, where, raw=raw)


@app.command()
def verify(run: RunFolder, data: DataFiles) -> None:
    """Check every claim of a run's certificates against the data, with independent code."""
    from whyzero.cli.saved import verify as check

    if not check(run, data):
        raise typer.Exit(1)


app.command()(audit)
app.command()(explore)


@app.command()
def demo(
    out: Annotated[Path, typer.Option(metavar="DIR", help="Where the files are written.")] = Path("whyzero-demo"),
) -> None:
    """Show why L1 makes weights exactly zero and L2 does not, on two real data sets."""
    from whyzero.cli.demonstration import run

    run(out)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and exit with its code."""
    _open_streams()
    code = _run(arguments)
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        _silence()
    except OSError as error:
        code = _fail(f"standard output: {error.strerror or error}", _UNUSABLE)
        _silence()
    sys.exit(code)


def _run(arguments: Sequence[str] | None) -> int:
    """Run a command and turn what it raises into one line and an exit code."""
    try:
        code = int(app(None if arguments is None else list(arguments), prog_name="whyzero", standalone_mode=False) or 0)
        return _fail("interrupted", code) if code == _INTERRUPTED else code
    except (KeyboardInterrupt, typer.Abort):
        return _fail("interrupted", _INTERRUPTED)
    except SystemExit:  # only a broken pipe makes Typer and Rich exit: nobody reads any more
        _silence()
        return 0
    except _USAGE_ERROR as error:
        return _fail(_parser_message(error), _UNUSABLE)
    except _PARSER_ERROR as error:
        return _fail(f"{error.format_message().rstrip('.')}; see whyzero --help", _UNUSABLE)
    except (InputError, InputTypeError) as error:
        return _fail(str(error), _UNUSABLE)
    except MemoryError:
        return _fail("there is not enough memory for these data", _UNUSABLE)
    except OSError as error:
        place = "" if error.filename is None else f"{error.filename!r}: "
        return _fail(f"{place}{error.strerror or error}", _UNUSABLE)
    except Exception as error:  # a defect; its one line says what to send to the authors
        if os.environ.get("WHYZERO_TRACEBACK"):
            traceback.print_exc()
        return _fail(
            f"internal error: {type(error).__name__}: {error} (a defect of whyzero; run again with "
            "WHYZERO_TRACEBACK=1 and report what it prints)",
            _DEFECT,
        )


def _parser_message(error: typer.BadParameter) -> str:
    """What is wrong with an option, and where its help is.

    Where Typer's own words do not repeat a value of the wrong type, the words of its cause do.
    """
    message = error.format_message().replace("Value error, ", "").rstrip(".")
    value = re.search(r"input_value=(.+), input_type=", str(error.__cause__))
    if value is not None and value[1] not in message:
        message += f", got {value[1]}"
    command = "whyzero" if error.ctx is None else error.ctx.command_path
    return f"{message}; see {command} --help"


def _fail(message: str, code: int) -> int:
    print(f"whyzero: {one_line(message)}", file=sys.stderr)
    return code


def _open_streams() -> None:
    """Let output never fail on a character, nor on a stream that the caller closed."""
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115
        elif isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def _silence() -> None:
    """Let nothing more be written to a standard output that cannot take it."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
