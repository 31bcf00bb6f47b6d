"""Names of columns that have none."""

from __future__ import annotations

from collections.abc import Sequence
from typing import SupportsIndex, overload

__all__ = ["Names", "NumberedNames"]


class NumberedNames(Sequence[str]):
    """``"x0", "x1", ...``: equal to the tuple of these names, and written out only where one is asked for."""

    __slots__ = ("_count",)

    def __init__(self, count: int) -> None:
        self._count = count

    def __len__(self) -> int:
        return self._count

    @overload
    def __getitem__(self, index: SupportsIndex) -> str: ...

    @overload
    def __getitem__(self, index: slice) -> tuple[str, ...]: ...

    def __getitem__(self, index: SupportsIndex | slice) -> str | tuple[str, ...]:
        """The name of a column, or of several."""
        places = range(self._count)[index]
        return tuple(f"x{j}" for j in places) if isinstance(places, range) else f"x{places}"

    def __eq__(self, other: object) -> bool:
        if isinstance(other, NumberedNames):
            return self._count == other._count
        return tuple(self) == other

    def __hash__(self) -> int:
        return hash(tuple(self))

    def __repr__(self) -> str:
        return repr(tuple(self))


Names = tuple[str, ...] | NumberedNames
