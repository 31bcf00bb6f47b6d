"""Reads a report as a browser without script would: elements with attributes and text, nothing run."""

from __future__ import annotations

import base64
import json
import zlib
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

VOID = {"meta", "link", "br", "wbr", "hr", "img", "input"}
# What ends an element whose end tag is left out: the start of one of the first, the end of one of the second.
CELL_ENDS = ({"td", "th", "tr"}, {"tr", "tbody", "thead", "table"})
IMPLIED = {"td": CELL_ENDS, "th": CELL_ENDS, "tr": ({"tr"}, {"tbody", "thead", "table"})}


@dataclass
class Node:
    """An element: name, attributes, children (nodes and strings)."""

    tag: str
    attributes: dict[str, str] = field(default_factory=dict)
    children: list[Node | str] = field(default_factory=list)

    @property
    def text(self) -> str:
        return "".join(child if isinstance(child, str) else child.text for child in self.children)

    def all(self, tag: str | None = None, class_: str | None = None) -> list[Node]:
        """All elements below with this name and this class, in the order of the page."""
        found = []
        for child in self.children:
            if isinstance(child, Node):
                if tag in (None, child.tag) and (class_ is None or class_ in child.classes):
                    found.append(child)
                found += child.all(tag, class_)
        return found

    @property
    def classes(self) -> list[str]:
        return self.attributes.get("class", "").split()

    def number(self, attribute: str) -> float:
        return float(self.attributes[attribute])

    def by_id(self, key: str) -> Node:
        return next(node for node in self.all() if node.attributes.get("id") == key)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.root = Node("root")
        self.open = [self.root]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._end_implied(tag, at_start=True)
        node = Node(tag, {key: value or "" for key, value in attrs})
        self.open[-1].children.append(node)
        if tag not in VOID:
            self.open.append(node)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.open[-1].children.append(Node(tag, {key: value or "" for key, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        self._end_implied(tag, at_start=False)
        assert self.open[-1].tag == tag, f"</{tag}> closes <{self.open[-1].tag}>"
        self.open.pop()

    def _end_implied(self, tag: str, *, at_start: bool) -> None:
        while tag in IMPLIED.get(self.open[-1].tag, (set(), set()))[0 if at_start else 1]:
            if not at_start and self.open[-1].tag == tag:
                return
            self.open.pop()

    def handle_data(self, data: str) -> None:
        self.open[-1].children.append(data)


def read(page: str) -> Node:
    """The page as a tree; every element must be closed where it was opened, or end where HTML ends it."""
    reader = _Reader()
    reader.feed(page)
    reader.close()
    assert reader.open == [reader.root]
    return reader.root


def number_in(text: str) -> float:
    """What a number on the page says."""
    plain = text.replace("−", "-").strip()
    raised = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")
    mantissa, _, power = plain.partition("×10")
    return float(f"{mantissa}e{power.translate(raised) or 0}")


def unpacked_bytes(text: str) -> bytes:
    """What was deflated and written in base 85 with ``,./`` in place of ``&<>``."""
    return zlib.decompress(base64.b85decode(text.translate(str.maketrans(",./", "&<>"))))


def unpacked(page: Node, key: str) -> Any:
    """The JSON that was packed into the element of that id."""
    return json.loads(unpacked_bytes(page.by_id(key).text))


def verdict_rows(page: Node) -> list[Node]:
    """The rows of the tables of verdicts, one for each feature that is listed."""
    return [row for table in page.all("table", "verdicts") for row in table.all("tr") if "data-i" in row.attributes]
