"""``python -m fuzz.golden``: files as this version writes them, kept in tests/golden for every later one to read.

Run it once for a release. Weights are rounded to 1/1024, and the rows are multiples of 1/8: predictions are exact.
"""

from __future__ import annotations

import os
import tempfile
from dataclasses import replace
from pathlib import Path

import numpy as np

import whyzero as wz
from fuzz.problem import ALPHA, design, target
from whyzero.models import load_model, predict, read_like, save_model, training_data
from whyzero.pipeline import FitOptions, fit_file, save

NAMES = ("first", "second", "third")


def main() -> None:
    """Write the folder of this version."""
    folder = Path(__file__).parents[1] / "tests" / "golden" / wz.__version__
    folder.mkdir(parents=True)
    os.chdir(folder)
    rows = np.column_stack([design()[:, :3], target()]).tolist()
    lines = [",".join([*NAMES, "y"]), *(",".join(map(repr, row)) for row in rows)]
    Path("rows.csv").write_text("".join(f"{line}\n" for line in lines))
    options = FitOptions(
        paths=("rows.csv",), target="y", loss="squared", alpha=ALPHA, standardize=False, keep=NAMES, max_refits=0
    )
    with tempfile.TemporaryDirectory() as run:
        save(fit_file(options), run)
        model = load_model(Path(run) / "model.json")
    model = replace(model, coef=np.round(model.coef * 1024) / 1024, intercept=round(model.intercept * 1024) / 1024)
    save_model("model.json", model)
    table = read_like(model, "rows.csv")
    scores = predict(model, table).scores.tolist()
    Path("scores.txt").write_text("".join(f"{score.hex()}\n" for score in scores))
    data = training_data(model, table)
    wz.certify(data.X, data.y, model.coef, model.intercept, loss="squared", alpha=ALPHA).save("certificate.json")
    path = wz.fit_path(data.X, data.y, alphas=[1.0, 0.5, ALPHA])
    wz.certify_path(path).save("path_certificate.json")


if __name__ == "__main__":
    main()
