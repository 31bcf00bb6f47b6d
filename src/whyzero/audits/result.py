"""What an audit found, for the screen and as JSON."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from typing import Any

from whyzero.audits.diagnosis import Tested
from whyzero.certificates import Certificate, Verdict
from whyzero.explanations.wording import display_name, figure, plural

__all__ = ["Audit"]

_SHOWN = 25
_KINDS = {
    "true zero": (Verdict.ZERO_PROVED, Verdict.ZERO_STRUCTURAL),
    "wrong zero": (Verdict.WRONG_ZERO,),
    "numerical debris": (Verdict.NUMERICAL_DEBRIS,),
    "true non-zero": (Verdict.NONZERO_PROVED, Verdict.NONZERO_UNPENALISED),
    "not unique": (Verdict.NOT_UNIQUE,),
    "open": (Verdict.OPEN,),
}
_FIRST = (Verdict.WRONG_ZERO.value, Verdict.NUMERICAL_DEBRIS.value, Verdict.OPEN.value, Verdict.NOT_UNIQUE.value)


@dataclass(frozen=True, eq=False)
class Audit:
    """What weights are worth under the objective that is said to be theirs.

    Attributes
    ----------
    source : str
        Package and class, or "weights".
    translation : str
        How its parameters became ours.
    objective : str
        The objective in our words and numbers.
    certificate : Certificate
        The verdicts with their proof. Where the intercept is penalised its problem has one column more,
        ``(intercept)``.
    null_loss : float
        Mean loss of the model without penalised columns.
    cause : str
        Why the weights are not the optimum, or that they are, or that no hypothesis tested explains them.
    tested : tuple of Tested
        The hypotheses, the one of the smallest gap first; empty if none was needed.
    """

    source: str
    translation: str
    objective: str
    certificate: Certificate
    null_loss: float
    cause: str
    tested: tuple[Tested, ...]

    @property
    def gap(self) -> float:
        """Proved bound of the objective's distance from its minimum, Eq. (22); infinite if there is none."""
        return self.certificate.gap

    @property
    def relative_gap(self) -> float:
        """The gap as a share of the null model's loss."""
        return self.gap / self.null_loss if self.null_loss > 0.0 else math.inf

    @property
    def counts(self) -> dict[str, int]:
        """How many weights are true zeros, wrong zeros, debris, non-zero as they should be, not unique, and open."""
        found = self.certificate.counts()
        return {kind: sum(found.get(verdict, 0) for verdict in verdicts) for kind, verdicts in _KINDS.items()}

    @property
    def several_fits(self) -> str:
        """A sentence on the weights that are not unique, and how many of them no best fit has; "" if there are none."""
        rows = [row for row in self.rows if row["verdict"] == Verdict.NOT_UNIQUE.value]
        if not rows:
            return ""
        outside = sum(
            (row["lo"] is not None and row["coef"] < row["lo"]) or (row["hi"] is not None and row["coef"] > row["hi"])
            for row in rows
        )
        if len(rows) == 1:
            here = f"Here it is {'outside' if outside else 'within'} that range."
        else:
            here = f"Here {outside:,} of them are outside." if outside else "Here all of them are within."
        return (
            f"{plural(len(rows), 'weight is', 'weights are')} not unique: several fits are best, and over them "
            f"{'it' if len(rows) == 1 else 'each'} takes every value of its range. {here}"
        )

    @property
    def rows(self) -> list[dict[str, Any]]:
        """One record for each weight: name, coef as given, lo and hi of the true weight, verdict.

        Ends that are not known are None.
        """
        proof = self.certificate
        columns = zip(
            proof.names, proof.coef.tolist(), proof.lo.tolist(), proof.hi.tolist(), proof.verdicts, strict=True
        )
        return [
            {"name": name, "coef": coef, "lo": _finite(lo), "hi": _finite(hi), "verdict": verdict.value}
            for name, coef, lo, hi, verdict in columns
        ]

    def by_doubt(self) -> list[dict[str, Any]]:
        """The rows with wrong zeros first, then debris, open ones and those not unique; then as in the data."""
        return sorted(self.rows, key=lambda row: _FIRST.index(row["verdict"]) if row["verdict"] in _FIRST else 9)

    def to_dict(self) -> dict[str, Any]:
        """Everything but the proof itself, for JSON; infinite numbers are None."""
        return {
            "schema": "whyzero/audit/1",
            "source": self.source,
            "translation": self.translation,
            "objective": self.objective,
            "loss": self.certificate.loss,
            "alpha": self.certificate.alpha,
            "l1_ratio": self.certificate.l1_ratio,
            "gap": _finite(self.gap),
            "relative_gap": _finite(self.relative_gap),
            "null_loss": self.null_loss,
            "counts": self.counts,
            "cause": self.cause,
            "tested": [
                {
                    "text": item.text,
                    "alpha": _finite(item.alpha),
                    "gap": _finite(item.gap),
                    "relative_gap": _finite(item.relative_gap),
                }
                for item in self.tested
            ],
            "weights": self.rows,
        }

    def to_json(self) -> str:
        """`to_dict` as one line of JSON."""
        return json.dumps(self.to_dict(), allow_nan=False)

    def __str__(self) -> str:
        """The findings and the table of weights, the doubtful ones first."""
        order = self.by_doubt()
        lines = [
            f"Audit of {self.source}",
            f"Translation: {self.translation}",
            f"Objective: {self.objective}",
            f"Gap: at most {figure(self.gap)} ({figure(self.relative_gap)} of the null model's loss)",
            "Weights: " + "; ".join(f"{name}: {count:,}" for name, count in self.counts.items()),
            *([self.several_fits] if self.several_fits else []),
            f"Cause: {self.cause}",
            "",
            *(_line(row) for row in order[:_SHOWN]),
        ]
        more = len(order) - _SHOWN
        return "\n".join([*lines, *([f"... and {more:,} more in rows"] if more > 0 else [])])


def _line(row: dict[str, Any]) -> str:
    lo, hi = ("?" if end is None else figure(end, 6) for end in (row["lo"], row["hi"]))
    return f"{display_name(row['name'])}: {figure(row['coef'], 6)}, true weight in [{lo}, {hi}]: {row['verdict']}"


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None
