"""The script of the page: its modules joined into one, in the order of their imports, without a build tool."""

from __future__ import annotations

import re
from importlib.resources import files

__all__ = ["joined_script"]

MODULES = ("elements", "features", "waterfall", "card", "verdict_table", "whyzero")
_IMPORT = re.compile(r'^import \{ [\w, ]+ \} from "\./(\w+)\.js";\n', re.MULTILINE)
_COMMENT = re.compile(r"^ *(//[^\n]*|/\*\*.*?\*/)\n", re.MULTILINE | re.DOTALL)


def joined_script() -> str:
    """All modules as the text of one ES module; lines that only comment stay behind.

    Raises
    ------
    ValueError
        If a module imports one that does not stand before it.
    """
    folder = files("whyzero.report") / "templates" / "script"
    texts = []
    for position, name in enumerate(MODULES):
        text = (folder / f"{name}.js").read_text(encoding="utf-8")
        late = set(_IMPORT.findall(text)) - set(MODULES[:position])
        if late:
            raise ValueError(f"{name}.js imports {', '.join(sorted(late))}, which the joined script has only later")
        texts.append(_COMMENT.sub("", _IMPORT.sub("", text)).strip("\n"))
    return "\n".join(texts) + "\n"
