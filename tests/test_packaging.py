"""What a user gets from ``pip install``: data files, types, the command, one version, one set of tool versions."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from importlib import metadata
from pathlib import Path

import pytest

import whyzero

ROOT = Path(__file__).parents[1]
SRC = ROOT / "src" / "whyzero"
INSTALLED = Path(whyzero.__file__).parent


@pytest.fixture(scope="module")
def distribution():
    try:
        return metadata.distribution("whyzero")
    except metadata.PackageNotFoundError:
        pytest.skip("whyzero runs from the source tree, not from an installation")


@pytest.fixture(scope="module")
def pyproject():
    return tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))


def test_every_source_file_is_in_the_package():
    shipped = {
        path.relative_to(SRC)
        for path in SRC.rglob("*")
        if path.is_file() and path.suffix not in {".so", ".pyd", ".pyc", ".pyi"} and "__pycache__" not in path.parts
    }
    assert Path("py.typed") in shipped
    assert {str(path) for path in shipped if not (INSTALLED / path).is_file()} == set()


def test_the_type_stub_is_what_the_extension_says(tmp_path):
    (extension,) = (path for path in INSTALLED.glob("_core.*") if path.suffix in {".so", ".pyd"})
    command = [sys.executable, "-m", "nanobind.stubgen", "-q", "-m", "_core", "-i", str(extension.parent)]
    subprocess.run([*command, "-o", str(tmp_path / "_core.pyi")], check=True)
    committed = (SRC / "_core.pyi").read_text("utf-8")
    assert committed == (tmp_path / "_core.pyi").read_text("utf-8"), "cmake --build --preset dev writes the new stub"


def test_the_version_is_written_once(distribution):
    assert distribution.version == whyzero.__version__
    changelog = (ROOT / "CHANGELOG.md").read_text("utf-8")
    assert f"## [{whyzero.__version__}]" in changelog


def test_the_command_is_installed(distribution):
    scripts = {entry.name: entry.value for entry in distribution.entry_points if entry.group == "console_scripts"}
    assert scripts == {"whyzero": "whyzero.cli:main"}


def test_python_m_whyzero_is_the_command():
    run = subprocess.run(
        [sys.executable, "-m", "whyzero", "--help"], capture_output=True, text=True, encoding="utf-8", check=True
    )
    for command in ("fit", "why", "predict", "verify", "demo"):
        assert re.search(rf"\b{command}\b", run.stdout)


def test_pre_commit_uses_the_tool_versions_of_the_lint_group(pyproject):
    hooks = (ROOT / ".pre-commit-config.yaml").read_text("utf-8")
    pinned = {pin.split("==")[0]: pin for pin in pyproject["dependency-groups"]["lint"]}
    used = set(re.findall(r"[\w-]+==[\w.]+", hooks))
    assert used == {pinned[name] for name in ("clang-format", "import-linter", "mypy", "ruff", "scipy-stubs")}
