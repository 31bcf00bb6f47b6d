"""The explanation of one fit: rows, words, files."""

from __future__ import annotations

import difflib
import json
import os
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np

import whyzero
from whyzero.certificates import Certificate, PathCertificate
from whyzero.disk import write_whole
from whyzero.errors import InputError
from whyzero.explanations.absorbers import waterfalls
from whyzero.explanations.between_alphas import between_alphas, proved_intervals
from whyzero.explanations.evidence import deepened
from whyzero.explanations.facts import Facts
from whyzero.explanations.header import Header
from whyzero.explanations.linear_account import linear_account
from whyzero.explanations.null_model import NullModel
from whyzero.explanations.open_ranges import OpenRange, open_ranges
from whyzero.explanations.partner import Partner
from whyzero.explanations.path_accounts import path_accounts
from whyzero.explanations.path_facts import ever_nonzero, path_data
from whyzero.explanations.path_pulls import near_the_toll, path_pulls
from whyzero.explanations.reasons import with_names
from whyzero.explanations.resamples import Resamples
from whyzero.explanations.rows import Row, number
from whyzero.explanations.sentences import LEVELS, sentences
from whyzero.explanations.steps import Steps
from whyzero.explanations.summary import summary
from whyzero.explanations.wording import figure
from whyzero.solution import CrossValidation, Path, Solution

__all__ = ["SCHEMA", "Explanation"]

SCHEMA = "whyzero/explanation/1"

_MOST_PARTNER_FEATURES = 200
_MOST_SUGGESTIONS = 3


