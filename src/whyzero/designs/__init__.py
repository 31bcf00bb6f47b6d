"""The data matrix as a type: whatever the user has becomes a `Design`.

To add a storage: one module here with the members of `Design`, one branch in `as_design`, one row in
``DESIGNS`` of ``tests/zoo.py``. The laws (equality with dense NumPy, adjointness, exact moments) come
with the row.
"""

from __future__ import annotations

from whyzero.designs.codes import CodesDesign
from whyzero.designs.convert import as_design, open_design, refuse_non_finite
from whyzero.designs.csc import CscDesign
from whyzero.designs.dense import DenseDesign
from whyzero.designs.names import Names
from whyzero.designs.protocol import Design

__all__ = [
    "CodesDesign",
    "CscDesign",
    "DenseDesign",
    "Design",
    "Names",
    "as_design",
    "open_design",
    "refuse_non_finite",
]
