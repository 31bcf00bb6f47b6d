"""whyzero in marimo: ``marimo edit marimo_notebook.py``."""

import marimo

app = marimo.App(width="medium")


@app.cell
def _():
    import marimo as mo
    from sklearn.datasets import load_breast_cancer

    import whyzero as wz

    bunch = load_breast_cancer()
    path = wz.fit_path(bunch.data, bunch.target, loss="logistic", standardize=True, feature_names=bunch.feature_names)
    explanation = wz.explain(path[50], path=path)
    explanation  # noqa: B018 - a cell shows its last expression
    return explanation, mo


@app.cell
def _(explanation, mo):
    mo.ui.anywidget(explanation.widget())


if __name__ == "__main__":
    app.run()
