"""The exceptions and warnings of the package.

Every message names the argument, the offending value and its position, and what to do about it.
"""

from __future__ import annotations

__all__ = [
    "CertificateError",
    "ConvergenceWarning",
    "DataFileError",
    "InputError",
    "InputTypeError",
    "ModelFormatError",
]


class InputError(ValueError):
    """An argument has an impossible value (NaN, wrong shape, negative weight, unknown name ...)."""


class InputTypeError(TypeError):
    """An argument has a type that cannot be used."""


class DataFileError(InputError):
    """A data file cannot be read as a table: which file, which line or column, and why."""


class ModelFormatError(InputError):
    """A saved model or explanation is not what this version writes: which field, and why."""


class CertificateError(InputError):
    """A certificate file is malformed or from another version: which field, and why."""


class ConvergenceWarning(UserWarning):
    """A fit stopped before it reached its tolerance; the text says which, why and what to try."""
