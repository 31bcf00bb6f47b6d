"""Certificates that somebody changed who knows the schema."""

from __future__ import annotations

import copy
import hashlib
import json
from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import numpy as np

from oracle.lasso_path import Segment

__all__ = ["changed", "contradicted", "path_claims_refuted", "sealed"]


def sealed(fields: dict[str, Any]) -> str:
    """The JSON text with a fresh SHA-256."""
    text = json.dumps(fields | {"sha256": ""}, sort_keys=True, separators=(",", ":"))
    return json.dumps(fields | {"sha256": hashlib.sha256(text.encode()).hexdigest()})


def changed(value: Any, rng: np.random.Generator) -> Any:
    """Another value of the same JSON type; of a list, one entry changed, lost or doubled."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, str):
        return value + "x"
    if isinstance(value, int):
        return value + 1
    if value is None:
        return 1.0
    if isinstance(value, list):
        k = int(rng.integers(len(value))) if value else 0
        ways = [[*value[:k], changed(value[k], rng), *value[k + 1 :]], value[:k] + value[k + 1 :]] if value else []
        return [*ways, [*value, *(value[k : k + 1] or [0.1])]][rng.integers(len(ways) + 1)]
    choices = [value * 1.01 + 1e-3, value * 0.99 - 1e-3, value + 0.1, -value - 1e-3]
    return choices[rng.integers(len(choices))]


def contradicted(fields: dict[str, Any], segments: list[Segment]) -> bool:
    """Whether the exact path of three weights refutes a claim of a path certificate."""
    for j in range(3):
        alive = [(s.low, s.high) for s in segments if j in s.support]
        for high, low in fields["zero"][j]:
            if any((high is None or s < Fraction(high)) and (e is None or e > Fraction(low)) for s, e in alive):
                return True
        for alpha in map(Fraction, fields["nonzero"][j]):
            if not any(s < alpha and (e is None or alpha < e) for s, e in alive):
                return True
    return False


def path_claims_refuted(
    fields: dict[str, Any], segments: list[Segment], rng: np.random.Generator, rounds: int
) -> Iterator[str]:
    """Path certificates with one claim changed at random, those of `rounds` that the exact path refutes."""
    for _ in range(rounds):
        forged = copy.deepcopy(fields)
        j, ends = int(rng.integers(3)), sorted(rng.integers(0, len(fields["alphas"]), 2).tolist())
        first, last = (fields["alphas"][k] for k in ends)
        if rng.random() < 0.5:
            forged["zero"][j] = [[None if rng.random() < 0.3 else first, last]]
        else:
            forged["nonzero"][j] = sorted({*forged["nonzero"][j], first}, reverse=True)
        if contradicted(forged, segments):
            yield sealed(forged)
