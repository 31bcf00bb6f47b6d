"""Scripts of a page: an entry module and all it imports, joined into one text without a build tool.

Every module becomes a function that runs once and returns what the module exports, in the order of the imports. So
names of one module never meet those of another, and the text is an ES module that exports what its entry exports.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from importlib.resources import files
from importlib.resources.abc import Traversable

__all__ = ["SCRIPTS", "joined_script"]

SCRIPTS: Traversable = files("whyzero.report") / "templates" / "script"

_IMPORT = re.compile(r'^import (\{[^}]*\}) from "([^"]+)";\n', re.MULTILINE)
_EXPORT = re.compile(r"^export (?=(?:async )?(?:function\*?|const|let|class) (\w+))", re.MULTILINE)
_STRAY = re.compile(r"^(?:import|export)\b.*", re.MULTILINE)
_INDENT = re.compile(r"^ +", re.MULTILINE)
_COMMENT = re.compile(r"^ *(//[^\n]*|/\*\*.*?\*/)\n", re.MULTILINE | re.DOTALL)


def joined_script(entry: str, folders: Iterable[Traversable] = (SCRIPTS,)) -> str:
    """The text of one ES module that does what `entry` does; comments on lines of their own and indents stay behind.

    Parameters
    ----------
    entry : str
        Path of the entry module within its folder, such as ``"page.js"``.
    folders : iterable of Traversable
        Where modules are looked for: an import is read from the first folder that has it, whichever folder the
        importing module is in.

    Raises
    ------
    ValueError
        If a module is in none of the folders, imports itself by a detour, or has an import or export of another
        form than ``import { a, b as c } from "./x.js";`` and ``export function``, ``const``, ``let`` or ``class``.
    """
    searched = tuple(folders)
    texts: dict[str, str] = {}
    exports = _gather(_resolved("", entry), searched, texts, ())
    known = ", ".join(exports)
    last = f"export const {{ {known} }} = {_label(_resolved('', entry))};\n" if exports else ""
    return _INDENT.sub("", "".join(texts.values())) + last


def _gather(path: str, folders: tuple[Traversable, ...], texts: dict[str, str], above: tuple[str, ...]) -> list[str]:
    """Put the modules below `path`, then itself, into `texts`; the names it exports."""
    if path in above:
        raise ValueError(f"{' imports '.join((*above, path))}: a module cannot need itself")
    source = _read(path, folders)
    exports = [found.group(1) for found in _EXPORT.finditer(source)]
    if path in texts:
        return exports
    for names, target in _IMPORT.findall(source):
        found = set(_gather(_resolved(path, target), folders, texts, (*above, path)))
        missing = {part.split(" as ")[0].strip() for part in names.strip("{}").split(",") if part.strip()} - found
        if missing:
            raise ValueError(f"{path} imports {', '.join(sorted(missing))}, which {target} does not export")

    def bound(match: re.Match[str]) -> str:
        names = re.sub(r"\s+", " ", match.group(1)).replace(" as ", ": ")
        return f"const {names} = {_label(_resolved(path, match.group(2)))};\n"

    body = _COMMENT.sub("", _EXPORT.sub("", _IMPORT.sub(bound, source))).strip("\n")
    stray = _STRAY.search(body)
    if stray:
        raise ValueError(f"{path} has {stray.group()!r}, a form that the joined script does not know")
    texts[path] = f"const {_label(path)} = (() => {{\n{body}\nreturn {{ {', '.join(exports)} }};\n}})();\n"
    return exports


def _resolved(importer: str, target: str) -> str:
    """The path of an imported module within its folder."""
    parts = importer.split("/")[:-1]
    for step in target.split("/"):
        if step == "..":
            parts = parts[:-1]
        elif step != ".":
            parts.append(step)
    return "/".join(parts)


def _read(path: str, folders: tuple[Traversable, ...]) -> str:
    for folder in folders:
        file = folder.joinpath(*path.split("/"))
        if file.is_file():
            return file.read_text(encoding="utf-8")
    raise ValueError(f"the module {path} is in none of the folders of scripts")


def _label(path: str) -> str:
    return "$" + re.sub(r"\W", "_", path.removesuffix(".js"))
