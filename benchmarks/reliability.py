"""How reliable the answers are: `python -m benchmarks.reliability [--small]`, ours beside scikit-learn's.

Two tables: how often the zeros at default settings are wrong, and what hostile data, threads, signals and memory do.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator

import sklearn
from sklearn import linear_model as theirs

from benchmarks.behaviour import PROBES
from benchmarks.supports import COLUMNS, SETTINGS, measure
from whyzero import sklearn as ours

SMALL = 3  # problems of each kind


def supports_table(small: bool) -> Iterator[str]:
    """Lines of Markdown: for each setting the counts of both packages, as `ours / theirs`."""
    yield f"| default settings, whyzero / scikit-learn {sklearn.__version__} | {' | '.join(COLUMNS)} |"
    yield "|---" * (len(COLUMNS) + 1) + "|"
    for setting in SETTINGS:
        found = measure(setting, SMALL if small else setting.problems)
        cells = [f"{a} / {b}" for a, b in zip(found["whyzero"], found["scikit-learn"], strict=True)]
        yield f"| {setting.name} | {' | '.join(cells)} |"


def behaviour_table(small: bool) -> Iterator[str]:
    """Lines of Markdown: what both packages do; probes that take long are left out of the small form."""
    yield f"| probe | whyzero | scikit-learn {sklearn.__version__} |"
    yield "|---|---|---|"
    for name, probe, little, full in PROBES:
        if small and full > 0 and little == 0:
            continue
        size = little if small else full
        yield f"| {name} | {probe(ours, size)} | {probe(theirs, size)} |"


def main() -> None:
    """Print both tables as they grow."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.reliability", description=str(__doc__).split("\n\n")[0])
    parser.add_argument("--small", action="store_true", help="a few problems of each kind, and no long probe")
    small = parser.parse_args().small
    for table in (supports_table, behaviour_table):
        for line in table(small):
            print(line, flush=True)
        print()


if __name__ == "__main__":
    main()
