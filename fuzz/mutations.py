"""Files that are nearly right: a seeded change of a file at places and by values that readers trip over."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

__all__ = ["mutated"]

MOST_CHANGES = 4
LARGEST = 1 << 16
EXTREMES = (0, 1, 0x7F, 0x80, 0xFF, 0x7FFF, 0xFFFF, 2**31 - 1, 2**31, 2**32 - 1, 2**63 - 1, 2**63, 2**64 - 1)


def mutated(content: bytes, others: Sequence[bytes], tokens: Sequence[bytes], random: Random) -> bytes:
    """One to four changes: bits, bytes, numbers, tokens, cuts, repeats, pieces of another file, or the end cut off."""
    data = bytearray(content)
    for _ in range(random.randint(1, MOST_CHANGES)):
        CHANGES[random.randrange(len(CHANGES))](data, others, tokens, random)
        del data[LARGEST:]
    return bytes(data)


def _place(data: bytearray, random: Random) -> int:
    return random.randrange(len(data) + 1)


def _piece(data: bytes | bytearray, random: Random) -> tuple[int, int]:
    start = random.randrange(len(data) + 1)
    return start, min(len(data), start + random.choice((1, 2, 4, 8, 32, 256)))


def _flip(data: bytearray, others: Sequence[bytes], tokens: Sequence[bytes], random: Random) -> None:
    if data:
        data[random.randrange(len(data))] ^= 1 << random.randrange(8)


def _write_number(data: bytearray, others: Sequence[bytes], tokens: Sequence[bytes], random: Random) -> None:
    width = random.choice((1, 2, 4, 8))
    number = random.choice(EXTREMES) % (1 << 8 * width)
    place = _place(data, random)
    data[place : place + width] = number.to_bytes(width, "little")


def _insert_token(data: bytearray, others: Sequence[bytes], tokens: Sequence[bytes], random: Random) -> None:
    place = _place(data, random)
    data[place:place] = random.choice(tokens) * random.choice((1, 1, 1, 2, 64))


def _replace_by_token(data: bytearray, others: Sequence[bytes], tokens: Sequence[bytes], random: Random) -> None:
    start, end = _piece(data, random)
    data[start:end] = random.choice(tokens)


def _delete(data: bytearray, others: Sequence[bytes], tokens: Sequence[bytes], random: Random) -> None:
    start, end = _piece(data, random)
    del data[start:end]


def _repeat(data: bytearray, others: Sequence[bytes], tokens: Sequence[bytes], random: Random) -> None:
    start, end = _piece(data, random)
    data[end:end] = bytes(data[start:end]) * random.choice((1, 2, 50))


def _splice(data: bytearray, others: Sequence[bytes], tokens: Sequence[bytes], random: Random) -> None:
    other = random.choice(others)
    start, end = _piece(other, random)
    place = _place(data, random)
    data[place:place] = other[start:end]


def _cut(data: bytearray, others: Sequence[bytes], tokens: Sequence[bytes], random: Random) -> None:
    del data[_place(data, random) :]


CHANGES = (_flip, _flip, _write_number, _insert_token, _replace_by_token, _delete, _repeat, _splice, _cut)
