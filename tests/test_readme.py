"""The README's Python blocks run as they stand, one after the other, in an empty folder."""

from __future__ import annotations

import re
from pathlib import Path

import pytest


@pytest.fixture(scope="module")
def readme():
    return (Path(__file__).parents[1] / "README.md").read_text("utf-8")


def test_the_python_blocks_of_the_readme_run(readme, tmp_path, monkeypatch):
    blocks = re.findall(r"^```python\n(.*?)^```$", readme, flags=re.MULTILINE | re.DOTALL)
    assert blocks
    monkeypatch.chdir(tmp_path)
    namespace = {"__name__": "__main__"}
    for number, block in enumerate(blocks, start=1):
        exec(compile(block, f"README.md, Python block {number}", "exec"), namespace)


def test_the_readme_gives_the_two_commands(readme):
    assert "pip install . && whyzero demo" in readme
    assert "pip install '.[test]' && pytest" in readme
