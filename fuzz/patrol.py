"""Every file that a reader is to be shown, and the count of what became of them."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from fuzz.child import Child, Outcome
from fuzz.corpus import entries, fields
from fuzz.hostile_checkpoints import resealed
from fuzz.hostile_documents import sealed
from fuzz.hostile_parquet import footer
from fuzz.mutations import mutated
from fuzz.readers import READERS

__all__ = ["Tally", "cuts", "flips", "mutants", "patrol"]


@dataclass
class Tally:
    """What became of the files.

    Attributes
    ----------
    counts : Counter
        By the kind of outcome.
    findings : list of (str, Outcome)
        What must be fixed, with the name of the file.
    memory : int
        Most bytes of memory beyond eight times the file.
    """

    counts: Counter[str] = field(default_factory=Counter)
    findings: list[tuple[str, Outcome]] = field(default_factory=list)
    memory: int = 0


def patrol(child: Child, files: Iterator[tuple[str, bytes]], folder: Path, tally: Tally | None = None) -> Tally:
    """Let a child read the files one after the other; a file with a finding stays in `folder`."""
    tally = tally or Tally()
    suffix = READERS[child.reader].suffix
    for name, content in files:
        path = folder / f"file{suffix}"
        path.write_bytes(content)
        outcome = child.read(path)
        tally.counts[outcome.kind] += 1
        tally.memory = max(tally.memory, outcome.memory - 8 * len(content))
        if outcome.is_finding:
            tally.findings.append((name, outcome))
            path.rename(folder / f"found-{hashlib.sha256(content).hexdigest()[:12]}{suffix}")
    return tally


def cuts(reader: str, step: int = 1) -> Iterator[tuple[str, bytes]]:
    """The genuine file cut off at every byte, or at every `step`-th."""
    content = READERS[reader].genuine.read_bytes()
    for end in range(0, len(content), step):
        yield f"cut at {end}", content[:end]


def flips(reader: str, step: int = 1) -> Iterator[tuple[str, bytes]]:
    """The genuine file with one bit flipped, at every `step`-th bit; of a Parquet file in its footer."""
    content = READERS[reader].genuine.read_bytes()
    places = footer(content) if reader == "parquet" else range(len(content))
    for bit in range(8 * places.start, 8 * places.stop, step):
        data = bytearray(content)
        data[bit // 8] ^= 1 << bit % 8
        yield f"bit {bit}", bytes(data)


def mutants(reader: str, count: int, seed: int) -> Iterator[tuple[str, bytes]]:
    """Mutations of the corpus, the same for the same seed."""
    random = Random(f"{reader} {seed}")
    contents = [content for content, _ in entries(reader).values() if len(content) < 1 << 16]
    contents += fields(reader).values()
    tokens = READERS[reader].tokens
    for k in range(count):
        content = mutated(random.choice(contents), contents, tokens, random)
        yield f"mutant {seed}.{k}", _sealed_again(content) if k % 2 else content


def _sealed_again(content: bytes) -> bytes:
    """A document whose seal a change has broken gets a new one, so that what is behind the seal is tried, too."""
    if content.startswith(b"whyzero checkpoint"):
        return resealed(content)
    try:
        fields = json.loads(content)
        return sealed(fields).encode("ascii") if "sha256" in fields else content
    except (ValueError, TypeError, RecursionError):  # no document any more
        return content
