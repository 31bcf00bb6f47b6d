"""The report as a widget of a notebook: the same markup, style and script as the page, shown by anywidget."""

from __future__ import annotations

from functools import cache
from typing import Any

from whyzero.report.page import fragment
from whyzero.report.script import joined_script

__all__ = ["widget", "widget_script"]

ENTRY = "widget.js"


def widget(data: dict[str, Any]) -> Any:
    """A widget that shows the report of an explanation.

    Parameters
    ----------
    data : dict
        What ``Explanation.data()`` returns.

    Returns
    -------
    anywidget.AnyWidget

    Raises
    ------
    ImportError
        If anywidget is missing.
    ModelFormatError
        If `data` follows another schema, or lacks a key.
    """
    kind = _widget_class()
    shown = fragment(data)
    return kind(markup=str(shown.markup), sheet=shown.style)


def widget_script() -> str:
    """The ES module that anywidget loads: its default export has `render`."""
    return joined_script(ENTRY) + "export default { render: show };\n"


@cache
def _widget_class() -> Any:
    try:
        import anywidget
        import traitlets
    except ImportError as error:
        raise ImportError("a widget needs anywidget: pip install 'whyzero[widget]'") from error

    class ReportWidget(anywidget.AnyWidget):  # type: ignore[misc]
        """The report in a cell; a trait `style` would be taken for the one of ipywidgets."""

        _esm = widget_script()
        markup = traitlets.Unicode().tag(sync=True)
        sheet = traitlets.Unicode().tag(sync=True)

    return ReportWidget
