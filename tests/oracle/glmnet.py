"""O4: R's glmnet at its tightest, run by Rscript; `missing` says why it cannot be asked."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from functools import cache
from pathlib import Path

import numpy as np

from oracle.generator import Case

_SCRIPT = """
suppressMessages(library(glmnet))
folder <- commandArgs(TRUE)[1]; family <- commandArgs(TRUE)[2]; options <- as.numeric(commandArgs(TRUE)[3:5])
column <- function(name) as.numeric(readLines(file.path(folder, name)))
x <- as.matrix(read.table(file.path(folder, "x"), colClasses = "numeric"))
fit <- glmnet(x, column("y"), family = family, weights = column("weight"), offset = column("offset"),
              lambda = options[1], alpha = options[2], intercept = options[3] == 1,
              standardize = FALSE, thresh = 1e-14, maxit = 1e8)
cat(sprintf("%.17g", c(fit$a0, as.numeric(fit$beta))), sep = "\\n")
"""
_FAMILY = {"squared": "gaussian", "logistic": "binomial"}


@cache
def missing() -> str:
    """Why glmnet cannot be asked; empty if it can."""
    if shutil.which("Rscript") is None:
        return "no Rscript"
    there = subprocess.run(["Rscript", "-e", "library(glmnet)"], capture_output=True, check=False)
    return "" if there.returncode == 0 else "R has no package glmnet"


def solve(case: Case, loss: str) -> tuple[np.ndarray, float]:
    """Weights and intercept; glmnet wants two columns or more, and no penalty factors here."""
    if case.x.shape[1] < 2 or np.any(case.penalty_factor != 1.0):
        raise ValueError("glmnet is asked about two columns or more, all of penalty factor 1")
    with tempfile.TemporaryDirectory() as folder:
        script = Path(folder) / "fit.R"
        script.write_text(_SCRIPT)
        vectors = {"x": case.x, "y": case.y, "weight": case.sample_weight, "offset": case.offset}
        for name, values in vectors.items():
            np.savetxt(Path(folder) / name, values, fmt="%.17g")
        options = [repr(float(v)) for v in (case.alpha, case.l1_ratio, case.fit_intercept)]
        run = subprocess.run(
            ["Rscript", str(script), folder, _FAMILY[loss], *options], capture_output=True, text=True, check=False
        )
    if run.returncode != 0:
        raise RuntimeError(run.stderr)
    numbers = np.array(run.stdout.split(), dtype=float)
    return numbers[1:], float(numbers[0])
