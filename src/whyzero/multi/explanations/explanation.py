"""The explanation of one model with a matrix of weights: rows, words, a table."""

from __future__ import annotations

import difflib
import os
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, NoReturn

from whyzero.errors import InputError
from whyzero.explanations.absorbers import Waterfall
from whyzero.explanations.facts import Facts
from whyzero.explanations.reasons import ReasonKind, with_names
from whyzero.explanations.sentences import LEVELS
from whyzero.explanations.wording import figure, penalty_name
from whyzero.multi.certificates import MatrixCertificate
from whyzero.multi.explanations.accounts import Accounts, make_accounts
from whyzero.multi.explanations.class_sentences import of_class, of_column
from whyzero.multi.explanations.deletion import entering_factor
from whyzero.multi.explanations.header import MatrixHeader
from whyzero.multi.explanations.null_model import MatrixNullModel
from whyzero.multi.explanations.partner import MatrixPartner
from whyzero.multi.explanations.row_sentences import ROW_LEVELS, of_target
from whyzero.multi.explanations.rows import MatrixRow
from whyzero.multi.explanations.summary import labelled, summary, three_sentences, total
from whyzero.multi.problem import MatrixProblem

__all__ = ["MatrixExplanation"]

_MOST_SUGGESTIONS = 3
_OF_ONE_TARGET = ("alpha_enter", "active_alphas", "alpha_change", "price_of_zero", "radius", "irrepresentability")
_LEFT_OUT = frozenset({*_OF_ONE_TARGET, "absorbers", "waterfall", "removable_rows", "partner_coef_std"})