@dataclass(frozen=True, eq=False)
class Explanation:
    """Why every weight of a fit is zero or not. Made by `whyzero.explain`.

    Attributes
    ----------
    solution : Solution
        The explained fit.
    header : Header
        What was fitted and how well.
    rows : tuple of Row
        One for every column, in their order; zeros are never left out.
    certificate : Certificate
        What is proved.
    facts : Facts
        The fit in the words of the sentences.
    null : NullModel
        The fit without penalised columns: where the accounts of the pulls start.
    partner : Partner or None
        The same problem under the other penalty.
    path : Path or None
        The grid that path statements are about.
    cv : CrossValidation or None
        Held-out scores along the path.
    warnings : tuple of str
        What a reader must know, in sentences.
    title : str
        A line above everything.
    target : str or None
        Name of the target.
    path_certificate : PathCertificate or None
        What is proved at every alpha of an interval.
    resamples : Resamples or None
        Zeros of the fit and of its partner on rows drawn anew.
    steps : Steps or None
        Four optimisers on this problem, step by step.
    """

    solution: Solution
    header: Header
    rows: tuple[Row, ...]
    certificate: Certificate
    facts: Facts
    null: NullModel = field(repr=False)
    partner: Partner | None
    path: Path | None = field(repr=False)
    cv: CrossValidation | None = field(repr=False)
    warnings: tuple[str, ...]
    title: str
    target: str | None
    path_certificate: PathCertificate | None = field(default=None, repr=False)
    resamples: Resamples | None = field(default=None, repr=False)
    steps: Steps | None = field(default=None, repr=False)

    def __repr__(self) -> str:
        """One line; `summary` and `table` show more."""
        counts = f"{self.header.zero} zero, {self.header.nonzero} non-zero, {self.header.open} open"
        return f"<Explanation of {len(self.rows)} weights at alpha={figure(self.header.alpha, 6)}: {counts}>"

    @property
    def problem(self) -> dict[str, Any]:
        """The facts above the table, as in the saved explanation."""
        return self.header.problem()

    @cached_property
    def table(self) -> Any:
        """The rows as a pandas DataFrame in the order of the columns; needs pandas."""
        import pandas as pd

        left_out = ("absorbers", "waterfall", "active_alphas", "rows_pushing", "rows_holding")
        records = [{key: value for key, value in row.as_dict().items() if key not in left_out} for row in self.rows]
        return pd.DataFrame(records).rename(columns={"name": "feature"})

    def why(self, name: str, level: str = "user") -> str:
        """Why one weight is zero or not.

        Parameters
        ----------
        name : str
            Name of the column. If several columns have it, all are told, one to a paragraph.
        level : {"learner", "user", "expert"}
            For whom.

        Raises
        ------
        InputError
            If no column has that name (the message suggests the nearest), or `level` is another word.
        """
        write = LEVELS.get(level)
        if write is None:
            raise InputError(f"level={level!r} is not known; use one of {', '.join(map(repr, LEVELS))}.")
        found = [row for row in self.rows if row.name == name]
        if not found:
            raise InputError(self._unknown(name))
        return "\n\n".join(
            f"{write(self._accounted(row), self.facts)} {self._more(row, level)}".rstrip() for row in found
        )

    def _sentences(self, row: Row) -> dict[str, str]:
        """What `why` says at every level, from what is known without more computing."""
        known = sentences(row, self.facts).items()
        return {level: f"{said} {self._more(row, level)}".rstrip() for level, said in known}

    def _more(self, row: Row, level: str) -> str:
        """Over which values an open weight goes, and what is proved at the alphas between those of the grid."""
        certificate, found = self.path_certificate, self._open_ranges.get(row.index)
        between = "" if certificate is None else between_alphas(certificate.weights[row.index], self.header.alpha)
        unit = row.unit if level == "learner" and self.facts.standardize else 1.0
        return f"{'' if found is None else found.in_words(unit)} {between}".strip()

    @cached_property
    def _open_ranges(self) -> dict[int, OpenRange]:
        return open_ranges(self.solution.problem, self.certificate)

    def row(self, feature: str | int) -> Row:
        """The row of one column.

        Parameters
        ----------
        feature : str or int
            Name of the column, of the first if several have it; or its position.

        Raises
        ------
        InputError
            If there is no such column.
        """
        if isinstance(feature, str):
            found = next((row for row in self.rows if row.name == feature), None)
            if found is None:
                raise InputError(self._unknown(feature))
            return found
        if not 0 <= feature < len(self.rows):
            raise InputError(
                f"feature={feature} is no column of this model; give 0 to {len(self.rows) - 1}, or a name."
            )
        return self.rows[feature]

    def accounted(self, feature: str | int) -> Row:
        """As `row`, with the account of its pull and all evidence, computed now where `explain` saved the time.

        Raises
        ------
        InputError
            If there is no such column.
        """
        return self._accounted(self.row(feature))

    def _unknown(self, name: str) -> str:
        names = [row.name for row in self.rows]
        folded = {known.casefold(): known for known in reversed(names)}
        close = [folded[key] for key in difflib.get_close_matches(str(name).casefold(), folded, _MOST_SUGGESTIONS)]
        nearest = f"the nearest are {', '.join(map(repr, close))}" if close else f"the first is {names[0]!r}"
        return f"name={name!r} is no column of this model, which has {len(names)}; {nearest}."

    def _accounted(self, row: Row) -> Row:
        """The row with the account of its pull and all evidence, where `explain` left them out to save time."""
        evidence, _ = deepened(row.evidence, self.solution, self.certificate, row.index)
        row = replace(row, evidence=evidence)
        if row.waterfall is not None:
            return row
        problem, coef = self.solution.problem, self.solution.coef
        account = next(waterfalls(problem, self.null, coef, self.solution.intercept, [row.index]))
        return replace(row, waterfall=account, reason=with_names(row.reason, account, row.toll))

    def summary(self) -> str:
        """The explanation as text of fixed width: header, table with zeros, warnings."""
        return summary(self)

    def data(self) -> dict[str, Any]:
        """Everything as one JSON-safe dict, schema ``whyzero/explanation/1``; non-finite numbers are None."""
        return {
            "schema": SCHEMA,
            "whyzero": whyzero.__version__,
            "title": self.title,
            "target": self.target,
            "classes": self._classes(),
            "problem": self.header.problem(),
            "counts": self.header.counts(),
            "partner": self._partner(),
            "features": [{**row.as_dict(), "sentences": self._sentences(row)} for row in self.rows],
            "path": self._path,
            "partner_path": self._partner_path,
            "account": self._account,
            "accounts": self._accounts,
            "between": None if self.path_certificate is None else proved_intervals(self.path_certificate),
            "resamples": None if self.resamples is None else self.resamples.as_dict(),
            "steps": None if self.steps is None else self.steps.as_dict(),
            "cv": self._cv(),
            "warnings": list(self.warnings),
            "certificate": {
                "sha256": self.certificate.digest,
                "proof": self.certificate.proof,
                "n_proved": self.certificate.n_proved,
            },
        }

    @cached_property
    def _path(self) -> dict[str, Any] | None:
        return None if self.path is None else path_data(self.path, path_pulls(self.path))

    @cached_property
    def _account(self) -> dict[str, Any] | None:
        return None if self.path is None else linear_account(self.solution.problem, self.null)

    @cached_property
    def _accounts(self) -> dict[str, Any] | None:
        return None if self.path is None or self._account is not None else path_accounts(self.path, self.null)

    @cached_property
    def _partner_path(self) -> dict[str, Any] | None:
        if self.partner is None:
            return None
        path = self.partner.path
        ratio = np.array([np.nan if row.ratio is None else row.ratio for row in self.rows])
        shown = np.intersect1d(near_the_toll(self.solution.coef, ratio), ever_nonzero(path))
        return path_data(path, path_pulls(path, shown), np.union1d(shown, ever_nonzero(path, _MOST_PARTNER_FEATURES)))

    def _classes(self) -> list[Any] | None:
        classes = self.solution.problem.classes
        if classes is None:
            return None
        return [label if isinstance(label, (str, int, float)) else str(label) for label in classes]

    def _partner(self) -> dict[str, Any] | None:
        partner = self.partner
        if partner is None:
            return None
        return {
            "name": partner.name,
            "l1_ratio": partner.solution.problem.penalty.l1_ratio,
            "alpha": partner.solution.alpha,
            "train_loss": number(partner.train_loss),
            "zeros": partner.zeros,
            "structural_zeros": partner.structural_zeros,
            "match": partner.match,
            "mismatch": number(partner.mismatch),
        }

    def _cv(self) -> dict[str, Any] | None:
        cv = self.cv
        if cv is None:
            return None
        return {
            "alphas": cv.path.alphas.tolist(),
            "mean": [number(value) for value in cv.mean.tolist()],
            "se": [number(value) for value in cv.se.tolist()],
            "index_min": int(cv.index_min),
            "index_1se": int(cv.index_1se),
            "metric": "deviance",
            "n_folds": len(cv.fold_scores),
            "metrics": {name: [number(value) for value in score.tolist()] for name, score in cv.metrics.items()},
        }

    def to_json(self) -> str:
        """`data` as JSON text, without NaN or infinity."""
        return json.dumps(self.data(), ensure_ascii=False, allow_nan=False)

    def to_html(self, file: str | os.PathLike[str] | None = None) -> str:
        """One offline HTML file.

        Parameters
        ----------
        file : path, optional
            Where to write it, too; under a temporary name first, then renamed.

        Returns
        -------
        str
            The page.
        """
        from whyzero.report import render

        page = render(self.data())
        if file is not None:
            write_whole(file, page)
        return page

    def _repr_html_(self) -> str:
        """What a notebook shows: a sentence, the verdicts, the first features; no script."""
        from whyzero.explanations.notebook import cell

        return cell(self)

    def widget(self) -> Any:
        """The report as a widget for Jupyter, marimo and other notebooks, alive as on the page of `to_html`.

        Returns
        -------
        anywidget.AnyWidget

        Raises
        ------
        ImportError
            If anywidget is missing: the extra ``widget``.
        """
        from whyzero.report.widget import widget

        return widget(self.data())
