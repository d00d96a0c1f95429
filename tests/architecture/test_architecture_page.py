"""ARCHITECTURE.md says what is so."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")


def folders() -> set[str]:
    """Return the package's folders that hold Python."""
    package = ROOT / "jupyter_mlops"
    return {path.parent.name for path in package.glob("*/__init__.py")}


class TestPage:
    def test_it_is_one_page(self) -> None:
        """Short enough to hold in mind."""
        assert len(PAGE.splitlines()) <= 80

    def test_its_folders_are_the_folders(self) -> None:
        """Every folder is explained, and none that is not there."""
        assert set(re.findall(r"^\| `(\w+)/` \|", PAGE, re.MULTILINE)) == folders()

    def test_its_floors_are_the_contract(self) -> None:
        """The page and the import contract name the same floors in the same order."""
        drawn = re.search(r"## Floors.*?```\n(.*?)```", PAGE, re.DOTALL)
        assert drawn is not None
        config = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
        contract = next(
            item for item in config["tool"]["importlinter"]["contracts"] if item["id"] == "floors"
        )
        there = folders() | {"catalog"}
        floors = [[name.strip(" ()") for name in layer.split("|")] for layer in contract["layers"]]
        built = [" | ".join(name for name in layer if name in there) for layer in floors]
        assert drawn.group(1).split("\n")[:-1] == [layer for layer in built if layer]
