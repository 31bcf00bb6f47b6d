"""Text files: read only if they are regular ones, written whole or not at all."""

from __future__ import annotations

import errno
import os
import secrets
import stat
from collections.abc import Mapping
from pathlib import Path

__all__ = ["read_text", "write_together", "write_whole"]


def read_text(path: str | os.PathLike[str]) -> str:
    """Return the text of a regular file.

    A pipe, which may never end, and a device such as ``/dev/zero``, which never does, are not read.

    Raises
    ------
    OSError
        If it cannot be read, or is not a regular file.
    UnicodeDecodeError
        If it is not UTF-8.
    """
    _check_name(path)
    with open(path, "rb", opener=_open_at_once) as stream:
        if not stat.S_ISREG(os.fstat(stream.fileno()).st_mode):
            raise OSError(errno.EINVAL, "it is not a regular file", str(path))
        return stream.read().decode("utf-8")


def write_whole(path: str | os.PathLike[str], content: str | bytes) -> None:
    """Write one file as `write_together` does.

    Raises
    ------
    OSError
        If it cannot be written, or something else than a regular file has its name.
    """
    write_together({Path(path): content})


def write_together(contents: Mapping[Path, str | bytes]) -> None:
    """Write files under temporary names beside them, flush them to the disk, and rename them when all are complete.

    An older file stays whole until the new one is complete, even if the process is killed. Where one of the files
    cannot be written, all older ones stay. A symbolic link is followed.

    Parameters
    ----------
    contents : mapping of Path to str or bytes
        The files, whose folders must exist. Text is written as UTF-8.

    Raises
    ------
    OSError
        If one cannot be written, or something else than a regular file has its name.
    """
    temporary: dict[Path, Path] = {}
    try:
        for path, content in contents.items():
            try:
                _write_beside(path, content, temporary)
            except OSError as error:
                raise OSError(error.errno, error.strerror, str(path)) from None
        for written, target in temporary.items():
            written.replace(target)
    finally:
        for written in temporary:
            written.unlink(missing_ok=True)


def _write_beside(path: Path, content: str | bytes, temporary: dict[Path, Path]) -> None:
    _check_name(path)
    target = Path(os.path.realpath(path))
    if target.exists() and not target.is_file():
        raise OSError(errno.EINVAL, "it is not a regular file", str(path))
    written = target.with_name(f".{target.name[:100]}.{secrets.token_hex(8)}.tmp")
    temporary[written] = target
    with written.open("xb") as stream:
        stream.write(content.encode("utf-8") if isinstance(content, str) else content)
        stream.flush()
        os.fsync(stream.fileno())


def _check_name(path: str | os.PathLike[str]) -> None:
    """Refuse what no file can be called, which Python tells by other exceptions than OSError."""
    try:
        name = os.fsencode(path)
    except UnicodeEncodeError:
        raise OSError(errno.EINVAL, "its name is not valid Unicode", str(path)) from None
    if b"\0" in name:
        raise OSError(errno.EINVAL, "its name has a NUL character", str(path))


def _open_at_once(path: str, flags: int) -> int:
    return os.open(path, flags | os.O_NONBLOCK)  # else a pipe without a writer would wait for one
