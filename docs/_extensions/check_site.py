"""Check the built site: every link within it leads somewhere, and no page loads anything from the network.

``python docs/_extensions/check_site.py site`` exits with 1 and a list if something is wrong.
"""

from __future__ import annotations

import re
import sys
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

_LOADED = {"script": "src", "img": "src", "iframe": "src", "source": "src", "video": "src"}
_LOADING_LINKS = {"stylesheet", "icon", "preload", "prefetch", "modulepreload", "dns-prefetch", "preconnect"}


class Page(HTMLParser):
    """What a page links to and loads, and the places in it that can be linked to."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.loads: list[str] = []
        self.anchors: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Sort the attributes of one tag."""
        found = {name: value or "" for name, value in attrs}
        self.anchors.update(found[name] for name in ("id", "name") if name in found)
        if _LOADED.get(tag) in found:
            self.loads.append(found[_LOADED[tag]])
        if tag == "link" and _LOADING_LINKS & set(found.get("rel", "").split()):
            self.loads.append(found.get("href", ""))
        elif tag == "a" and "href" in found:
            self.links.append(found["href"])


def complaints(site: Path) -> list[str]:
    """One line for everything that is wrong with the site."""
    files = [path for path in site.rglob("*.html") if "_static" not in path.parts]  # the theme keeps a template there
    pages = {path.resolve(): Page(path.read_text("utf-8")) for path in files}
    wrong = []
    for path, page in pages.items():
        for address in page.loads:
            if urlsplit(address).scheme == "data":
                continue
            if urlsplit(address).netloc:
                wrong.append(f"{path.name} loads {address}")
            elif not _target(path, address).exists():
                wrong.append(f"{path.name} loads {address}, which is not there")
        for address in page.links:
            parts = urlsplit(address)
            if parts.scheme or parts.netloc:
                continue
            target = _target(path, address)
            if not target.exists():
                wrong.append(f"{path.name} links to {address}, which is not there")
            elif parts.fragment and target in pages and unquote(parts.fragment) not in pages[target].anchors:
                wrong.append(f"{path.name} links to {address}, a place that is not there")
    for style in site.rglob("*.css"):
        outside = re.findall(r"(?:@import\s+|url\()[\"']?((?:https?:)?//[^\"')\s]+)", style.read_text("utf-8"))
        wrong += [f"{style.name} loads {address}" for address in outside]
    return wrong


def _target(page: Path, address: str) -> Path:
    path = unquote(urlsplit(address).path)
    return (page.parent / path).resolve() if path else page


if __name__ == "__main__":
    found = complaints(Path(sys.argv[1]))
    print("\n".join(found) or "every link leads somewhere, and nothing is loaded from the network")
    sys.exit(bool(found))
