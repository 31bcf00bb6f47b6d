"""Scripts are joined from their imports: each module once, before its users, with names of its own."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from orthonormal_explanation import explanation
from page_reader import read
from whyzero.report import fragment, render
from whyzero.report.script import SCRIPTS, joined_script

NODE = shutil.which("node")


def written(folder: Path, **modules: str) -> Path:
    for name, text in modules.items():
        file = folder / f"{name.replace('__', '/')}.js"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    return folder


@pytest.mark.skipif(NODE is None, reason="needs Node")
def test_modules_with_the_same_private_names_keep_them_apart(tmp_path):
    folder = written(
        tmp_path,
        a='import { low as bottom } from "./deep/b.js";\nconst edge = 1;\nexport function both() {\n'
        "  return [edge, bottom()];\n}\n",
        deep__b='import { three } from "../c.js";\nconst edge = 2;\n// note\nexport const low = () => edge + three;\n',
        c="export const three = 3;\n",
    )
    text = joined_script("a.js", [folder]) + "console.log(JSON.stringify(both()));"
    told = subprocess.run([NODE, "--input-type=module", "-e", text], capture_output=True, text=True, check=True)
    assert json.loads(told.stdout) == [1, 5]
    assert "comment" not in text


def test_the_first_folder_that_has_a_module_wins_and_each_module_is_there_once(tmp_path):
    first = written(tmp_path / "first", page='import { x } from "./x.js";\nimport { y } from "./y.js";\nx(y);\n')
    second = written(
        tmp_path / "second", x='import { y } from "./y.js";\nexport const x = y;\n', y="export const y = 1;\n"
    )
    written(first, y="export const y = 2;\n")
    text = joined_script("page.js", [first, second])
    assert text.count("const y = ") == 1 and "const y = 2;" in text
    assert text.index("$y = ") < text.index("$x = ") < text.index("$page = ")


@pytest.mark.parametrize(
    ("modules", "message"),
    [
        ({"a": 'import { b } from "./b.js";\n', "b": 'import { a } from "./a.js";\nexport const b = a;\n'}, "itself"),
        ({"a": 'import { b } from "./b.js";\n'}, "none of the folders"),
        ({"a": 'import { b } from "./b.js";\n', "b": "const b = 1;\n"}, "does not export"),
        ({"a": 'import * as b from "./b.js";\n', "b": "export const b = 1;\n"}, "does not know"),
        ({"a": "export default 3;\n"}, "does not know"),
    ],
)
def test_what_cannot_be_joined_is_named(tmp_path, modules, message):
    with pytest.raises(ValueError, match=message):
        joined_script("a.js", [written(tmp_path, **modules)])


@pytest.mark.skipif(NODE is None, reason="needs Node")
@pytest.mark.parametrize("entry", ["page.js", "whyzero.js"])
def test_the_joined_script_of_the_report_is_a_module_without_errors_of_syntax(tmp_path, entry):
    file = tmp_path / "joined.mjs"
    file.write_text(joined_script(entry), encoding="utf-8")
    subprocess.run([NODE, "--check", str(file)], check=True, capture_output=True)


def test_the_fragment_is_what_the_page_shows():
    data = explanation(["a", "b", "c"])
    part, page = fragment(data), render(data)
    assert str(part.markup) in page
    assert "".join(part.style.split()).replace(";}", "}") == "".join(read(page).all("style")[0].text.split())
    assert len(read(part.markup).all("div", "report")) == 1
    assert part.script.endswith("export const { start } = $whyzero;\n")
    assert (SCRIPTS / "whyzero.js").is_file()
