"""Documents that are nearly right: a genuine one with one thing wrong, sealed again where it has a seal."""

from __future__ import annotations

import copy
import hashlib
import json
from collections.abc import Callable, Iterator
from typing import Any

from fuzz.hostile_tables import Entries

__all__ = ["WEIGHTS", "sealed", "spoiled_fields", "spoiled_words"]

WRONG = ("text", True, None, [], {}, 1.5, -1, 2**62, 2**63, 10**300, [[0.0]])
NAMES = ("../../x", "\x1b[2J", "</script><script>x</script>", "", "a\u202eb", "\ud800")


def sealed(fields: dict[str, Any]) -> str:
    """The JSON text with a fresh SHA-256, if the document has one: what somebody writes who knows the schema."""
    if "sha256" in fields:
        text = json.dumps(fields | {"sha256": ""}, sort_keys=True, separators=(",", ":"))
        fields = fields | {"sha256": hashlib.sha256(text.encode()).hexdigest()}
    return json.dumps(fields, sort_keys=True, separators=(",", ":"))


def spoiled_words(text: str) -> Entries:
    """The hostile relatives of a genuine document by its words."""
    return {"genuine": (text.encode("utf-8"), True), **dict(_words(text))}


def spoiled_fields(text: str) -> Iterator[tuple[str, bytes]]:
    """Its relatives with one field of another kind, too many, too few, too large, or gone; some may be harmless."""
    fields = json.loads(text)
    for name, change in _changes(fields):
        edited = copy.deepcopy(fields)
        change(edited)
        yield name, sealed(edited).encode("ascii")


def _words(text: str) -> Iterator[tuple[str, tuple[bytes, bool | None]]]:
    raw = text.encode("utf-8")
    schema = text.index('"schema"')
    inside = text[:schema]
    number = next(i for i in range(len(text)) if text[i].isdigit() and text[i - 1] in ":[, " and text[i - 2] in '":[, ')
    rest = text[number:].lstrip("0123456789.eE+-")
    yield "spaces", (raw + b" \n\t" * 2000, True)
    yield "crlf", (raw.replace(b"\n", b"\r\n"), True)
    yield "bom", (b"\xef\xbb\xbf" + raw, False)
    yield "utf-16", (text.encode("utf-16"), False)
    yield "nul-before", (b"\0" + raw, False)
    yield "nul-behind", (raw + b"\0", False)
    yield "invalid-utf-8", (raw[:40] + b"\xff" + raw[40:], False)
    yield "half", (raw[: len(raw) // 2], False)
    yield "twice", (raw + raw, False)
    yield "comment", (raw + b"// x", False)
    yield "empty", (b"", False)
    for name, value in (("null", "null"), ("list", "[]"), ("number", "3"), ("text", '"x"'), ("nothing-in-it", "{}")):
        yield name, (value.encode(), False)
    yield "duplicate-field", (f'{inside}"schema":"x",{text[schema:]}'.encode(), False)
    yield "same-field-twice", (raw[: raw.rindex(b"}")] + b"," + raw[raw.index(b"{") + 1 :], False)
    yield "trailing-comma", (raw[: raw.rindex(b"}")] + b",}", False)
    for name, value in (("nan", "NaN"), ("infinity", "-Infinity"), ("too-large", "1e400"), ("digits", "9" * 6000)):
        yield name, (f"{text[:number]}{value}{rest}".encode(), False)
    for depth in (30, 300, 900, 990, 3000):
        yield f"deep-lists-{depth}", (f"{text[:number]}{'[' * depth}{']' * depth}{rest}".encode(), False)
    objects = '{"a":' * 3000 + "1" + "}" * 3000
    yield "deep-objects", (f"{text[:number]}{objects}{rest}".encode(), False)
    yield "deep-open", (b"[" * 20_000, False)
    yield "pickle", (b"\x80\x04\x95\x0b\0\0\0\0\0\0\0\x8c\x02os\x8c\x06system\x93.", False)


def _changes(fields: dict[str, Any]) -> Iterator[tuple[str, Callable[[dict[str, Any]], Any]]]:
    """Edits of the document, each with its name."""
    yield "newer", lambda new: new.update(schema=fields["schema"].rsplit("/", 1)[0] + "/2")
    yield "newest", lambda new: new.update(schema=fields["schema"].rsplit("/", 1)[0] + "/" + "9" * 4000)
    if "class" in fields:
        yield "steering-class", lambda new: new.update({"class": "sklearn.\x1b[2J\x7f" + "x" * 5000})
    yield "other-schema", lambda new: new.update(schema="whyzero/other/1")
    yield "surplus", lambda new: new.update(surplus=1)
    for key in sorted(fields):
        yield f"without-{key}", lambda new, key=key: new.pop(key)
        for k, wrong in enumerate(WRONG):
            yield f"{key}-{k}", lambda new, key=key, wrong=wrong: new.update({key: wrong})
        if isinstance(fields[key], list) and fields[key]:
            yield f"{key}-longer", lambda new, key=key: new[key].append(new[key][-1])
            yield f"{key}-shorter", lambda new, key=key: new[key].pop()
            for k, wrong in enumerate((*WRONG, *NAMES)):
                yield f"{key}-item-{k}", lambda new, key=key, wrong=wrong: new[key].__setitem__(0, wrong)


WEIGHTS: Entries = {
    "genuine": (b"feature,coef\n(Intercept),0.5\nheight,1.25\nage,0\n", True),
    "bom": (b"\xef\xbb\xbffeature,coef\na,1\n", True),
    "crlf": (b"feature,coef\r\na,1\r\n", True),
    "other-order": (b"coef,note,feature\n1,x,a\n2,y,b\n", True),
    "empty": (b"", False),
    "header-only": (b"feature,coef\n", False),
    "no-header": (b"a,1\nb,2\n", False),
    "two-coefs": (b"feature,coef,coef\na,1,2\n", False),
    "short-row": (b"feature,coef\na\n", False),
    "repeated-feature": (b"feature,coef\na,1\na,2\n", False),
    "two-intercepts": (b"feature,coef\nintercept,1\n(Intercept),2\na,1\n", False),
    "nan": (b"feature,coef\na,nan\n", False),
    "infinity": (b"feature,coef\na,-inf\n", False),
    "too-large": (b"feature,coef\na,1e400\n", False),
    "underscore": (b"feature,coef\na,1_0\n", False),
    "other-digits": ("feature,coef\na,\u0661\n".encode(), False),
    "hex": (b"feature,coef\na,0x10\n", False),
    "unit-separator": (b"feature,coef\na,\x1f2\n", True),  # a blank to str.strip and none to float; found by atheris
    "formula": (b"feature,coef\n=1+1,1\n@x,2\n", True),
    "nul": (b"feature,coef\na\0,1\n", None),
    "invalid-utf-8": (b"feature,coef\n\xff,1\n", False),
    "utf-16": ("feature,coef\na,1\n".encode("utf-16"), False),
    "quote-never-closed": (b'feature,coef\n"a,1\n', False),
    "long-cell": (b"feature,coef\n" + b"n" * 140_000 + b",1\n", False),
    "steering-names": (b"feature,coef\n\x1b[2J,1\n../x,2\n__proto__,3\n", True),
    "pickle": (b"\x80\x04\x95\x0b\0\0\0\0\0\0\0\x8c\x02os\x8c\x06system\x93.", False),
}
