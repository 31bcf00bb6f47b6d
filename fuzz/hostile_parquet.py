"""A Parquet file with one thing wrong at a place that readers trust: magic, length of the footer, counts in it."""

from __future__ import annotations

from fuzz.hostile_tables import Entries

__all__ = ["footer", "spoiled"]

MAGIC = b"PAR1"
COUNTS = {"2^31": 2**31, "2^40": 2**40, "2^62": 2**62, "0": 0, "-1": -1}


def footer(raw: bytes) -> range:
    """Where the footer stands, its length and the magic behind it included."""
    return range(len(raw) - 8 - int.from_bytes(raw[-8:-4], "little"), len(raw))


def spoiled(raw: bytes) -> Entries:
    """Every entry is a complete file; the counts are forged with a footer of the right length."""
    start = footer(raw).start
    body, thrift = raw[:start], raw[start:-8]
    entries: Entries = {
        "genuine": (raw, True),
        "magic-only": (MAGIC, False),
        "magic-twice": (MAGIC * 2, False),
        "zeros-between": (MAGIC + bytes(100) + MAGIC, False),
        "no-magic-behind": (raw[:-4] + b"PARX", False),
        "encrypted-magic": (raw[:-4] + b"PARE", False),
        "no-body": (MAGIC + _tail(thrift), None),
        "footer-twice": (raw + raw[start:], None),
        "not-a-footer": (body + _tail(b"\xff" * len(thrift)), False),
        "nested-footer": (body + _tail(b"\x1c" * 4000), False),
    }
    for length in (0, 1, len(raw), len(raw) * 2, 2**31 - 1, 2**32 - 1):
        entries[f"footer-of-{length}"] = (raw[:-8] + length.to_bytes(4, "little") + MAGIC, False)
    rows = thrift.index(b"\x16" + _varint(5))  # a 64-bit field with the number of rows
    for name, count in COUNTS.items():
        forged = thrift[: rows + 1] + _varint(count) + thrift[rows + 2 :]
        entries[f"rows-{name}"] = (body + _tail(forged), None)
    return entries


def _tail(thrift: bytes) -> bytes:
    return thrift + len(thrift).to_bytes(4, "little") + MAGIC


def _varint(value: int) -> bytes:
    """A whole number as Thrift's compact protocol writes it: zigzag, seven bits a byte."""
    rest, out = (value << 1) ^ (value >> 63), bytearray()
    while rest >= 0x80:
        out.append(rest & 0x7F | 0x80)
        rest >>= 7
    out.append(rest)
    return bytes(out)
