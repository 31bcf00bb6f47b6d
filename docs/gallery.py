"""Write the gallery: run the code of each figure, save the figure, and write the page with both.

``python docs/gallery.py`` needs matplotlib, and writes ``docs/gallery.md`` and ``docs/images/gallery``.
"""

from __future__ import annotations

from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

DOCS = Path(__file__).parent
IMAGES = DOCS / "images" / "gallery"
DPI = 90
COLOURS = 64

HEAD = """\
# Gallery

One figure for each Display of `whyzero.plots`, with the code that makes it. They need matplotlib:
`pip install '.[plot]'`. This page is written by `python docs/gallery.py`.

Displays follow scikit-learn's convention: `from_estimator(model, X, y)` explains a fitted estimator
first, `from_explanation(explanation)` takes what is explained already, `plot(ax=...)` draws again,
and what was drawn stays in attributes such as `figure_`, `ax_`, `lines_` and `bars_`. Green is
exactly zero, blue is not zero, the dark line is the toll, as on the page of the report.

All figures are about these two fits:

"""

SETUP = """\
import whyzero as wz
from sklearn.datasets import load_breast_cancer, load_diabetes
from whyzero import plots

cancer = load_breast_cancer(as_frame=True)
model = wz.GLMClassifierCV(standardize=True).fit(cancer.data, cancer.target)
explanation = model.explain(cancer.data, cancer.target)

diabetes = load_diabetes(as_frame=True)
path = wz.fit_path(diabetes.data, diabetes.target, standardize=True)
progression = wz.explain(path[30], path=path)
"""


@dataclass(frozen=True)
class Entry:
    """A figure of the gallery: its heading, what to see in it, and the code that leaves it in `display`."""

    key: str
    heading: str
    words: str
    code: str


ENTRIES = (
    Entry(
        "pulls",
        "Pull against toll",
        "A bar that ends in the tinted zone belongs to a weight of exactly zero. L2 has no toll, so every bar moves "
        "its weight. The outline is the pull of the column alone: most of these columns would leave zero, were the "
        "others not there.",
        "display = plots.PullDisplay.from_estimator(model, cancer.data, cancer.target)",
    ),
    Entry(
        "paths",
        "Coefficient paths",
        "Where a weight is exactly zero there is no line. Marks at the foot show where weights enter (▲) and leave "
        "(▽) on the grid; the dashed line is the fit that is explained.",
        "display = plots.PathDisplay.from_explanation(explanation)",
    ),
    Entry(
        "pull-paths",
        "Pull paths",
        "The condition of optimality as a picture. Under L1 each pull climbs to the toll and then rides on it: below "
        "the line the weight is exactly zero, on it the weight is alive. It may leave the line again: a full dot is an "
        "entry, a hollow one an exit. L2 has no line to hold a pull back.",
        "display = plots.PullPathDisplay.from_explanation(progression)",
    ),
    Entry(
        "waterfall",
        "Waterfall",
        "Where the pull on one weight went: alone it is far above the toll, the other weights take all but a "
        "remainder that does not pay it.",
        'display = plots.WaterfallDisplay.from_explanation(explanation, feature="worst perimeter")',
    ),
    Entry(
        "zero-atom",
        "Zero atom",
        "The share of weights within a threshold of zero. Exact zeros are there at threshold 0 already. Under L2 there "
        "are none; a threshold only measures itself.",
        "display = plots.ZeroAtomDisplay.from_explanation(explanation)",
    ),
    Entry(
        "steps",
        "Steps",
        "One weight that is zero at the optimum, on a logarithmic axis, which has no place for zero. Proximal gradient "
        "lands there and stays; methods that follow slopes hop around it.",
        "display = plots.StepsDisplay.from_explanation(progression)",
    ),
    Entry(
        "steps-of-six",
        "Steps of an experiment",
        "Displays also take the results of `wz.experiments`: here six optimisers on one lasso.",
        "display = plots.StepsDisplay.from_experiment(wz.experiments.optimisers())",
    ),
    Entry(
        "zones",
        "Zones",
        "Each point of the plane is what two weights would be without a toll, its colour says which of them the toll "
        "sets to zero. These zones have an area; the sets on which L2 has a zero are lines, which have none.",
        'display = plots.ZoneDisplay.from_explanation(progression, features=["s1", "s5"])',
    ),
    Entry(
        "evidence",
        "Evidence",
        "The bet of the question: forty data sets, both penalties at the same training loss, and the sign test. "
        "`from_explanation` draws resamples of your own rows, which show how stable your answer is, but are no "
        "independent evidence.",
        "display = plots.EvidenceDisplay.from_experiment(wz.experiments.bet())",
    ),
)


def page() -> str:
    """The text of the page."""
    parts = [HEAD, f"```python\n{SETUP}```\n"]
    for entry in ENTRIES:
        name = entry.code.split("plots.")[1].split(".")[0]
        parts.append(f"\n## {entry.heading}\n\n{_wrapped(entry.words)}\n\n```python\n{entry.code}\n```\n")
        parts.append(f"\n![{name}: {entry.words.split('. ')[0].split(': ')[0]}](images/gallery/{entry.key}.png)\n")
    return "".join(parts)


def _wrapped(words: str) -> str:
    from textwrap import fill

    return fill(words, 120, break_long_words=False, break_on_hyphens=False)


def _save(figure: Any, file: Path) -> None:
    """A PNG of few colours, which is small."""
    from PIL import Image

    raw = BytesIO()
    figure.savefig(raw, format="png", dpi=DPI)
    Image.open(raw).convert("RGB").quantize(COLOURS).save(file, optimize=True)


def main() -> None:
    """Run the code, save the figures, write the page."""
    import matplotlib as mpl

    mpl.use("Agg")
    IMAGES.mkdir(parents=True, exist_ok=True)
    namespace: dict[str, Any] = {}
    exec(SETUP, namespace)
    for entry in ENTRIES:
        exec(entry.code, namespace)
        _save(namespace["display"].figure_, IMAGES / f"{entry.key}.png")
    (DOCS / "gallery.md").write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    main()
