r"""Mathematics as MathML, written into the page when it is built.

Nothing is loaded and no script runs when the page is read. An equation with ``\tag{7}`` gets its number at the right
and the anchor ``eq-7``.
"""

from __future__ import annotations

import re
from html import escape
from typing import Any

from docutils import nodes
from math_core import LatexError, LatexToMathML
from sphinx.application import Sphinx
from sphinx.util import logging

_LOGGER = logging.getLogger(__name__)
_CONVERTER = LatexToMathML(fancy_error=False)
_TAG = re.compile(r"\\tag\{([^{}]+)\}")


def _mathml(visitor: Any, node: nodes.Element, latex: str, *, displaystyle: bool) -> str:
    try:
        return str(_CONVERTER.convert_with_local_state(latex, displaystyle=displaystyle))
    except LatexError as error:
        _LOGGER.warning("cannot read %r as LaTeX: %s", latex, error, location=node)
        return f"<code>{escape(latex)}</code>"


def _inline(visitor: Any, node: nodes.Element) -> None:
    visitor.body.append(_mathml(visitor, node, node.astext(), displaystyle=False))
    raise nodes.SkipNode


def _block(visitor: Any, node: nodes.Element) -> None:
    latex = node.astext()
    tag = _TAG.search(latex)
    formula = _mathml(visitor, node, _TAG.sub("", latex).strip(), displaystyle=True)
    number = anchor = ""
    if tag:
        anchor = f' id="eq-{tag[1]}"'
        number = f'<span class="eqno">({tag[1]})</span>'
    # Not a <div>: an equation may stand inside a paragraph.
    visitor.body.append(f'<span class="equation"{anchor} tabindex="0">{formula}{number}</span>')
    raise nodes.SkipNode


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the renderer."""
    app.add_html_math_renderer("mathml", (_inline, None), (_block, None))
    return {"parallel_read_safe": True, "parallel_write_safe": True}
