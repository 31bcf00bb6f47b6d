"""What makes a page safe to open: a content security policy by hash, and data that cannot end their element.

The script travels deflated. A loader unpacks it and appends it as a script element of exactly that text, which runs
only because the policy names the hash of the text beside that of the loader.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
import zlib
from typing import Any

from markupsafe import Markup

from whyzero.report.script import joined_script

__all__ = ["inline_source", "packed_bytes", "packed_json", "sources"]

LOADER = "loader.js"
_HARMLESS = str.maketrans("&<>", ",./")
_AROUND = re.compile(r"\s*([{};,])\s*|(?<=:)\s+")
_LAST = ";}"


def sources(script: str, style: str) -> dict[str, str]:
    """What the head and the end of a page hold: its policy, its style sheet, its script packed, and the loader of that.

    Parameters
    ----------
    script : str
        The text of an ES module.
    style : str
        The text of the style sheet; spaces that mean nothing stay behind.
    """
    loader, sheet = joined_script(LOADER), _AROUND.sub(r"\1", style).replace(_LAST, "}")
    return {
        "policy": content_policy((script, loader), sheet),
        "style": inline_source(sheet),
        "script": packed_bytes(inline_source(script).encode("utf-8")),
        "loader": inline_source(loader),
    }


def inline_source(text: str) -> Markup:
    """The text of a style sheet or script, to stand inside its element as it is.

    Raises
    ------
    ValueError
        If the text contains what an HTML parser takes for the end of the element or for a comment.
    """
    lowered = text.lower()
    for forbidden in ("</style", "</script", "<script", "<!--"):
        if forbidden in lowered:
            raise ValueError(f"a style sheet or script of the report contains {forbidden!r}, which ends its element")
    if "\r" in text:
        raise ValueError("a style sheet or script of the report contains a carriage return, which changes its hash")
    return Markup(text)


def content_policy(scripts: tuple[str, ...], style: str) -> str:
    """Nothing may load; only these scripts and this style sheet, known by their hashes, may run."""
    known = " ".join(f"'{_hash(script)}'" for script in scripts)
    return (
        f"default-src 'none'; script-src {known}; style-src '{_hash(style)}'; "
        "img-src data:; base-uri 'none'; form-action 'none'"
    )


def _hash(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode("utf-8")).digest()).decode("ascii")


def packed_json(value: Any) -> str:
    """JSON deflated and written in characters that no HTML parser takes for anything but text."""
    return packed_bytes(json.dumps(value, ensure_ascii=True, allow_nan=False, separators=(",", ":")).encode("ascii"))


def packed_bytes(content: bytes) -> str:
    """Deflated and written in base 85 (RFC 1924, but ``,./`` for the ``&<>`` that markup knows)."""
    return base64.b85encode(zlib.compress(content, 9)).decode("ascii").translate(_HARMLESS)
