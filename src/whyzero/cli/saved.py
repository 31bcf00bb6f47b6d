"""``whyzero why``, ``predict`` and ``verify``: what can be asked of a folder that ``fit`` wrote."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import whyzero.certificates
import whyzero.models
from whyzero.cli.screen import Screen
from whyzero.cli.text import count, one_line, visible
from whyzero.disk import read_text
from whyzero.errors import CertificateError, DataFileError, InputError, ModelFormatError
from whyzero.models import Model, load_run, read_like, scores_csv, training_data, write_scores
from whyzero.models.fields import parse_json
from whyzero.tables import nearest_names

__all__ = ["predict", "saved_features", "text_of", "verify", "why"]

_LEVELS = ("learner", "user", "expert")
_SCHEMA = "whyzero/explanation/1"

Feature = Mapping[str, Any]


def why(folder: Path, feature: str, level: str) -> None:
    """Print why a weight is zero or not.

    A column of the file that became several features is answered with all of them, one that was set aside with
    the reason for that.

    Raises
    ------
    InputError
        If there is no such feature; the message proposes the nearest names.
    ModelFormatError
        If the explanation is not one of this version.
    """
    run = load_run(folder)
    features = saved_features(run.explanation_file)
    made_of = {column.name: column.names for column in run.model.encoding.columns}
    names = [item["name"] for item in features]
    wanted = {feature} if feature in names else set(made_of.get(feature, ()))
    found = [item for item in features if item["name"] in wanted]
    aside = [item.reason for item in run.model.encoding.set_aside if item.name == feature]
    if not found and not aside:
        raise InputError(f"{str(folder)!r}: {_unknown(run.model, feature, names)}")
    screen = Screen()
    for reason in aside:
        screen.text(f"{feature!r} was set aside before the fit: {reason}.")
    if len(found) > 1:
        zeros = sum(1 for item in found if item["coef"] == 0)
        screen.text(
            f"{feature!r} became {count(len(found), 'feature')}; the weight of {zeros} of them is exactly zero."
        )
        screen.blank()
    for item in found:
        _tell(screen, item, level)


def _unknown(model: Model, feature: str, names: Sequence[str]) -> str:
    """Why there is nothing to say about a feature."""
    roles = {model.target.name: "the target", model.weight_column: "the row weights", model.offset_column: "the offset"}
    if feature in roles:
        return f"{feature!r} is no feature, but {roles[feature]}"
    columns = [column.name for column in model.encoding.columns]
    known = list(dict.fromkeys([*columns, *names]))
    return f"no feature {feature!r}{nearest_names(feature, known, listed=columns or names)}"


def _tell(screen: Screen, item: Feature, level: str) -> None:
    for each in _LEVELS if level == "all" else (level,):
        if level == "all":
            screen.labelled(each, item["sentences"][each])
        else:
            screen.text(item["sentences"][each])
    screen.blank()


def saved_features(file: Path) -> list[Feature]:
    """The features of a saved explanation; what is used of them has the right type.

    Raises
    ------
    DataFileError
        If the file cannot be read.
    ModelFormatError
        If it is not an explanation of this version.
    """
    data = parse_json(text_of(file), repr(str(file)))
    if data.get("schema") != _SCHEMA:
        raise ModelFormatError(f"{str(file)!r}: the field 'schema' must be {_SCHEMA!r}, not {data.get('schema')!r:.60}")
    features = data.get("features")
    if not isinstance(features, list) or not features:
        raise ModelFormatError(f"{str(file)!r}: the field 'features' must be a list with at least one entry")
    for i, item in enumerate(features):
        if not _is_feature(item):
            raise ModelFormatError(f"{str(file)!r}: 'features[{i}]' lacks a name, a weight or its sentences")
    return features


def _is_feature(item: Any) -> bool:
    if not isinstance(item, dict) or not isinstance(item.get("name"), str):
        return False
    sentences = item.get("sentences")
    return (
        isinstance(item.get("coef"), (int, float))
        and isinstance(sentences, dict)
        and all(isinstance(sentences.get(level), str) for level in _LEVELS)
    )


def predict(folder: Path, paths: Sequence[str], out: Path | None, where: str | None, *, raw: bool = False) -> None:
    """Score new rows as CSV, to a file or to standard output; what is odd about them goes to standard error.

    On a terminal, characters of the data that would steer it are shown as escapes.

    Raises
    ------
    InputError
        If columns of the model are missing, or a value is of the wrong kind.
    """
    model = load_run(folder).model
    table = read_like(model, paths, where=where)
    prediction = whyzero.models.predict(model, table)
    for note in (*table.notes, *prediction.notes):
        print(f"whyzero: {one_line(note.text)}", file=sys.stderr)
    if out is None:
        text = scores_csv(prediction, raw=raw)
        sys.stdout.write("".join(f"{visible(line)}\n" for line in text.splitlines()) if sys.stdout.isatty() else text)
        return
    write_scores(out, prediction, raw=raw)
    Screen().text(f"{count(len(prediction.scores), 'row')} scored: {out}")


def verify(folder: Path, paths: Sequence[str]) -> bool:
    """Check the certificate of a run against the data, by the independent checker.

    Returns
    -------
    bool
        Whether every claim follows from the data, and the model has the weights that the certificate is about.

    Raises
    ------
    InputError
        If the files cannot be read, or the data do not have the model's columns.
    CertificateError
        If the certificate file is not a certificate.
    """
    run = load_run(folder)
    files = [run.certificate_file, *([run.path_certificate_file] if run.path_certificate_file.exists() else [])]
    texts = {file: text_of(file) for file in files}
    claims = {file: parse_json(text, repr(str(file))) for file, text in texts.items()}
    for file, kind in zip(files, ("certificate", "path-certificate"), strict=False):
        if not str(claims[file].get("schema")).startswith(f"whyzero/{kind}/"):
            raise CertificateError(f"{str(file)!r}: this is not a whyzero {kind.replace('-', ' ')}")
    table = read_like(run.model, paths, where=run.model.source.where)
    data = training_data(run.model, table)
    screen, proved = Screen(), True
    for file, text in texts.items():
        checked = whyzero.certificates.verify(
            text, data.X, data.y, sample_weight=data.sample_weight, offset=data.offset
        )
        wrong = list(_contradictions(run.model, claims[file])) if checked.ok else checked.messages
        if wrong:
            for message in (f"Refuted: {file.name}.", *wrong):
                screen.text(message)
        else:
            _show_proved(screen, file.name, claims[file], ", ".join(paths))
        proved = proved and not wrong
    return proved


def _show_proved(screen: Screen, file: str, claims: Mapping[str, Any], data: str) -> None:
    """Say what has been checked."""
    weights = count(len(claims["names"]), "weight")
    if "alphas" in claims:
        place = f" at {count(len(claims['alphas']), 'alpha')} and at every alpha between them"
        screen.text(f"Proved: every claim of {file} about {weights}{place} follows from {data}.")
        return
    screen.text(f"Proved: every claim of {file} about {weights} follows from {data}.")
    counts = Counter(claims["verdicts"])
    screen.text("; ".join(f"{verdict}: {amount:,}" for verdict, amount in counts.most_common()))


def _contradictions(model: Model, claims: Mapping[str, Any]) -> Iterator[str]:
    """What the model file says otherwise than a certificate: of one fit, or of a path, which has no weights."""
    pairs = {
        "names": (list(model.names), "names"),
        "weights": (model.coef.tolist(), "coef"),
        "intercept": (model.intercept, "intercept"),
        "alpha": (model.alpha, "alpha"),
        "l1_ratio": (model.l1_ratio, "l1_ratio"),
        "loss": (model.target.loss, "loss"),
    }
    for what, (ours, field) in pairs.items():
        if field in claims and ours != claims[field]:
            yield f"The {what} in {whyzero.models.MODEL_FILE} differ from those in the certificate."


def text_of(file: Path) -> str:
    """The content of a text file.

    Raises
    ------
    DataFileError
        If it cannot be read, or is not UTF-8.
    """
    try:
        return read_text(file)
    except UnicodeDecodeError:
        raise DataFileError(f"{str(file)!r}: this is not a text file") from None
    except OSError as error:
        raise DataFileError(f"{str(file)!r}: {error.strerror or error}") from None
