"""The verdict table: one row a feature, zeros never dropped, long tables folded with a count."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from markupsafe import Markup

from whyzero.report.names import markup, prose
from whyzero.report.number_format import aligned, apart, at_least, at_most, beside, count, significant
from whyzero.report.schema import Data, Feature
from whyzero.report.verdicts import held, look, penalty_name

__all__ = ["Column", "Row", "Table", "verdict_table"]

SHOWN = 200
LISTED = 2000
NAME_LIMIT = 60
REASON_LIMIT = 90


@dataclass(frozen=True)
class Column:
    """A column of numbers: key in the data island, heading, and what it is."""

    key: str
    heading: str
    meaning: str


@dataclass(frozen=True)
class Row:
    """One feature, ready to be written."""

    index: int
    name: Markup
    verdict: str
    symbol: str
    colour: str
    cells: tuple[str, ...]
    proof: str
    reason: Markup


@dataclass(frozen=True)
class Table:
    """Rows in view, rows behind the fold, and what is said about the rest."""

    columns: tuple[Column, ...]
    shown: tuple[Row, ...]
    folded: tuple[Row, ...]
    rest: str

    @property
    def rows(self) -> tuple[Row, ...]:
        """All rows that are listed."""
        return self.shown + self.folded


def verdict_table(data: Data, order: list[int]) -> Table:
    """The table of the features in `order`: 200 in view, up to 2000 listed, the rest as counts."""
    listed = order[:LISTED]
    columns = _columns(data)
    features = [data["features"][j] for j in listed]
    cells = [aligned([_TEXTS[column.key](feature) for feature in features]) for column in columns]
    rows = tuple(
        _row(j, data["features"][j], tuple(column[place] for column in cells)) for place, j in enumerate(listed)
    )
    return Table(columns, rows[:SHOWN], rows[SHOWN:], _rest(data, order[LISTED:]))


def _columns(data: Data) -> tuple[Column, ...]:
    problem, partner = data["problem"], data["partner"]
    tolls = {feature["toll"] for feature in data["features"]}
    way = "upwards (below 0: downwards, where it may not go)" if problem["positive"] else "away from zero"
    columns = [
        Column("coef", "Weight", "in the units of the column as stored"),
        Column("pull", "Pull", f"how hard the data pull this weight {way}, the others as fitted"),
    ]
    if len(tolls) > 1:
        columns.append(Column("toll", "Toll", "the price of leaving zero: alpha × l1_ratio × penalty factor"))
    if problem["l1_ratio"] > 0:
        columns.append(Column("ratio", "Pull / toll", "the weight is zero exactly when this is at most 1"))
    columns.append(Column("null_pull", "Pull alone", "the pull when all other weights are zero"))
    if partner is not None:
        words = f"under {partner['name']} with {held(partner)}, in stored units"
        columns.append(Column("partner_coef", f"{penalty_name(partner['l1_ratio'])} weight", words))
    columns.append(Column("coef_std", "Weight × sd", "times the column’s standard deviation, to compare features"))
    if data["path"] is not None:
        columns.append(Column("alpha_enter", "Enters at", "largest alpha of the grid with a non-zero weight"))
    return tuple(columns)


_TEXTS: dict[str, Callable[[Feature], str]] = {
    "coef": lambda f: significant(f["coef"]),
    "coef_std": lambda f: significant(f["coef_std"]),
    "pull": lambda f: beside(f["pull"], f["toll"]),
    "toll": lambda f: beside(f["toll"], f["pull"]),
    "ratio": lambda f: beside(f["ratio"], 1.0),
    "null_pull": lambda f: apart(f["null_pull"], f["toll"]),
    "alpha_enter": lambda f: significant(f["alpha_enter"]),
    "partner_coef": lambda f: significant(f["partner_coef"]),
}


def _row(j: int, feature: Feature, cells: tuple[str, ...]) -> Row:
    seen = look(feature["verdict"])
    reason = feature["reason"] or ""
    reason = reason if len(reason) <= REASON_LIMIT else reason[: REASON_LIMIT - 1] + "…"
    return Row(
        index=j,
        name=markup(feature["name"], NAME_LIMIT, tooltip=False),
        verdict=seen.word,
        symbol=seen.symbol,
        colour=seen.colour,
        cells=cells,
        proof=_proof(feature),
        reason=prose(reason),
    )


def _proof(feature: Feature) -> str:
    """What is proved: a bound of the pull for a zero, an enclosure of the weight for a non-zero."""
    if feature["verdict"] in {"zero, proved", "numerical debris"} and feature["pull_bound"] is not None:
        return f"pull\u00a0≤\u00a0{_bound(feature['pull_bound'], feature['toll'])}"
    low, high = feature["lo"], feature["hi"]
    if low is None or high is None:
        return "–"
    if low == high == 0:
        return "= 0"
    return f"{at_least(low)} to\u00a0{at_most(high)}"


def _bound(bound: float, toll: float | None) -> str:
    """An upper bound rounded up, with so many digits that it stays on its side of the toll."""
    digits = 4
    while toll is not None and bound < toll and digits < 16 and at_most(bound, digits) == at_most(toll, digits):
        digits += 1
    return at_most(bound, digits)


def _rest(data: Data, left_out: list[int]) -> str:
    """What is said about features beyond the listed ones."""
    if not left_out:
        return ""
    features = [data["features"][j] for j in left_out]
    verdicts = Counter(feature["verdict"] for feature in features)
    words = ", ".join(f"{count(number)} {word}" for word, number in verdicts.most_common())
    largest = max((f["ratio"] for f in features if f["ratio"] is not None), default=None)
    limit = "" if largest is None else f", none with pull / toll above {significant(largest, 3)}"
    return f"{count(len(left_out))} more features are not listed here ({words}{limit})."
