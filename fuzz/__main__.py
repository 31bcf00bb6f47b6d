"""``python -m fuzz [READER ...] --count N --seed S``: every reader reads its corpus, cuts, flips and N mutants."""

from __future__ import annotations

import argparse
import sys
from itertools import chain
from pathlib import Path

from fuzz.child import Child
from fuzz.corpus import entries, fields
from fuzz.patrol import Tally, cuts, flips, mutants, patrol
from fuzz.readers import READERS


def main() -> int:
    """Print the counts; the exit code is 1 if there was a finding."""
    parser = argparse.ArgumentParser(prog="python -m fuzz", description=__doc__)
    parser.add_argument("readers", nargs="*", metavar="READER", help=f"of {', '.join(READERS)}; all of them")
    parser.add_argument("--count", type=int, default=2000, help="mutants of each reader")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--findings", type=Path, default=Path("fuzz-findings"), help="where files with a finding stay")
    given = parser.parse_args()
    found = 0
    print(f"{'reader':17} {'read':>8} {'accepted':>9} {'refused':>9} {'findings':>9} {'MiB over 8 x file':>18}")
    for name in given.readers or READERS:
        folder = given.findings / name
        folder.mkdir(parents=True, exist_ok=True)
        tally = Tally()
        kept = ((key, content) for key, (content, _) in entries(name).items())
        changed = (iter(fields(name).items()), cuts(name), flips(name), mutants(name, given.count, given.seed))
        with Child(name) as child:
            patrol(child, chain(kept, *changed), folder, tally)
        (folder / f"file{READERS[name].suffix}").unlink(missing_ok=True)
        total, counts = sum(tally.counts.values()), tally.counts
        print(
            f"{name:17} {total:8,} {counts['accepted']:9,} {counts['refused']:9,} {len(tally.findings):9,} "
            f"{tally.memory / 2**20:18.1f}",
            flush=True,
        )
        for key, outcome in tally.findings[:20]:
            print(f"  {outcome.kind}: {key}: {outcome.text.strip().splitlines()[-1]}", flush=True)
        found += len(tally.findings)
    return int(found > 0)


if __name__ == "__main__":
    sys.exit(main())
