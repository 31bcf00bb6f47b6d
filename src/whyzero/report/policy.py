"""What makes the page safe to open: a content security policy by hash, and data that cannot end their element."""

from __future__ import annotations

import base64
import hashlib
import json
import zlib
from typing import Any

from markupsafe import Markup

__all__ = ["content_policy", "inline_source", "packed_bytes", "packed_json"]


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


def content_policy(script: str, style: str) -> str:
    """Nothing may load; only this script and this style sheet, known by their hashes, may run."""
    return (
        f"default-src 'none'; script-src '{_hash(script)}'; style-src '{_hash(style)}'; "
        "img-src data:; base-uri 'none'; form-action 'none'"
    )


def _hash(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode("utf-8")).digest()).decode("ascii")


def packed_json(value: Any) -> str:
    """JSON deflated and written in base64, which no HTML parser takes for anything but text."""
    return packed_bytes(json.dumps(value, ensure_ascii=True, allow_nan=False, separators=(",", ":")).encode("ascii"))


def packed_bytes(content: bytes) -> str:
    """Deflated and written in base64."""
    return base64.b64encode(zlib.compress(content, 9)).decode("ascii")
