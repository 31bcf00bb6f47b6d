"""Columns to a numeric design: which are used and how, said in words, and the same again on new data."""

from whyzero.encoding.columns import ColumnEncoding
from whyzero.encoding.encoding import Encoding, SetAside
from whyzero.encoding.planning import Encoded, encode
from whyzero.encoding.targets import Label, Target, choose_target, target_values

__all__ = [
    "ColumnEncoding",
    "Encoded",
    "Encoding",
    "Label",
    "SetAside",
    "Target",
    "choose_target",
    "encode",
    "target_values",
]
