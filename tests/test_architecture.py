"""The layout of the repository as tests: file lengths, names, import directions, includes, citations."""

from __future__ import annotations

import ast
import inspect
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import whyzero

ROOT = Path(__file__).parents[1]
SRC = ROOT / "src" / "whyzero"
CODE_FOLDERS = ("src", "cpp", "tests", "benchmarks", "fuzz")
HARD_LIMIT = 500
SOFT_LIMIT = 300


def files(*suffixes: str, folders: tuple[str, ...] = CODE_FOLDERS) -> list[Path]:
    """Return the files below `folders` that have one of `suffixes`, in a fixed order."""
    return sorted(
        path for folder in folders for path in (ROOT / folder).rglob("*") if path.is_file() and path.suffix in suffixes
    )


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def module_name(path: Path) -> str:
    parts = path.relative_to(SRC.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def is_type_checking(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"


def run_time_nodes(tree: ast.AST) -> Iterator[ast.AST]:
    """Walk the tree without the blocks that only a type checker reads."""
    yield tree
    for child in ast.iter_child_nodes(tree):
        if not is_type_checking(child):
            yield from run_time_nodes(child)


def imports(path: Path) -> set[str]:
    """Return the absolute dotted names that `path` imports at run time, wherever the statement stands.

    ``from package import name`` counts as ``package.name``, because `name` may be a module.
    """
    found = set()
    package = module_name(path).split(".") if path.name == "__init__.py" else module_name(path).split(".")[:-1]
    for node in run_time_nodes(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            anchor = package[: len(package) - node.level + 1] if node.level else []
            base = ".".join([*anchor, *([node.module] if node.module else [])])
            found.update(f"{base}.{alias.name}" for alias in node.names)
    return found


def importers_of(*targets: str) -> dict[str, set[str]]:
    """Return, for each module that imports a target or something inside it, the imported names."""
    hits = {}
    for path in files(".py", folders=("src",)):
        names = {name for name in imports(path) if any(f"{name}.".startswith(f"{target}.") for target in targets)}
        if names:
            hits[module_name(path)] = names
    return hits


def test_no_file_is_longer_than_the_hard_limit():
    lengths = {
        name_of(path): len(path.read_text("utf-8").splitlines())
        for path in files(".py", ".hpp", ".cpp", ".inc", ".js", ".css")
    }
    assert lengths
    for name, length in sorted(lengths.items(), key=lambda item: -item[1]):
        if length > SOFT_LIMIT:
            print(f"{length} lines, over the soft limit of {SOFT_LIMIT}: {name}")
    assert {name: length for name, length in lengths.items() if length > HARD_LIMIT} == {}


def test_no_module_is_named_after_nothing():
    nameless = {"utils", "util", "common", "base", "helpers", "helper", "misc"}
    assert [name_of(path) for path in files(".py", ".hpp", ".cpp", ".js") if path.stem in nameless] == []


def test_three_modules_import_the_extension():
    """What the solvers ask, the first reading of X, and the folds that share one reading."""
    allowed = {"whyzero.compiled", "whyzero.designs.core", "whyzero.cross_validation.core"}
    assert set(importers_of("whyzero._core")) <= allowed


def test_certificates_share_nothing_with_the_solver():
    guilty = {
        module: names
        for module, names in importers_of(
            "whyzero.solve", "whyzero.compiled", "whyzero._core", "whyzero.multi.paths"
        ).items()
        if module.startswith(("whyzero.certificates", "whyzero.multi.certificates"))
    }
    assert guilty == {}


def test_verify_rests_on_numpy_and_the_standard_library_alone():
    checkers = ("verify", "verify_losses", "verify_exact", "verify_path", "verify_matrix", "verify_matrix_bounds")
    allowed = {"numpy", *(f"whyzero.certificates.{name}" for name in checkers), *sys.stdlib_module_names}
    foreign = {
        name
        for file in (f"{name}.py" for name in checkers)
        for name in imports(SRC / "certificates" / file)
        if not any(f"{name}.".startswith(f"{root}.") for root in allowed)
    }
    assert foreign == set()


def test_explanations_draw_nothing():
    guilty = [module for module in importers_of("matplotlib") if module.startswith("whyzero.explanations")]
    assert guilty == []


def test_the_report_knows_nothing_of_the_library():
    names = {name for path in files(".py", folders=("src/whyzero/report",)) for name in imports(path)}
    known = ("whyzero.report.", "whyzero.errors.")
    assert {name for name in names if name.startswith("whyzero.") and not f"{name}.".startswith(known)} == set()


def test_the_kernels_do_not_know_python():
    include = re.compile(r"#\s*include\s*[<\"](Python\.h|nanobind/|pybind11/|numpy/)")
    kernels = files(".hpp", ".cpp", ".inc", folders=("cpp/whyzero", "cpp/tests"))
    assert kernels
    assert [name_of(path) for path in kernels if include.search(path.read_text("utf-8"))] == []


def test_kinds_are_dispatched_only_in_the_binding():
    sources = files(".hpp", ".cpp", ".inc", folders=("cpp/whyzero", "cpp/tests"))
    assert [name_of(path) for path in sources if "std::visit" in path.read_text("utf-8")] == []


def test_no_build_file_relaxes_floating_point_or_ties_the_binary_to_a_machine():
    flag = re.compile(r"-ffast-math|-Ofast|-f(unsafe|associative|reciprocal|finite)-math|/fp:fast|-march=|-mcpu=")
    directive = re.compile(r"(pragma|_Pragma|__attribute__).*(Ofast|(fast|unsafe|associative|reciprocal|finite)-math)")
    builds = [ROOT / "CMakeLists.txt", ROOT / "CMakePresets.json", ROOT / "pyproject.toml", ROOT / ".ci" / "run"]
    assert [name_of(path) for path in builds if flag.search(path.read_text("utf-8"))] == []
    sources = files(".hpp", ".cpp", ".inc", folders=("cpp",))
    assert [name_of(path) for path in sources if directive.search(path.read_text("utf-8"))] == []


HEAVY = ("duckdb", "matplotlib", "narwhals", "pandas", "polars", "rich", "scipy", "sklearn", "typer")


def test_import_whyzero_loads_nothing_heavy():
    script = (
        "import sys, time; begin = time.perf_counter(); import whyzero; seconds = time.perf_counter() - begin\n"
        f"print(f'{{seconds:.3f}} s'); print(*[name for name in {HEAVY!r} if name in sys.modules])"
    )
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    seconds, loaded = run.stdout.split("\n")[:2]
    print(f"import whyzero: {seconds}")
    assert loaded == ""


@pytest.mark.parametrize("name", [name for name in whyzero.__all__ if not name.startswith("__")])
def test_every_public_name_is_documented(name):
    value = getattr(whyzero, name)
    assert inspect.getdoc(value), f"{name} has no docstring"
    assert value.__doc__, f"{name} has no docstring of its own"
    if inspect.isclass(value):
        undocumented = [
            attribute
            for attribute, member in vars(value).items()
            if not attribute.startswith("_")
            and inspect.isfunction(member)
            and not inspect.getdoc(getattr(value, attribute))
        ]
        assert undocumented == []


def test_every_cited_equation_exists():
    citation = re.compile(r"\bEqs?\.\s*((?:\(\d+[a-z]?\)(?:,\s*|\s+and\s+)?)+)")
    numbers = re.compile(r"\((\d+[a-z]?)\)")
    text = (ROOT / "docs" / "math.md").read_text("utf-8")
    defined = set(re.findall(r"\\tag\{(\d+[a-z]?)\}", text))
    assert defined, "docs/math.md numbers its equations with \\tag{n}"
    pages = [*files(".py", ".hpp", ".cpp", ".inc", ".html", ".js"), *files(".md", folders=("docs",))]
    missing = {
        (name_of(path), number)
        for path in pages
        for group in citation.findall(path.read_text("utf-8"))
        for number in numbers.findall(group)
        if number not in defined
    }
    assert missing == set()


LINK = re.compile(r"\]\(([^)#\s]+)(?:#[^)\s]*)?\)")


def linked_files(page: Path) -> set[Path]:
    targets = LINK.findall(page.read_text("utf-8"))
    return {(page.parent / target).resolve() for target in targets if "://" not in target}


def test_every_link_between_pages_leads_somewhere():
    pages = [*ROOT.glob("*.md"), *files(".md", folders=("docs",))]
    broken = {(name_of(page), str(target)) for page in pages for target in linked_files(page) if not target.exists()}
    assert broken == set()


def test_every_page_is_listed_in_an_index_of_its_folder():
    docs = ROOT / "docs"
    for indexes in ([docs / "index.md", docs / "guide.md", docs / "develop.md"], [docs / "decisions" / "README.md"]):
        pages = {page.resolve() for page in indexes[0].parent.glob("*.md")} - {index.resolve() for index in indexes}
        named = {line.strip() for index in indexes for line in index.read_text("utf-8").splitlines()}
        unlisted = pages - set().union(*map(linked_files, indexes))
        assert {page.stem for page in unlisted} - named == set()


def test_nothing_is_left_for_later():
    word = re.compile(r"\b(TO" + r"DO|FIX" + r"ME|X" + r"XX)\b")
    texts = files(".py", ".hpp", ".cpp", ".inc", ".js", ".css", ".html")
    texts += [*ROOT.glob("*.md"), *files(".md", folders=("docs",)), ROOT / "pyproject.toml", ROOT / "CMakeLists.txt"]
    assert [name_of(path) for path in texts if word.search(path.read_text("utf-8"))] == []
