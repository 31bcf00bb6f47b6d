"""The commands ``python -m benchmarks`` and ``python -m benchmarks compare``, run from the repository's root."""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
from pathlib import Path

from benchmarks import cold, compare, revision, runner, solvers, table
from benchmarks.datasets import MissingDataError
from benchmarks.process import Interpreter, WorkerError
from benchmarks.results import Result, as_json
from benchmarks.works import WORKS, Work

_OUTSIDE_THE_TABLE = "recipes"


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks",
        description="Time whyzero and its peers on the same problems; one evaluator judges all weights.",
        epilog="`python -m benchmarks compare REV_A REV_B [WORK ...]` compares two commits of whyzero.",
    )
    parser.add_argument("works", nargs="*", metavar="WORK", help="names of works; the whole table if none are given")
    parser.add_argument("--group", action="append", default=[], help="a group of works; may be repeated")
    parser.add_argument("--solvers", help="comma-separated; `celer` means every mode of it, `whyzero` is ours")
    parser.add_argument("--repeat", type=int, default=3, help="rounds after the first call (default 3)")
    parser.add_argument("--limit", type=float, default=60.0, help="seconds that one call may take (default 60)")
    parser.add_argument(
        "--threads", type=int, default=os.cpu_count() or 1, help="threads of everybody (default: all cores)"
    )
    parser.add_argument("--peers-python", default=sys.executable, help="the interpreter that has the peers")
    parser.add_argument(
        "--every-tolerance", action="store_true", help="tighter tolerances too, not only the first enough"
    )
    parser.add_argument("--no-memory", action="store_true", help="do not measure memory")
    parser.add_argument("--cold", action="store_true", help="print every run with its first call")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write everything that was measured")
    parser.add_argument("--markdown", type=Path, metavar="FILE", help="write the table for the documentation")
    parser.add_argument("--list", action="store_true", help="list works and solvers, and end")
    return parser


def _chosen(works: list[str], groups: list[str]) -> list[str]:
    known = {*WORKS, cold.NAME}
    unknown = [name for name in works if name not in known]
    unknown += [group for group in groups if group not in {work.group for work in WORKS.values()} | {cold.GROUP}]
    if unknown:
        raise SystemExit(f"unknown: {', '.join(unknown)}; --list shows all works and groups")
    if works or groups:
        by_group = [name for name, work in WORKS.items() if work.group in groups]
        return list(dict.fromkeys([*works, *by_group, *([cold.NAME] if cold.GROUP in groups else [])]))
    return [*(name for name, work in WORKS.items() if work.group != _OUTSIDE_THE_TABLE), cold.NAME]


def _list() -> None:
    for work in WORKS.values():
        kind = "10-fold CV" if work.cross_validate else "one alpha" if work.n_alphas == 1 else f"{work.n_alphas} alphas"
        print(f"{work.name:24s} {work.group:8s} {work.loss:9s} {kind:11s} down to {work.ratio:g}")
    print(f"{cold.NAME:24s} {cold.GROUP:8s}")
    print("\nsolvers:", ", ".join(solvers.SOLVERS))


def _measure(work: Work, chosen: tuple[solvers.Solver, ...], options: runner.Options) -> Result | None:
    print(f"{work.name} ...", file=sys.stderr, flush=True)
    try:
        return runner.measure(work, chosen, options)
    except MissingDataError as reason:
        print(f"  skipped: {reason}", file=sys.stderr, flush=True)
        return None


def _run(arguments: list[str]) -> None:
    asked = _parser().parse_args(arguments)
    if asked.list:
        _list()
        return
    chosen = solvers.named(asked.solvers) if asked.solvers else tuple(solvers.SOLVERS.values())
    ours = Interpreter(threads=asked.threads)
    peers = Interpreter(asked.peers_python, threads=asked.threads)
    options = runner.Options(
        ours=ours,
        peers=peers,
        repeat=asked.repeat,
        limit=asked.limit,
        memory=not asked.no_memory,
        every_tolerance=asked.every_tolerance,
        report=lambda line: print(line, file=sys.stderr, flush=True),
    )
    about = revision.about(ours, peers)  # the tree may change while this runs
    results: list[Result] = []
    for name in _chosen(asked.works, asked.group):
        if name == cold.NAME:
            results.append(cold.measure(ours, peers, max(1, asked.repeat)))
        elif (result := _measure(WORKS[name], chosen, options)) is not None:
            results.append(result)
    print("\n".join(about), table.text(results), table.LEGEND, sep="\n\n")
    if asked.cold:
        print("", *(table.details(result) for result in results), sep="\n")
    if asked.json:
        asked.json.write_text(json.dumps(as_json(results, {"about": about}), indent=1, default=str) + "\n", "utf-8")
    if asked.markdown:
        asked.markdown.write_text(table.markdown(results, about), "utf-8")


def main(arguments: list[str]) -> None:
    """Run one of the two commands."""
    try:
        if arguments[:1] == ["compare"]:
            compare.main(arguments[1:])
        else:
            _run(arguments)
    except WorkerError as failure:
        raise SystemExit(str(failure)) from None


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # an end from outside cleans up, too
    main(sys.argv[1:])
