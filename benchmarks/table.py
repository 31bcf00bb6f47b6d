"""The table of ratios, as text and as Markdown, and the list of every run."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from benchmarks.results import OURS, Result, Run
from benchmarks.targets import PEER_GAP

_HEAD = (
    "work",
    "X",
    "alphas",
    "ours",
    "gap",
    "passes",
    "support",
    f"fastest peer, gap <= {PEER_GAP:.0e}",
    "its time",
    "its gap",
    "ours/peer",
    "faster",
    "bar",
    "goal",
    "verdict",
    "time/limit",
    "memory/X",
    "1e-12",
)

LEGEND = (
    "ours/peer: our time over the fastest peer's; faster: the same the other way round. time/limit: our time over that "
    "of one multi-threaded pass X'r for each alpha. memory/X: our highest memory beyond X over the size of X (in "
    "brackets the fastest peer's), against 0.25 X (goal 0.1 X) plus arrays of n x alphas, support x support and the "
    "returned weights; X below 8 MiB is not measured. 1e-12: our time at tol=1e-12 over that at tol=1e-6."
)


def _seconds(value: float) -> str:
    if value < 1e-3:
        return f"{value * 1e6:.3g} us"
    return f"{value * 1e3:.3g} ms" if value < 1 else f"{value:.3g} s"


def _gap(run: Run | None) -> str:
    return "-" if run is None or run.gap is None else f"{run.gap:.0e}"


def _memory(result: Result) -> str:
    taken, peer = result.memory.get(OURS), result.fastest_peer
    if taken is None:
        return "-"
    other = result.memory.get(peer.solver) if peer else None
    beside = f" ({other / result.nbytes:.2g})" if other is not None else ""
    return f"{taken / result.nbytes:.2g}{beside} {result.memory_verdict()}"


def cells(result: Result) -> tuple[str, ...]:
    """One row of the table."""
    ours, peer = result.ours, result.fastest_peer
    n, p = result.shape
    head = (result.name, f"{n}x{p}", str(result.n_alphas))
    bar, goal = result.target.words() if result.target else ("-", "-")
    theirs = (f"{peer.solver} {peer.tol:.0e}", _seconds(peer.time), _gap(peer)) if peer else ("none", "-", "-")
    if ours is None:
        note = next((run.note for run in result.runs if run.solver == OURS), "not run")
        return (*head, "-", "-", "-", "-", *theirs, "-", "-", bar, goal, note, "-", "-", "-")
    ratio = (f"{ours.time / peer.time:.2g}", f"{peer.time / ours.time:.2g}x") if peer else ("-", "-")
    sharper = result.sharper
    return (
        *head,
        _seconds(ours.time),
        _gap(ours),
        str(ours.facts.get("passes", "-")),
        "-" if ours.support is None else str(ours.support),
        *theirs,
        *ratio,
        bar,
        goal,
        result.verdict,
        f"{ours.time / result.limit:.3g}" if result.limit else "-",
        _memory(result),
        f"{sharper.time / ours.time:.2f}x" if sharper else "-",
    )


def text(results: Iterable[Result]) -> str:
    """The table for a terminal."""
    rows = [_HEAD, *(cells(result) for result in results)]
    widths = [max(len(row[i]) for row in rows) for i in range(len(_HEAD))]
    return "\n".join("  ".join(c.ljust(w) for c, w in zip(row, widths, strict=True)).rstrip() for row in rows)


def markdown(results: Iterable[Result], about: Sequence[str]) -> str:
    """The table for docs/benchmarks.md, with a line for each of `about`."""
    rows = [_HEAD, ("---",) * len(_HEAD), *(cells(result) for result in results)]
    lines = ["| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |" for row in rows]
    return "\n".join([*(f"- {line}" for line in about), "", *lines, "", LEGEND, ""])


def _account(account: Mapping[str, Any]) -> str:
    """Counts and seconds of phases by name; phases may be grouped."""
    parts = []
    for name, value in account.items():
        if isinstance(value, Mapping):
            parts.append(f"{name} ({_account(value)})")
        else:
            parts.append(f"{name} {_seconds(value) if isinstance(value, float) else value}")
    return ", ".join(parts)


def details(result: Result) -> str:
    """Every run of a work, with its first call."""
    lines = [f"{result.name}: supports at the smallest alpha {', '.join(map(str, result.supports)) or 'not compared'}"]
    for run in sorted(result.runs, key=lambda run: run.time):
        first = f"first call {run.first:.4f} s" if run.first is not None else ""
        what = run.note or f"{_seconds(run.time):>9s}  gap {_gap(run):>6s}  support {run.support}"
        lines.append(f"  {run.solver:22s} tol {run.tol:7.0e}  {what}  {first}")
    facts = result.ours.facts if result.ours else {}
    if "plan" in facts:
        lines.append(f"  plan: {facts['plan']}")
    if "seconds" in facts:
        lines.append(f"  our account: {_account(facts['seconds'])}")
    return "\n".join(lines)
