"""The corpus: hand-made files for every reader, and what the fuzzers found.

``python -m fuzz.corpus`` writes tests/corpus anew from the hand-made lists; files that it does not know, which are
findings, stay. ``--genuine`` also makes the genuine documents anew, from which all others of their kind derive.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
from pathlib import Path

from fuzz.checkpoints import genuine as genuine_checkpoint
from fuzz.hostile_checkpoints import spoiled_checkpoints
from fuzz.hostile_documents import WEIGHTS, spoiled_fields, spoiled_words
from fuzz.hostile_parquet import spoiled
from fuzz.hostile_tables import CSV, GZIP, JSON, LIBSVM, Entries
from fuzz.problem import ALPHA, design, target, targets
from fuzz.readers import CORPUS, READERS

__all__ = ["DOCUMENTS", "entries", "fields"]

LARGEST = 8192  # of a file that is kept; longer entries are made when they are read
DOCUMENTS = ("model", "certificate", "path-certificate", "matrix-certificate", "explanation", "foreign-model")
TABLES = {"csv": CSV, "gzip": GZIP, "libsvm": LIBSVM, "json": JSON, "weights": WEIGHTS}


def entries(name: str) -> Entries:
    """The hand-made entries of a reader, and the files of its folder that are none of them."""
    reader = READERS[name]
    if reader.folder:
        made = {key: (content, None) for key, (content, _) in entries(reader.folder).items()}
    elif name in DOCUMENTS:
        made = spoiled_words(reader.genuine.read_text("utf-8"))
    elif name == "checkpoint":
        made = spoiled_checkpoints(reader.genuine.read_bytes())
    else:
        made = TABLES[name] if name in TABLES else spoiled(reader.genuine.read_bytes())
    found = {path.name.removesuffix(reader.suffix): path for path in sorted(reader.corpus.iterdir())}
    return {**made, **{key: (path.read_bytes(), None) for key, path in found.items() if key not in made}}


def fields(name: str) -> dict[str, bytes]:
    """Documents of a reader with one field changed; none for tables."""
    return dict(spoiled_fields(READERS[name].genuine.read_text("utf-8"))) if name in DOCUMENTS else {}


def _write_genuine() -> None:
    """Fit, certify and explain one small table, and keep what is written."""
    import pyarrow as pa
    import pyarrow.parquet as pq
    from sklearn.linear_model import Lasso

    import whyzero as wz
    from whyzero.multi import certify
    from whyzero.pipeline import FitOptions, fit_file, save

    X, y = design(), target()
    names = ["first", "second", "third", "same"]
    path = wz.fit_path(X, y, alphas=[0.5, 0.25, ALPHA], feature_names=names, tol=1e-12)
    made = {
        "certificate": wz.certify(X, y, path[2].coef, path[2].intercept, loss="squared", alpha=ALPHA).to_json(),
        "path-certificate": wz.certify_path(path).to_json(),
        "matrix-certificate": certify(
            X, targets(), [[0.0] * 4] * 3, loss="squared", alpha=ALPHA, penalty_factor=[1.0, 1.0, 2.0, 1.0]
        ).to_json(),
        "foreign-model": wz.audit_json(Lasso(alpha=ALPHA).fit(X, y)),
    }
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        rows = (f"{'abc'[i % 3]},{20 + i * i % 7},{'yes' if i % 5 > 1 else 'no'}\n" for i in range(40))
        Path("table.csv").write_text("town,age,bought\n" + "".join(rows))
        fitted = fit_file(FitOptions(paths=("table.csv",), target="bought", alpha=0.0625))
        save(fitted, "run")
        made["model"] = Path("run/model.json").read_text("utf-8")
        explanation = json.loads(Path("run/explanation.json").read_text("utf-8"))
        kept = [{key: item[key] for key in ("name", "coef", "sentences")} for item in explanation["features"][:2]]
        made["explanation"] = json.dumps({"schema": explanation["schema"], "features": kept})
    for name, text in made.items():
        READERS[name].corpus.mkdir(parents=True, exist_ok=True)
        READERS[name].genuine.write_text(text, "utf-8")
    READERS["checkpoint"].corpus.mkdir(parents=True, exist_ok=True)
    READERS["checkpoint"].genuine.write_bytes(genuine_checkpoint())
    READERS["parquet"].corpus.mkdir(parents=True, exist_ok=True)
    table = pa.table({"a": [1.5, None, 3.0, -0.0, 5.0], "b": ["x", "y", "x", None, "z"], "c": [1, 2, 3, 4, 5]})
    pq.write_table(table, READERS["parquet"].genuine, row_group_size=3, compression="snappy")


def main() -> None:
    """Write the files."""
    if "--genuine" in sys.argv[1:]:
        _write_genuine()
    for name, reader in READERS.items():
        if reader.folder:
            continue
        reader.corpus.mkdir(parents=True, exist_ok=True)
        made = entries(name)
        for key, (content, _) in made.items():
            if len(content) <= LARGEST:
                (reader.corpus / f"{key}{reader.suffix}").write_bytes(content)
        print(f"{name}: {len(made)} entries")
    print(CORPUS)


if __name__ == "__main__":
    main()
