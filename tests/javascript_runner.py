"""Run an entry module of the pages' JavaScript in Node or in Chromium, and get what its functions return."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from selenium import webdriver

from chromium import needs_browser, new_driver
from whyzero.report.script import SCRIPTS, joined_script

NODE = shutil.which("node")
ENGINES = [
    pytest.param("node", marks=pytest.mark.skipif(not NODE, reason="needs Node")),
    pytest.param("chromium", marks=needs_browser),
]
FOLDERS = (Path(__file__).parent / "javascript", files("whyzero.explorers") / "templates", SCRIPTS)


def module_text(entry: str) -> str:
    """The joined text of a module of the tests, of the explorer or of the report."""
    return joined_script(entry, FOLDERS)


def in_node(entry: str, function: str, argument: Any, folder: Path) -> Any:
    """The result of one exported function, called in Node."""
    script = folder / "joined.mjs"
    call = f'process.stdout.write(JSON.stringify({function}(JSON.parse(readFileSync(0, "utf-8")))));\n'
    script.write_text('import { readFileSync } from "node:fs";\n' + module_text(entry) + call, encoding="utf-8")
    assert NODE is not None
    done = subprocess.run([NODE, str(script)], input=json.dumps(argument), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def in_browser(driver: webdriver.Chrome, entry: str, function: str, argument: Any, folder: Path) -> Any:
    """The result of one exported function, called in an empty page."""
    page = folder / "empty.html"
    text = module_text(entry) + f"window.tested = {function};\n"
    page.write_text(f'<!doctype html><meta charset="utf-8"><script type="module">{text}</script>', encoding="utf-8")
    driver.get(page.as_uri())
    call = "return JSON.stringify(window.tested(JSON.parse(arguments[0])))"
    return json.loads(driver.execute_script(call, json.dumps(argument)))


@contextmanager
def chromium_session() -> Iterator[webdriver.Chrome]:
    """Headless Chromium that keeps what its console says."""
    driver = new_driver()
    try:
        yield driver
    finally:
        driver.quit()


@contextmanager
def engine(name: str, entry: str, folder: Path) -> Iterator[Callable[[str, Any], Any]]:
    """A function that calls those that an entry module exports, in one of the ENGINES."""
    if name == "node":
        yield lambda function, argument: in_node(entry, function, argument, folder)
    else:
        with chromium_session() as driver:
            yield lambda function, argument: in_browser(driver, entry, function, argument, folder)


def functions_of(entry: str) -> Any:
    """A fixture named `call`: `engine` with an entry module, in each of the ENGINES."""

    @pytest.fixture(scope="module", params=ENGINES, name="call")
    def call(
        request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
    ) -> Iterator[Callable[[str, Any], Any]]:
        with engine(request.param, entry, tmp_path_factory.mktemp("javascript")) as called:
            yield called

    return call
