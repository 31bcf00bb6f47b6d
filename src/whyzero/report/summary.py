"""The answer in three sentences, each with this fit's own numbers."""

from __future__ import annotations

from markupsafe import Markup, escape

from whyzero.report.names import markup
from whyzero.report.number_format import agrees, beside, count, trimmed
from whyzero.report.schema import Data, Feature, Partner
from whyzero.report.verdicts import held, penalty_name

__all__ = ["sentences"]

NAME_LIMIT = 40


def sentences(data: Data) -> list[Markup]:
    """How many zeros and how sure; the rule at its narrowest place; what the partner does."""
    return [_counts(data), _rule(data), _partner(data)]


def _plural(number: int, one: str, many: str) -> str:
    return f"{count(number)} {one if number == 1 else many}"


def _counts(data: Data) -> Markup:
    counts = data["counts"]
    zero, nonzero, unsettled = counts["zero"], counts["nonzero"], counts["open"]
    several = counts["verdicts"].get("not unique", 0)
    wrong = sum(counts["verdicts"].get(word, 0) for word in ("numerical debris", "wrong zero"))
    text = f"Of {_plural(len(data['features']), 'weight', 'weights')}, {count(zero)} {_are(zero)} exactly zero"
    text += f" and {count(nonzero)} {_are(nonzero)} not"
    if several:
        text += f"; {count(several)} {_are(several)} not unique: several fits are best"
    if unsettled > several:
        text += f"; for {count(unsettled - several)} more the proof leaves it open"
    elif not (wrong or several):
        text += ", and every one of these verdicts is settled"
    if wrong:
        text += f"; {_plural(wrong, 'weight', 'weights')} {_are(wrong)} not what the optimum has"
    standing = sum(feature["coef"] == 0 for feature in data["features"])
    if standing != zero:
        text += f". In this fit {_plural(standing, 'weight stands', 'weights stand')} at 0, whether settled or not"
    return escape(text + ".")


def _are(number: int) -> str:
    return "is" if number == 1 else "are"


def _rule(data: Data) -> Markup:
    if data["problem"]["l1_ratio"] == 0 and data["problem"]["positive"]:
        return escape(
            "This penalty charges no toll for leaving zero, but no weight may be negative, so a weight is exactly zero "
            "if the data pull it downwards."
        )
    if data["problem"]["l1_ratio"] == 0:
        return escape(
            "This penalty charges no toll for leaving zero, so a weight is exactly zero only if the data "
            "do not pull on it at all."
        )
    penalised = [f for f in data["features"] if f["ratio"] is not None and f["verdict"] != "zero, structural"]
    below = max((f for f in penalised if f["verdict"] == "zero, proved"), key=_ratio, default=None)
    above = min((f for f in penalised if f["verdict"] == "non-zero, proved"), key=_ratio, default=None)
    text = escape("A weight is exactly zero when the data pull on it no harder than its toll")
    tolls = {feature["toll"] for feature in penalised}
    if len(tolls) == 1:
        text += escape(f", here {trimmed(tolls.pop())}")
    cases = []
    if below is not None and _ratio(below) >= 0:
        cases.append(Markup("the zero that comes nearest, {}, is pulled with {} of its toll").format(
            markup(below["name"], NAME_LIMIT), _multiple(below)))  # fmt: skip
    if above is not None:
        cases.append(Markup("the non-zero that is pulled least, {}, with {}").format(
            markup(above["name"], NAME_LIMIT), _multiple(above)))  # fmt: skip
    return text + (": " + Markup("; ").join(cases) if cases else Markup("")) + "."


def _ratio(feature: Feature) -> float:
    return feature["ratio"] or 0.0


def _multiple(feature: Feature) -> str:
    """The ratio in per cent; never a bare 100 % unless pull and toll are equal."""
    ratio = _ratio(feature)
    nearly = " (to nine digits)" if ratio != 1 and agrees(ratio, 1.0) else ""
    return f"{beside(100 * ratio, 100.0, 3)}\u00a0%{nearly}"


def _partner(data: Data) -> Markup:
    partner = data["partner"]
    if partner is None:
        return escape("No second fit was asked for, so there is nothing to compare with here.")
    name = partner["name"]
    where = f"{name[0].upper()}{name[1:]} with {held(partner)} (alpha {trimmed(partner['alpha'])})"
    zeros, structural = partner["zeros"], partner["structural_zeros"] or 0
    if zeros is None:
        return escape(f"{where} stands beside it on this page.")
    return escape(f"{where} {_partner_zeros(zeros, structural)}{_partner_reason(data, partner)}.")


def _partner_zeros(zeros: int, structural: int) -> str:
    if zeros == 0:
        return "makes no weight exactly zero"
    if zeros == structural:
        return f"makes {_plural(zeros, 'weight', 'weights')} exactly zero, for a constant or excluded column"
    return f"makes {_plural(zeros, 'weight', 'weights')} exactly zero"


def _partner_reason(data: Data, partner: Partner) -> str:
    if partner["l1_ratio"] > 0 or data["problem"]["l1_ratio"] == 0:
        return ""
    if data["problem"]["positive"]:
        return f": {penalty_name(0)} charges no toll, so any pull upwards moves a weight; none may go downwards"
    return f": {penalty_name(0)} charges no toll, so any pull at all moves a weight"
