"""The dict that the report draws, checked once.

Non-finite numbers arrive as None; a float that is not finite all the same is turned into None here, so that no figure
or table meets one.
"""

from __future__ import annotations

import math
from typing import Any, cast

from whyzero.errors import ModelFormatError
from whyzero.report.schema import (
    SCHEMA,
    Account,
    AccountTable,
    Certificate,
    Counts,
    CrossValidation,
    Data,
    Feature,
    Partner,
    PathData,
    Problem,
    Resampled,
    Steps,
)

__all__ = ["checked"]


def checked(data: dict[str, Any]) -> Data:
    """Check that `data` has every key of the schema, and turn non-finite floats into None.

    Raises
    ------
    ModelFormatError
        If the schema is another one, or a key is missing.
    """
    found = data.get("schema")
    if found != SCHEMA:
        raise ModelFormatError(
            f"data['schema'] is {found!r}, but this version of whyzero draws {SCHEMA!r}; "
            "write the explanation anew with this version."
        )
    _require(data, Data, "data")
    _require(data["problem"], Problem, "data['problem']")
    _require(data["counts"], Counts, "data['counts']")
    for position, feature in enumerate(data["features"]):
        _require(feature, Feature, f"data['features'][{position}]")
    for key, kind in (
        ("partner", Partner),
        ("path", PathData),
        ("partner_path", PathData),
        ("resamples", Resampled),
        ("steps", Steps),
        ("account", Account),
        ("accounts", AccountTable),
        ("cv", CrossValidation),
        ("certificate", Certificate),
    ):
        if data.get(key) is not None:
            _require(data[key], kind, f"data[{key!r}]")
    return cast(Data, _finite(data))


def _require(record: dict[str, Any], kind: Any, where: str) -> None:
    missing = sorted(kind.__required_keys__ - set(record))
    if missing:
        raise ModelFormatError(f"{where} lacks {', '.join(missing)}; write the explanation anew with this version.")


def _finite(value: Any) -> Any:
    match value:
        case float():
            return value if math.isfinite(value) else None
        case dict():
            return {key: _finite(item) for key, item in value.items()}
        case list() | tuple():
            return [_finite(item) for item in value]
        case _:
            return value
