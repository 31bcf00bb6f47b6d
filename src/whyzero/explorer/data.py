"""The data sets that the page brings along, as the page's script takes them."""

from __future__ import annotations

from typing import Any

__all__ = ["toy_data"]


def toy_data() -> dict[str, Any]:
    """Tumours and 30 measurements of each: the data of docs/why.md, at its alpha."""
    from sklearn.datasets import load_breast_cancer

    bunch = load_breast_cancer()
    return {
        "title": "Tumours (breast cancer, Wisconsin)",
        "names": [str(name) for name in bunch.feature_names],
        "columns": bunch.data.T.tolist(),
        "y": (bunch.target == 0).astype(int).tolist(),
        "target": "malignant",
        "loss": "logistic",
        "classes": ["benign", "malignant"],
        "notes": [],
        "alpha": 0.05,
    }
