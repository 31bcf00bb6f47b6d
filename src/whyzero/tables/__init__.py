"""Files to typed columns: delimited text, Parquet, JSON and libsvm, read without trust in their content."""

from whyzero.tables.columns import (
    Column,
    Kind,
    Note,
    ReadOptions,
    Source,
    SparseColumns,
    Table,
    name_list,
    nearest_names,
)
from whyzero.tables.reading import read_table

__all__ = [
    "Column",
    "Kind",
    "Note",
    "ReadOptions",
    "Source",
    "SparseColumns",
    "Table",
    "name_list",
    "nearest_names",
    "read_table",
]
