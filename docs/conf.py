"""How Sphinx builds these pages: `make docs`."""

from __future__ import annotations

import shutil
import tomllib
from pathlib import Path

HERE = Path(__file__).parent
ROOT = HERE.parent
_PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]

project = "jupyter_mlops"
author = "jupyter-mlops developers"
copyright = f"2026, {author}"  # noqa: A001 - Sphinx's own name
release = version = _PROJECT["version"]

extensions = ["myst_nb"]
exclude_patterns = ["_build"]
nitpicky = True

# The tests run the notebooks; here they are only shown.
nb_execution_mode = "off"
myst_enable_extensions = ["deflist"]
myst_heading_anchors = 3

html_theme = "furo"
html_title = f"jupyter_mlops {version}"
html_show_sphinx = False

# The tutorial is the example itself: git ignores the copy.
shutil.copyfile(ROOT / "examples" / "train.ipynb", HERE / "tutorials" / "train.ipynb")
