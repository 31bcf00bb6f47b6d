"""The report: one offline HTML file that says which weights are zero, whether that is proved, and why."""

from __future__ import annotations

from whyzero.report.page import Fragment, fragment, render

__all__ = ["Fragment", "fragment", "render"]
