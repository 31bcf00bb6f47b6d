"""A plugin of pytest: scikit-learn's own tests, with the names of `sklearn.linear_model` patched before they load.

`sklearn_excluded.toml` lists which tests of the large files of linear_model are not run, and why,
`sklearn_excluded_elsewhere.toml` which of other files, whose tests are run only if they name a drop-in.
WHYZERO_SKLEARN_TESTS says which part runs: "short" a fixed tenth (outside linear_model a twenty-fifth), "long"
everything, "excluded" what is listed: there a pattern none of whose tests fails is an error.
"""

from __future__ import annotations

import inspect
import os
import re
import tomllib
import zlib
from pathlib import Path

import pytest
import sklearn

import whyzero
import whyzero.compiled
import whyzero.sklearn

whyzero.patch_sklearn()

PART = os.environ.get("WHYZERO_SKLEARN_TESTS", "short")
OWN = "linear_model/"


def table(name: str, folder: str) -> list[tuple[str, str]]:
    """File and pattern of every exclusion, the file named from the package on."""
    rows = tomllib.loads(Path(__file__).with_name(name).read_text("utf-8"))["excluded"]
    return [(folder + row["file"], pattern) for row in rows for pattern in row["tests"]]


PATTERNS = [*table("sklearn_excluded.toml", OWN), *table("sklearn_excluded_elsewhere.toml", "")]
NAMES = re.compile(rf"\b({'|'.join(whyzero.sklearn.__all__)})\b")
needed: set[tuple[str, str]] = set()
fitting: list[str] = []
fitted: set[str] = set()


def place(item: pytest.Item) -> str:
    return item.path.relative_to(Path(sklearn.__file__).parent).as_posix()


def matches(item: pytest.Item) -> list[tuple[str, str]]:
    """The rows of the table that name a test: by its function, or by its function and parameters."""
    function = item.name.partition("[")[0]
    return [
        (file, pattern)
        for file, pattern in PATTERNS
        if place(item) == file and (pattern == function or re.fullmatch(pattern, item.name))
    ]


def chosen(item: pytest.Item) -> bool:
    if PART == "excluded":
        return bool(matches(item))
    own = place(item).startswith(OWN)
    if matches(item) or not (own or names_a_drop_in(item)):
        return False
    return PART == "long" or zlib.crc32(f"{item.path.name} {item.name}".encode()) % (10 if own else 25) == 0


def names_a_drop_in(item: pytest.Item) -> bool:
    """Whether one of the names that are patched stands in the text of a test or in its parameters."""
    parameters = item.callspec.params if hasattr(item, "callspec") else {}
    return bool(NAMES.search(inspect.getsource(inspect.unwrap(item.function)) + repr(parameters)))


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    left_out = [item for item in items if not chosen(item)]
    config.hook.pytest_deselected(items=left_out)
    items[:] = [item for item in items if chosen(item)]


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_call(item: pytest.Item):
    fitting[:] = [item.nodeid]
    yield


def count_fits(fit):
    """The solver, taking down which tests use it."""

    def counted(*arguments, **options):
        fitted.update(fitting)
        return fit(*arguments, **options)

    return counted


whyzero.compiled.fit_path = count_fits(whyzero.compiled.fit_path)
whyzero.compiled.fit_matrix_path = count_fits(whyzero.compiled.fit_matrix_path)


def pytest_terminal_summary(terminalreporter) -> None:
    terminalreporter.write_line(f"{len(fitted)} tests fitted with whyzero")


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
    files = {place(item) for item in session.items}
    idle = [(file, pattern) for file, pattern in PATTERNS if file in files and (file, pattern) not in needed]
    if idle:
        print(f"\nlisted, but no such test fails: {idle}")
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
