"""What the two halves of the package must agree on."""

import json
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGE = json.loads((ROOT / "labextension/package.json").read_text(encoding="utf-8"))


class TestPackage:
    def test_both_halves_have_the_same_version(self):
        project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
        assert PACKAGE["version"] == project["version"]

    def test_the_lock_file_names_no_registry(self):
        """Whoever installs asks the registry of their own choice."""
        lock = json.loads((ROOT / "labextension/package-lock.json").read_text(encoding="utf-8"))
        assert [name for name, entry in lock["packages"].items() if "resolved" in entry] == []

    def test_only_theme_colours_are_used(self):
        """A colour of our own would be unreadable in somebody's theme."""
        css = (ROOT / "labextension/style/base.css").read_text(encoding="utf-8")
        colours = [
            line for line in css.splitlines() if "color" in line.split(":")[0] and "var(--jp-" not in line
        ]
        assert colours == []
