"""Sessions for nox; everything else that must be green is in .ci/run."""

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
