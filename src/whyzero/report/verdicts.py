"""How a verdict looks (word, symbol, colour class) and in which order features are listed."""

from __future__ import annotations

from dataclasses import dataclass

from whyzero.report.schema import Data, Feature, Partner, Problem

__all__ = ["LOOKS", "Look", "held", "look", "other_colours", "penalty_name", "ranked"]

_MATCHED = 1e-7
_OTHER_COLOURS = {
    "open": "pull; open whether zero, or not unique",
    "free": "pull; not penalised",
    "wrong": "pull; the given weight is proved wrong",
}


@dataclass(frozen=True)
class Look:
    """The symbol and the colour class of a verdict, and what the word means in one line."""

    word: str
    symbol: str
    colour: str
    meaning: str


LOOKS = {
    found.word: found
    for found in (
        Look("zero, proved", "○", "zero", "every optimum of this problem has a weight of exactly 0 here"),
        Look("zero, structural", "⊘", "structural", "a constant, empty or excluded column: 0 under every penalty"),
        Look("non-zero, proved", "●", "nonzero", "every optimum has a weight different from 0 here, with this sign"),
        Look("non-zero, unpenalised", "◆", "free", "the penalty does not act on this weight"),
        Look("not unique", "≡", "open", "several fits are best: the weight can be 0, and anything up to a proved end"),
        Look("open", "?", "open", "not proved: pull and toll are too close to call, or several fits are equally good"),
        Look("numerical debris", "≈", "wrong", "the given weight is not 0, but 0 is proved: left over by a solver"),
        Look("wrong zero", "✕", "wrong", "the given weight is 0, but the optimum's is proved to be different from 0"),
    )
}


def look(word: str) -> Look:
    """The look of a verdict; an unknown word is shown like an open one."""
    return LOOKS.get(word) or Look(word, "?", "open", "")


def penalty_name(l1_ratio: float) -> str:
    """L1, L2 or elastic net, as in the middle of a sentence."""
    if l1_ratio == 1:
        return "L1"
    return "L2" if l1_ratio == 0 else "elastic net"


def other_colours(data: Data) -> list[tuple[str, str]]:
    """(colour class, meaning) of the bars that are neither those of zeros nor of non-zeros, where there are any."""
    found = {look(word).colour for word, number in data["counts"]["verdicts"].items() if number}
    return [(colour, meaning) for colour, meaning in _OTHER_COLOURS.items() if colour in found]


def held(partner: Partner) -> str:
    """What the partner has in common with the fit: "the same training loss", or nearly the same one."""
    mismatch = partner["mismatch"]
    near = mismatch is not None and mismatch > _MATCHED
    return f"{'nearly ' if near else ''}the same {partner['match']}"


def ranked(data: Data) -> list[int]:
    """Positions of all features: unpenalised first, then by falling pull / toll, columns without a pull last.

    Without a toll (L2) the order is by falling pull.
    """
    features = data["features"]
    return sorted(range(len(features)), key=lambda j: _rank(features[j], data["problem"], j))


def _rank(feature: Feature, problem: Problem, position: int) -> tuple[int, float, int]:
    ratio, pull, toll = feature["ratio"], feature["pull"], feature["toll"]
    if ratio is not None and problem["l1_ratio"] > 0:
        return 1, -ratio, position
    if pull is not None and toll == 0:
        return 0, -pull, position
    return 2, 0.0, position
