"""What every certificate has: the problem that it is about, and a JSON form that can be stored."""

from __future__ import annotations

import hashlib
from abc import ABC, abstractmethod
from pathlib import Path
from typing import TYPE_CHECKING, Self

import numpy as np
from numpy.typing import NDArray

from whyzero.disk import read_text, write_whole
from whyzero.errors import CertificateError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import ModuleType
    from typing import Any

    from whyzero.problem import Problem

__all__ = ["Array", "Digests", "StoredCertificate", "vector_digest"]

Array = NDArray[np.float64]


class Digests:
    """SHA-256 of X, y, the sample weights and the offset, in the order of `NAMES`.

    Those of a problem are computed when they are first asked for: hashing can cost more than the proof. Until then
    its data are kept; if they are changed meanwhile, the certificate does not belong to them any more.
    """

    NAMES = ("data_digest", "target_digest", "weight_digest", "offset_digest")

    def __init__(self, problem: Problem | None = None, known: tuple[str, ...] = ()) -> None:
        self._problem, self._known = problem, known

    @property
    def known(self) -> tuple[str, ...]:
        """The four texts."""
        if self._problem is not None:
            vectors = self._problem.y, self._problem.sample_weight, self._problem.offset
            self._known = (self._problem.design.digest(), *map(vector_digest, vectors))
            self._problem = None
        return self._known

    def are_of(self, problem: Problem) -> bool:
        """Whether they are those of `problem`; nothing is hashed if it is the one that they wait for."""
        mine = self._problem
        parts = ("design", "y", "sample_weight", "offset")
        if mine is not None and all(getattr(mine, part) is getattr(problem, part) for part in parts):
            return True
        return self.known == Digests(problem).known

    def __reduce__(self) -> tuple[Any, ...]:
        return Digests, (None, self.known)


class StoredCertificate(ABC):
    """Claims about one problem, with a JSON form."""

    loss: str
    l1_ratio: float
    fit_intercept: bool
    standardize: bool
    names: Sequence[str]
    penalty_factor: Array
    digests: Digests
    positive: bool = False

    def is_about(self, problem: Problem) -> bool:
        """Whether the claims are about `problem`: the same data, loss and penalty."""
        told = self.loss, self.l1_ratio, self.fit_intercept, self.standardize, self.positive
        asked = problem.loss.name, problem.penalty.l1_ratio, problem.fit_intercept, problem.standardize
        return (
            told == (*asked, problem.penalty.positive)
            and tuple(self.names) == tuple(problem.names)
            and np.array_equal(self.penalty_factor, problem.penalty.factor)
            and self.digests.are_of(problem)
        )

    @staticmethod
    @abstractmethod
    def _schema() -> ModuleType:
        """The module whose `dump` and `load` write and read the JSON form."""

    def to_json(self) -> str:
        """The certificate as one line of JSON; floats are written so that they read back bit for bit."""
        text: str = self._schema().dump(self)
        return text

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Read a certificate and check every field.

        Raises
        ------
        CertificateError
            If the text is not such a certificate; the message names the field.
        """
        read: Self = cls._schema().load(text)
        return read

    def save(self, file: str | Path) -> None:
        """Write the JSON form to a file.

        Raises
        ------
        OSError
            If the file cannot be written.
        """
        write_whole(file, self.to_json())

    @classmethod
    def load(cls, file: str | Path) -> Self:
        """Read what `save` wrote.

        Raises
        ------
        OSError
            If the file cannot be read.
        CertificateError
            If it is not such a certificate; the message names the field.
        """
        try:
            return cls.from_json(read_text(file))
        except UnicodeDecodeError:
            raise CertificateError(f"{str(file)!r} is not a certificate: it is not text.") from None


def vector_digest(values: NDArray[Any]) -> str:
    """SHA-256 of the values as little-endian float64; negative zero counts as zero."""
    numbers = np.ascontiguousarray(values, dtype="<f8") + 0.0
    return hashlib.sha256(numbers.tobytes()).hexdigest()
