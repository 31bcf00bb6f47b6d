"""The file of a checkpoint: locked while it is used, and replaced whole whenever a part has been finished.

A fit is a fixed sequence of parts, and each is a function of the data and the options alone: the same bits come out
whatever was computed before it in the same process. So a part that is read from the file is the part that would have
been computed, and a fit that goes on ends in the same bytes as one that was never interrupted.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

from whyzero.checkpoints.content import MAGIC, Arrays, Parts, damaged, dump, load
from whyzero.checkpoints.forms import Form
from whyzero.errors import DataFileError, InputError
from whyzero.models import write_atomically

__all__ = ["Checkpoint", "open_checkpoint"]

T = TypeVar("T")

# A part is written at once if the last writing was that many seconds ago, and that many times what the writing took.
_PAUSE = 2.0
_SHARE = 20.0

_MOST_NAMES = 5


class Checkpoint:
    """The finished parts of one fit, in memory and in a file. Opened by `open_checkpoint`.

    Parameters
    ----------
    file : Path
        Where they are kept.
    fit : dict or None
        What the fit is of that the file has parts of; None if there is no file yet.
    parts : dict
        The arrays of each part.
    """

    def __init__(self, file: Path, fit: dict[str, Any] | None, parts: Parts) -> None:
        self._file, self._fit, self._parts = file, fit, parts
        self._next = 0.0

    def begin(self, fit: Mapping[str, Any]) -> None:
        """Say which fit this is; write the file if there was none.

        Parameters
        ----------
        fit : mapping
            Everything on which the results depend, as JSON values; see `whyzero.checkpoints.identity`.

        Raises
        ------
        InputError
            If the file has parts of another fit; the message says what differs.
        DataFileError
            If the file cannot be written.
        """
        wanted = json.loads(json.dumps(fit))
        if self._fit is None:
            self._fit = wanted
            self._write()
        elif self._fit != wanted:
            names = [name for name in {**wanted, **self._fit} if wanted.get(name) != self._fit.get(name)]
            raise InputError(
                f"checkpoint={str(self._file)!r} is of another fit (what differs: {', '.join(names[:_MOST_NAMES])}); "
                "name another file, or delete this one to begin anew"
            )

    def result(self, part: str, form: Form[T], compute: Callable[[], T]) -> T:
        """The result of a part: read if it is there, else computed and kept.

        Parameters
        ----------
        part : str
            Its name, which no other part has.
        form : Form
            How it is written as arrays.
        compute : callable
            Computes it.
        """
        kept = self.recall(part, form)
        if kept is not None:
            return kept
        found = compute()
        self.keep(part, form.write(found))
        return found

    def recall(self, part: str, form: Form[T]) -> T | None:
        """The result of a part, or None if it is not there.

        Raises
        ------
        DataFileError
            If what is there is no such result: the file was written by something else.
        """
        arrays = self._parts.get(part)
        if arrays is None:
            return None
        try:
            return form.read(arrays)
        except (ValueError, TypeError, KeyError, IndexError):
            raise damaged(f"checkpoint={str(self._file)!r}") from None

    def keep(self, part: str, arrays: Arrays) -> None:
        """Add a finished part, and write the file unless that was done just before.

        Raises
        ------
        DataFileError
            If the file cannot be written; the one that was there is then unchanged.
        """
        self._parts[part] = arrays
        if time.monotonic() >= self._next:
            self._write()

    def remove(self) -> None:
        """Delete the file, because the fit is done; a file that something else has put there stays."""
        if self._file.is_file() and _begins_well(self._file):
            self._file.unlink()

    def _write(self) -> None:
        begin = time.monotonic()
        write_atomically(self._file, dump(self._fit or {}, self._parts))
        now = time.monotonic()
        self._next = now + max(_PAUSE, _SHARE * (now - begin))


@contextmanager
def open_checkpoint(file: str | Path) -> Iterator[Checkpoint]:
    """Lock a checkpoint, and read it if it is there.

    Parameters
    ----------
    file : str or Path
        A symbolic link is followed; missing folders are made.

    Raises
    ------
    DataFileError
        If the file is no checkpoint, is damaged, cannot be read or written, or is in use by another process.
    """
    target = Path(os.path.realpath(file))
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        lock = _lock(target.with_name(f"{target.name}.lock"), target)
    except OSError as error:
        raise DataFileError(f"checkpoint={str(file)!r}: {error.strerror or error}") from None
    try:
        yield Checkpoint(target, *_read(target))
    finally:
        target.with_name(f"{target.name}.lock").unlink(missing_ok=True)
        os.close(lock)


def _lock(file: Path, target: Path) -> int:
    """The descriptor of a lock that ends with the process, however it ends."""
    import fcntl  # which Windows does not have

    while True:
        descriptor = os.open(file, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if _is_named(descriptor, file):
                return descriptor
        except BlockingIOError:
            os.close(descriptor)
            raise DataFileError(f"checkpoint={str(target)!r} is in use by another process") from None
        except OSError:
            os.close(descriptor)
            raise
        os.close(descriptor)  # its last owner has deleted it in the meantime


def _is_named(descriptor: int, file: Path) -> bool:
    """Whether an open file is still the one of that name."""
    try:
        return os.path.samestat(os.fstat(descriptor), os.stat(file))
    except FileNotFoundError:
        return False


def _read(file: Path) -> tuple[dict[str, Any] | None, Parts]:
    """What a file holds; nothing if there is no file."""
    shown = f"checkpoint={str(file)!r}"
    try:
        if not file.exists():
            return None, {}
        if not file.is_file() or not _begins_well(file):
            raise DataFileError(f"{shown}: there is something that is no checkpoint of this version; name another file")
        data = file.read_bytes()
    except OSError as error:
        raise DataFileError(f"{shown}: {error.strerror or error}") from None
    return load(data[len(MAGIC) :], shown)


def _begins_well(file: Path) -> bool:
    with file.open("rb") as stream:
        return stream.read(len(MAGIC)) == MAGIC
