"""The reason for one weight in plain English, for three readers.

`learner` uses no word that has to be looked up, `user` gives the numbers of the table, `expert` the formulas.
None of them says "proved" unless the certificate does, or speaks of an alpha that was not computed.
"""

from __future__ import annotations

from collections.abc import Callable

from whyzero.explanations.facts import Facts
from whyzero.explanations.rows import Row
from whyzero.explanations.sentences.expert import expert
from whyzero.explanations.sentences.learner import learner
from whyzero.explanations.sentences.user import user

__all__ = ["LEVELS", "sentences"]

LEVELS: dict[str, Callable[[Row, Facts], str]] = {"learner": learner, "user": user, "expert": expert}


def sentences(row: Row, facts: Facts) -> dict[str, str]:
    """The text of every level."""
    return {level: write(row, facts) for level, write in LEVELS.items()}
