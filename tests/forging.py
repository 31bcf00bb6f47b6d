"""Certificates that somebody changed who knows the schema."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import numpy as np

__all__ = ["changed", "sealed"]


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
