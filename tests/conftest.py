"""Fixtures of all tests. The lists LOSSES, PENALTIES, DESIGNS and PROBLEMS stand in zoo.py."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait

from catalogue_rows import pytest_addoption, pytest_terminal_summary, row
from chromium import new_driver
from command_line import mixed, numeric, saved, screen_of_100_columns
from explorer_browser import open_explorer
from whyzero.designs import csc, dense
from whyzero.explorers import explorer
from whyzero.report import render
from zoo import DESIGNS, LOSSES, PENALTIES, PROBLEMS

__all__ = ["DESIGNS", "LOSSES", "PENALTIES", "PROBLEMS", "pytest_addoption", "pytest_terminal_summary", "row"]
__all__ += ["mixed", "numeric", "saved", "screen_of_100_columns"]

# The same examples in every run; HYPOTHESIS_PROFILE=night draws many new ones.
settings.register_profile("ci", derandomize=True, deadline=None, max_examples=100)
settings.register_profile("night", deadline=None, max_examples=20_000, print_blob=True)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))


def pytest_configure() -> None:
    """Tests of Ctrl-C need it, also where the shell has it ignored because it started pytest in the background."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session")
def data_dir() -> Path:
    """The folder of public data sets; a test that needs it is skipped where there is none."""
    folder = os.environ.get("WHYZERO_DATA")
    path = Path(folder) if folder else Path(__file__).parents[2] / "shared" / "data"
    if not path.is_dir():
        pytest.skip(f"no data sets at {path}; set WHYZERO_DATA to their folder")
    return path


@pytest.fixture(scope="module")
def chromium() -> Iterator[webdriver.Chrome]:
    """A browser without a window."""
    driver = new_driver()
    yield driver
    driver.quit()


@pytest.fixture
def show(chromium: webdriver.Chrome, tmp_path: Path) -> Callable[..., webdriver.Chrome]:
    """Write the report of a dict to a file and open it from there."""

    def open_page(data: dict[str, Any], width: int = 1280) -> webdriver.Chrome:
        file = tmp_path / "report.html"
        file.write_text(render(data), encoding="utf-8")
        chromium.set_window_size(width, 900)
        chromium.get_log("browser")
        chromium.get(file.as_uri())
        WebDriverWait(chromium, 10).until(lambda d: d.find_elements(By.CSS_SELECTOR, ".card dl"))
        return chromium

    return open_page


@pytest.fixture(scope="session")
def explorer_page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The explorer with its own data sets."""
    return explorer(tmp_path_factory.mktemp("explorer") / "explorer.html")


@pytest.fixture
def explore(chromium: webdriver.Chrome, explorer_page: Path) -> Callable[..., webdriver.Chrome]:
    """Open the explorer and wait for the checks of these panels, by default of all."""
    return partial(open_explorer, chromium, explorer_page)


@pytest.fixture
def no_window() -> Iterator[None]:
    """Matplotlib draws into memory, and keeps no figure after the test."""
    import matplotlib as mpl
    from matplotlib import pyplot as plt

    backend = mpl.get_backend()
    plt.switch_backend("Agg")
    yield
    plt.close("all")
    plt.switch_backend(backend)


@pytest.fixture(params=LOSSES, ids=lambda case: case.loss.name)
def loss_case(request):
    """Every loss with its oracle."""
    return request.param


@pytest.fixture(params=PENALTIES, ids=lambda penalty: f"l1_ratio={penalty.l1_ratio}")
def penalty(request):
    """Every penalty."""
    return request.param


@pytest.fixture(params=DESIGNS.values(), ids=DESIGNS.keys())
def storage(request):
    """Every way to pass a matrix: a function from the dense float64 matrix to what the user passes."""
    return request.param


@pytest.fixture(params=PROBLEMS, ids=lambda case: case.name)
def problem_case(request):
    """Every kind of problem."""
    return request.param


@pytest.fixture(params=["whole", "in small pieces"])
def pieces(request, monkeypatch):
    """Also with blocks so small that every loop over blocks runs many times."""
    if request.param == "in small pieces":
        monkeypatch.setattr(dense, "_TILE", 12)
        monkeypatch.setattr(dense, "_TILE_SIDE", 5)
        monkeypatch.setattr(csc, "_CHUNK", 7)