@dataclass(frozen=True, eq=False)
class MatrixExplanation:
    """Why the weights of a model with a matrix of weights are zero or not. Made by `whyzero.multi.explain`.

    Attributes
    ----------
    problem : MatrixProblem
        What is explained, without its alpha.
    header : MatrixHeader
        What was fitted and how well.
    rows : tuple of MatrixRow
        For several targets one for every column, whose weights are zero together; for classes one for every weight,
        those of one column after the other. Zeros are never left out.
    certificate : MatrixCertificate
        The weights, and what is proved about them.
    facts : Facts
        The fit in the words of the sentences.
    null : MatrixNullModel
        The fit without penalised columns: where the accounts of the pulls start.
    partner : MatrixPartner or None
        The same problem under the other penalty.
    warnings : tuple of str
        What a reader must know, in sentences.
    title : str
        A line above everything.
    """

    problem: MatrixProblem
    header: MatrixHeader
    rows: tuple[MatrixRow, ...]
    certificate: MatrixCertificate
    facts: Facts
    null: MatrixNullModel = field(repr=False)
    partner: MatrixPartner | None
    warnings: tuple[str, ...]
    title: str

    def __repr__(self) -> str:
        """One line; `str` says more, `summary` and `table` show more."""
        counts = f"{self.header.zero} zero, {self.header.nonzero} non-zero, {self.header.open} open"
        return f"<MatrixExplanation of {total(self)} at alpha={figure(self.header.alpha, 6)}: {counts}>"

    def __str__(self) -> str:
        """Three sentences: what is zero, what is nearest to the border, what another penalty does."""
        return three_sentences(self)

    @cached_property
    def table(self) -> Any:
        """The rows as a pandas DataFrame in their order; needs pandas.

        For several targets `coef` is the norm of the weights, which follow in one column for each target.
        """
        import pandas as pd

        records = []
        for row in self.rows:
            told = {key: value for key, value in row.as_dict().items() if key not in _LEFT_OUT and "rows_" not in key}
            if row.task is None:
                told |= zip((f"coef {label}" for label in self.header.targets), row.weights, strict=True)
            else:
                told = {"name": told.pop("name"), "target": row.target, **told}
            records.append(told)
        return pd.DataFrame(records).rename(columns={"name": "feature"})

    def why(self, name: str, level: str = "user", *, target: Any = None) -> str:
        """Why the weights of one column are zero or not.

        Parameters
        ----------
        name : str
            Name of the column. If several columns have it, all are told, one after the other.
        level : {"learner", "user", "expert"}
            For whom.
        target : optional
            Label of one target or class, to hear about its weight alone. Without it all targets are told together, and
            the classes one to a paragraph.

        Raises
        ------
        InputError
            If no column has that name (the message suggests the nearest), or `level` or `target` is not known.
        """
        if level not in LEVELS:
            raise InputError(f"level={level!r} is not known; use one of {', '.join(map(repr, LEVELS))}.")
        task = None if target is None else self._task(target)
        columns = self._columns(name)
        return "\n\n".join(paragraph for j in columns for paragraph in self._paragraphs(j, level, task))

    def _paragraphs(self, column: int, level: str, task: int | None) -> list[str]:
        accounts = self._accounts()
        wanted = [row for row in self._of_column(column) if row.task is None or task in (None, row.task)]
        rows = [self._deeper(row, accounts) for row in wanted]
        if not self.header.grouped:
            shared = [of_column(self._with_factor(column), self.facts)] if task is None else []
            return shared + [of_class(row, self.facts, level) for row in rows]
        row = rows[0]
        if task is None or row.reason.kind in (ReasonKind.STRUCTURAL, ReasonKind.EXCLUDED):
            return [ROW_LEVELS[level](self._with_factor(column, row)[0], self.facts)]
        return [of_target(row, str(self.header.targets[task]), task, accounts.of(column, task))]

    def row(self, feature: str | int, target: Any = None) -> MatrixRow:
        """The row of one column, or of its weight for one class.

        Parameters
        ----------
        feature : str or int
            Name of the column, of the first if several have it; or its position.
        target : optional
            Label of the class; not for several targets, whose weights have one row.

        Raises
        ------
        InputError
            If there is no such column or class.
        """
        rows = self._of_column(self._columns(feature)[0])
        if self.header.grouped:
            if target is not None:
                raise InputError(f"target={target!r}: the weights of all targets have one row; leave target out.")
            return rows[0]
        if target is None:
            labels = ", ".join(map(repr, self.header.targets))
            raise InputError(f"target=None: every class has a weight; choose one of {labels}.")
        return rows[self._task(target)]

    def account(self, feature: str | int, target: Any = None) -> Waterfall:
        """Where the pull of one column went: exact, additive, by feature.

        Parameters
        ----------
        feature : str or int
            As for `row`.
        target : optional
            Label of the class. Of a target, whose own part of the pull is told then; without it the pull of all
            targets, along the direction in which the data pull the column on its own.

        Returns
        -------
        Waterfall
            ``null + sum of steps + others == final``; `final` is the pull with its direction against the null pull.

        Raises
        ------
        InputError
            If there is no such column, target or class, or there are so many rows and classes that an account would
            take more than half a gigabyte.
        """
        column, task = self._columns(feature)[0], None if target is None else self._task(target)
        if task is None and not self.header.grouped:
            self.row(column)  # says which classes there are
        accounts = self._accounts()
        if not accounts.available:
            raise InputError("There are too many rows and classes for an account of a pull.")
        return accounts.of(column, task)

    def summary(self) -> str:
        """The explanation as text of fixed width: three sentences, objective, table with zeros, warnings."""
        return summary(self)

    def to_html(self, file: str | os.PathLike[str] | None = None) -> NoReturn:
        """Refuse: the report is about models with one weight for each column.

        Raises
        ------
        InputError
            Always; it names what to use.
        """
        raise InputError(
            "The report shows models with one weight for each column. Of a matrix of weights summary() is the text, "
            "table the data frame, why(name) the reason for each weight; a notebook shows its table by itself."
        )

    def _repr_html_(self) -> str:
        """What a notebook shows: a sentence, the verdicts, the first rows; no script."""
        from whyzero.explanations.notebook import table_cell

        header = self.header
        return table_cell(
            self.title,
            f"{penalty_name(header.l1_ratio)}, alpha {figure(header.alpha)}",
            total(self),
            labelled(self.rows),
            counts=(header.zero, header.nonzero, header.open),
            verdicts=header.verdicts,
            widget=False,
        )

    def _of_column(self, column: int) -> Sequence[MatrixRow]:
        each = 1 if self.header.grouped else self.header.n_tasks
        return self.rows[column * each : (column + 1) * each]

    def _columns(self, feature: str | int) -> list[int]:
        """Positions of the columns of a name, or the one that was given."""
        names = self.problem.rows.names
        if not isinstance(feature, str):
            if not 0 <= feature < len(names):
                last = len(names) - 1
                raise InputError(f"feature={feature} is no column of this model; give 0 to {last}, or a name.")
            return [int(feature)]
        found = [j for j, name in enumerate(names) if name == feature]
        if not found:
            close = difflib.get_close_matches(feature, list(names), _MOST_SUGGESTIONS)
            nearest = f"the nearest are {', '.join(map(repr, close))}" if close else f"the first is {names[0]!r}"
            raise InputError(f"name={feature!r} is no column of this model, which has {len(names)}; {nearest}.")
        return found

    def _task(self, target: Any) -> int:
        """Number of the target or class with that label."""
        found = next((k for k, label in enumerate(self.header.targets) if label == target), None)
        if found is None:
            labels = ", ".join(map(repr, self.header.targets))
            raise InputError(f"target={target!r} is not known; use one of {labels}.")
        return found

    def _accounts(self) -> Accounts:
        return make_accounts(self.problem, self.null, self.certificate.coef, self.certificate.intercept)

    def _deeper(self, row: MatrixRow, accounts: Accounts) -> MatrixRow:
        """The row with the account of its pull, where `explain` left it out to save time."""
        if row.waterfall is not None or self.problem.rows.structural[row.index] or not accounts.available:
            return row
        account = accounts.of(row.index, row.task)
        return replace(row, waterfall=account, reason=with_names(row.reason, account, row.toll))

    def _with_factor(self, column: int, row: MatrixRow | None = None) -> list[MatrixRow]:
        """The rows of a column with the penalty factor at which it enters, which for one in use takes a fit."""
        rows = list(self._of_column(column)) if row is None else [row]
        if rows[0].evidence.factor_change is not None or not any(rows[0].weights):
            return rows
        change = entering_factor(self.problem, self.certificate.alpha, column)
        return [replace(row, evidence=replace(row.evidence, factor_change=change)) for row in rows]
