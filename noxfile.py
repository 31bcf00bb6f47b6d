"""Sessions for nox; everything else that must be green is in .ci/run."""

import os
import shutil
from pathlib import Path

import nox


@nox.session
def docs(session: nox.Session) -> None:
    """Build the site with warnings as errors and check its links; `pytest` runs the examples of its pages."""
    if session.venv_backend != "none":  # `nox --no-venv -s docs` takes what is installed
        session.install("--group", "docs", ".[test]")
    shutil.rmtree("site", ignore_errors=True)
    session.run("python", "-m", "sphinx", "-W", "--keep-going", "-q", "-E", "docs", "site", *session.posargs)
    session.run("python", "docs/_extensions/check_site.py", "site")


@nox.session
def sklearn(session: nox.Session) -> None:
    """Run all of scikit-learn's own tests that use a drop-in, and print the counts."""
    if session.venv_backend != "none":
        session.install(".[test]")
    files = ("tests/test_sklearn_own_tests.py", "tests/test_sklearn_elsewhere.py")
    session.run("python", "-m", "pytest", "-q", "-s", *files, env={"WHYZERO_SKLEARN_TESTS": "long"})


@nox.session
def catalogue(session: nox.Session) -> None:
    """The catalogue of tests in its long form; it prints what it counted. Arguments replace the files."""
    if session.venv_backend != "none":
        session.install(".[test]")
    files = session.posargs or [*sorted(map(str, Path("tests").glob("test_catalogue_*.py"))), "tests/test_oracles.py"]
    session.run("python", "-m", "pytest", "-q", "--catalogue-long", *files)


# Tests that go through every file of cpp/; each preset with the runtime it needs first, its options and its tests.
SMOKE = ("solver", "solver_plans", "designs", "ingest", "codes", "duplicates", "fold_sums", "catalogue_arrays")
THREADED = ("solver_manners", "folds_in_turn", "fold_sums", "solver_plans")
# ThreadSanitizer ends the process when it gets no memory itself.
NOT_SANITIZED = "tests/test_solver_manners.py::test_too_little_memory_is_a_memory_error_and_the_process_goes_on"
SANITIZED = {
    "python-sanitize": ("libasan.so", {"ASAN_OPTIONS": "detect_leaks=0:allocator_may_return_null=1"}, SMOKE),
    "python-thread-sanitize": ("libtsan.so", {"TSAN_OPTIONS": "halt_on_error=1:die_after_fork=0"}, THREADED),
}


@nox.session
@nox.parametrize("preset", list(SANITIZED))
def sanitized(session: nox.Session, preset: str) -> None:
    """Python tests on an extension built with sanitizers; the first report of one ends them."""
    if session.venv_backend != "none":
        session.install(".[test]", "cmake", "ninja")
        session.run("python", "-m", "pip", "uninstall", "-y", "whyzero")
    runtime, options, tests = SANITIZED[preset]
    python = session.run("python", "-c", "import sys; print(sys.executable)", silent=True).strip()
    session.run("cmake", "--preset", preset, f"-DPython_EXECUTABLE={python}", external=True)
    session.run("cmake", "--build", "--preset", preset, external=True)
    build = Path("build", preset)
    package = build / "package" / "whyzero"
    shutil.rmtree(package, ignore_errors=True)
    shutil.copytree("src/whyzero", package, ignore=shutil.ignore_patterns("_core*.so", "__pycache__"))
    for library in build.glob("_core*.so"):
        shutil.copy(library, package)
    # The C++ runtime comes along, so that the sanitizer finds the function that throws before anything else loads it.
    first = [
        session.run("c++", f"-print-file-name={name}", silent=True, external=True).strip()
        for name in (runtime, "libstdc++.so.6")
    ]
    environment = {"LD_PRELOAD": " ".join(first), "PYTHONPATH": str(package.parent), "PYTHONMALLOC": "malloc"}
    files = session.posargs or [f"tests/test_{name}.py" for name in tests]
    session.run("python", "-m", "pytest", "-q", "--deselect", NOT_SANITIZED, *files, env={**environment, **options})


@nox.session
def hostile(session: nox.Session) -> None:
    """Catalogue G and H in their long form: corpus, every cut, every bit and many mutants of every reader."""
    if session.venv_backend != "none":
        session.install(".[test]")
    session.run("python", "-m", "fuzz", *(session.posargs or ["--count", "10000"]))
    files = ["sizes", "disk", "pages", "surroundings"]
    tests = [f"tests/test_hostile_{name}.py" for name in files]
    session.run("python", "-m", "pytest", "-q", *tests, env={"WHYZERO_HOSTILE": "long"})


@nox.session
def fuzz(session: nox.Session) -> None:
    """Atheris, guided by coverage, for a time with every reader: `nox -s fuzz -- -max_total_time=3600`."""
    if session.venv_backend != "none":
        session.install("--group", "fuzz", ".[test]")
    tables = "delimited csv gzip libsvm json parquet weights"
    documents = "model certificate path-certificate matrix-certificate explanation foreign-model checkpoint"
    for reader in f"{tables} {documents}".split():
        folder = {"delimited": "csv"}.get(reader, reader)
        limits = session.posargs or ["-max_total_time=60"]
        found = f"fuzz-findings/{reader}/"
        os.makedirs(found, exist_ok=True)
        session.run(
            "python", "-m", "fuzz.guided", reader, *limits,
            "-max_len=16384", "-timeout=60", "-rss_limit_mb=4096", f"-artifact_prefix={found}", found,
            f"tests/corpus/{folder}",
        )  # fmt: skip
