"""docs/gallery.md: its code runs, and page and images are what docs/gallery.py writes."""

from __future__ import annotations

import re
import runpy
from pathlib import Path

from PIL import Image

from whyzero import plots

DOCS = Path(__file__).parents[1] / "docs"
PAGE = DOCS / "gallery.md"


def test_the_code_of_the_gallery_draws_every_display_as_on_its_image(no_window):
    text = PAGE.read_text("utf-8")
    setup, *blocks = re.findall(r"^```python\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    images = re.findall(r"\]\((images/gallery/[\w-]+\.png)\)", text)
    assert len(images) == len(blocks)
    namespace = {}
    exec(setup, namespace)
    drawn = set()
    for block, image in zip(blocks, images, strict=True):
        exec(block, namespace)
        display = namespace["display"]
        drawn.add(type(display).__name__)
        with Image.open(DOCS / image) as saved:
            size = display.figure_.get_size_inches() * 90
            assert saved.size == (round(size[0]), round(size[1])) or abs(saved.size[0] - size[0]) <= 1
    assert drawn == set(plots.__all__)


def test_the_page_is_the_one_that_the_script_writes():
    assert PAGE.read_text("utf-8") == runpy.run_path(str(DOCS / "gallery.py"))["page"]()


def test_images_stay_small():
    sizes = {image.name: image.stat().st_size for image in (DOCS / "images" / "gallery").iterdir()}
    assert sizes
    assert {name: size for name, size in sizes.items() if size > 100_000} == {}
