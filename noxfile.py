"""Sessions for nox; everything else that must be green is in .ci/run."""

import os
import shutil

import nox


@nox.session
def docs(session: nox.Session) -> None:
    """Build the site with warnings as errors, check its links, and run the examples of its pages."""
    if session.venv_backend != "none":  # `nox --no-venv -s docs` takes what is installed
        session.install("--group", "docs", ".[test]")
    shutil.rmtree("site", ignore_errors=True)
    session.run("python", "-m", "sphinx", "-W", "--keep-going", "-q", "-E", "docs", "site", *session.posargs)
    session.run("python", "docs/_extensions/check_site.py", "site")
    session.run("python", "-m", "pytest", "-q", "tests/test_docs.py")


@nox.session
def sklearn(session: nox.Session) -> None:
    """Run all of scikit-learn's own tests that use a drop-in, and print the counts."""
    if session.venv_backend != "none":
        session.install(".[test]")
    files = ("tests/test_sklearn_own_tests.py", "tests/test_sklearn_elsewhere.py")
    session.run("python", "-m", "pytest", "-q", "-s", *files, env={"WHYZERO_SKLEARN_TESTS": "long"})


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
    documents = "model certificate path-certificate explanation foreign-model"
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
