"""A plugin of pytest: scikit-learn's own tests, with the names of `sklearn.linear_model` patched before they load.

`sklearn_excluded.toml` lists what is not run, and why. WHYZERO_SKLEARN_TESTS says which part runs: "short" a fixed
tenth, "long" everything, "excluded" what is listed: there a pattern none of whose tests fails is an error.
"""

from __future__ import annotations

import os
import re
import tomllib
import zlib
from pathlib import Path

import pytest

import whyzero

whyzero.patch_sklearn()

PART = os.environ.get("WHYZERO_SKLEARN_TESTS", "short")
TABLE = tomllib.loads(Path(__file__).with_name("sklearn_excluded.toml").read_text("utf-8"))["excluded"]
PATTERNS = [(row["file"], pattern) for row in TABLE for pattern in row["tests"]]
needed: set[tuple[str, str]] = set()


def matches(item: pytest.Item) -> list[tuple[str, str]]:
    """The rows of the table that name a test: by its function, or by its function and parameters."""
    function = item.name.partition("[")[0]
    return [
        (file, pattern)
        for file, pattern in PATTERNS
        if item.path.name == file and (pattern == function or re.fullmatch(pattern, item.name))
    ]


def chosen(item: pytest.Item) -> bool:
    if PART == "excluded":
        return bool(matches(item))
    return not matches(item) and (PART == "long" or zlib.crc32(f"{item.path.name} {item.name}".encode()) % 10 == 0)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    left_out = [item for item in items if not chosen(item)]
    config.hook.pytest_deselected(items=left_out)
    items[:] = [item for item in items if chosen(item)]


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]):
    outcome = yield
    report = outcome.get_result()
    if PART == "excluded" and report.failed:
        needed.update(matches(item))
        report.outcome, report.wasxfail = "skipped", "excluded"


def pytest_sessionfinish(session: pytest.Session) -> None:
    if PART != "excluded" or session.testscollected == 0:
        return
    files = {item.path.name for item in session.items}
    idle = [(file, pattern) for file, pattern in PATTERNS if file in files and (file, pattern) not in needed]
    if idle:
        print(f"\nlisted in sklearn_excluded.toml, but no such test fails: {idle}")
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
