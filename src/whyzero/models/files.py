"""Model files and run directories on disk: written whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from whyzero.disk import read_text, write_together
from whyzero.errors import DataFileError, ModelFormatError
from whyzero.models.model import Model, model_from_json, model_to_json

__all__ = ["MODEL_FILE", "Run", "load_model", "load_run", "save_model", "write_atomically", "write_files"]

MODEL_FILE = "model.json"


@dataclass(frozen=True)
class Run:
    """A directory that a fit has written.

    Attributes
    ----------
    directory : Path
        Where it is.
    model : Model
        Read and checked.
    """

    directory: Path
    model: Model

    @property
    def certificate_file(self) -> Path:
        """Where the certificate is."""
        return self.directory / "certificate.json"

    @property
    def path_certificate_file(self) -> Path:
        """Where the certificate of all alphas is, if one was asked for."""
        return self.directory / "path_certificate.json"

    @property
    def explanation_file(self) -> Path:
        """Where the explanation is."""
        return self.directory / "explanation.json"

    @property
    def report_file(self) -> Path:
        """Where the page is."""
        return self.directory / "report.html"


def save_model(path: str | Path, model: Model) -> None:
    """Write a model file; an older file stays whole until the new one is complete.

    Raises
    ------
    DataFileError
        If the file cannot be written.
    """
    write_atomically(path, model_to_json(model))


def load_model(path: str | Path) -> Model:
    """Read a model file.

    Raises
    ------
    DataFileError
        If the file cannot be read.
    ModelFormatError
        If it is not a model of this version; the message names the field.
    """
    shown = repr(str(path))
    try:
        text = read_text(path)
    except UnicodeDecodeError:
        raise ModelFormatError(f"{shown}: this is not a whyzero model: the file is not text") from None
    except OSError as error:
        raise DataFileError(f"{shown}: {error.strerror or error}") from None
    return model_from_json(text, shown)


def load_run(directory: str | Path) -> Run:
    """Read the model of a run directory.

    Raises
    ------
    DataFileError
        If the directory or its model file cannot be read.
    ModelFormatError
        If the model is not one of this version.
    """
    folder = Path(directory)
    if not folder.is_dir():
        raise DataFileError(f"{str(folder)!r}: no such directory; give the directory that 'whyzero fit --out' wrote")
    if not (folder / MODEL_FILE).exists():
        raise DataFileError(f"{str(folder)!r}: has no {MODEL_FILE}; give the directory that 'whyzero fit --out' wrote")
    return Run(folder, load_model(folder / MODEL_FILE))


def write_atomically(path: str | Path, content: str | bytes) -> None:
    """Write one file as `write_files` does.

    Raises
    ------
    DataFileError
        If it cannot be written; an older file is then unchanged.
    """
    write_files({Path(path): content})


def write_files(contents: Mapping[Path, str | bytes]) -> None:
    """Write files as `whyzero.disk.write_together` does, and their folders if there are none.

    Parameters
    ----------
    contents : mapping of Path to str or bytes
        The files; text is written as UTF-8. A symbolic link is followed.

    Raises
    ------
    DataFileError
        If one cannot be written; all older files are then unchanged.
    """
    try:
        for path in contents:
            Path(os.path.realpath(path)).parent.mkdir(parents=True, exist_ok=True)
        write_together(contents)
    except OSError as error:
        raise DataFileError(f"{str(error.filename)!r}: cannot be written: {error.strerror or error}") from None
