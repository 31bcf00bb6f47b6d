"""The explorer: one offline page in which the question is answered by hand."""

from __future__ import annotations

from whyzero.explorers.data import table_data
from whyzero.explorers.page import explorer, render_explorer, report_address

__all__ = ["explorer", "render_explorer", "report_address", "table_data"]
