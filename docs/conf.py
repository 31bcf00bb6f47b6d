"""How Sphinx builds this site; see docs/decisions/0017."""

from __future__ import annotations

import sys
from importlib.resources import files
from pathlib import Path

import whyzero

sys.path.insert(0, str(Path(__file__).parent / "_extensions"))

project = "whyzero"
author = "The whyzero authors"
release = version = whyzero.__version__
language = "en"

extensions = [
    "command_help",
    "explorer_page",
    "mathml",
    "myst_parser",
    "numpydoc",
    "printed_sentences",
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "sphinx_copybutton",
]
exclude_patterns = ["_extensions", "_templates"]
exclude_patterns += [f"api/{name}.md" for name in ("explorer", "plots") if name not in whyzero.__all__]
if not (Path(__file__).parent / "gallery.md").exists():
    exclude_patterns.append("gallery.md")
# The lists of pages name these all the same. All other warnings are errors, a page that no list names among them.
suppress_warnings = ["toc.not_readable"]

myst_enable_extensions = ["dollarmath", "colon_fence"]
myst_dmath_double_inline = True
myst_heading_anchors = 3

default_role = "py:obj"  # a name in single backticks of a docstring
autodoc_member_order = "bysource"
autodoc_typehints = "none"  # numpydoc's Parameters say the types
autosummary_generate = True
toc_object_entries_show_parents = "hide"
numpydoc_class_members_toctree = False
numpydoc_show_class_members = False
templates_path = ["_templates"]

html_theme = "pydata_sphinx_theme"
html_title = "whyzero"
html_static_path = ["_static", str(files("ziamath") / "fonts" / "STIXTwoMath-Regular.ttf")]  # see site.css
html_css_files = ["site.css"]
html_copy_source = False
html_show_sourcelink = False
html_math_renderer = "mathml"
html_sidebars = {page: [] for page in ("index", "tour", "why", "math")}  # they have no pages below them
html_theme_options = {
    "collapse_navigation": False,
    "footer_start": ["copyright"],
    "footer_end": [],
    "header_links_before_dropdown": 6,
    "navbar_align": "left",
    "navbar_end": ["theme-switcher"],
    "navigation_with_keys": False,
    "secondary_sidebar_items": ["page-toc"],
    "show_toc_level": 2,
}
copyright = "the whyzero authors. BSD 3-Clause License"
copybutton_prompt_text = "$ "
copybutton_only_copy_prompt_lines = True
