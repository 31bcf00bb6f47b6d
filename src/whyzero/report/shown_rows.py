"""Which features the signature figure shows when there are too many for all of them."""

from __future__ import annotations

from dataclasses import dataclass

from whyzero.report.schema import Data

__all__ = ["Gap", "drawn", "shown_rows"]

MOST_ROWS = 40
MOST_ABOVE = 24
STRONGEST, WEAKEST = 14, 10


@dataclass(frozen=True)
class Gap:
    """Features that the figure leaves out between two rows."""

    members: tuple[int, ...]


def shown_rows(data: Data, order: list[int]) -> list[int | Gap]:
    """The features to draw, in order: all if they are few.

    Else the non-zeros (the strongest and the weakest of them, if these are many too) and the zeros that
    come nearest to the toll: the two sides of the place where the verdict turns.
    """
    if len(order) <= MOST_ROWS:
        return list(order)
    features = data["features"]
    edge = max((place + 1 for place, j in enumerate(order) if features[j]["coef"] not in (0, None)), default=0)
    head, again = (edge, edge) if edge <= MOST_ABOVE else (STRONGEST, edge - WEAKEST)
    stop = min(len(order), again + MOST_ROWS - head)
    rows: list[int | Gap] = list(order[:head])
    if again > head:
        rows.append(Gap(tuple(order[head:again])))
    rows.extend(order[again:stop])
    if stop < len(order):
        rows.append(Gap(tuple(order[stop:])))
    return rows


def drawn(rows: list[int | Gap]) -> list[int]:
    """The features among the rows."""
    return [row for row in rows if not isinstance(row, Gap)]
