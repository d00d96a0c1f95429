"""Every dependency has its reason written down."""

from __future__ import annotations

import re
import tomllib

from tests.docs.pages import ROOT


def declared() -> list[str]:
    """Return the names of every dependency in pyproject.toml."""
    config = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    groups = [*config["dependency-groups"].values(), *config["project"]["optional-dependencies"].values()]
    wanted = [*config["build-system"]["requires"], *config["project"]["dependencies"]]
    wanted += [item for group in groups for item in group if isinstance(item, str)]
    return [re.split(r"[\[<>=~! ;]", item)[0] for item in wanted]


def explained() -> list[str]:
    """Return the names that the page gives a reason for."""
    page = (ROOT / "docs/develop/dependencies.md").read_text(encoding="utf-8")
    return re.findall(r"^([a-z0-9-]+)\n: \S", page, re.MULTILINE)


class TestDependencies:
    def test_each_has_its_line(self) -> None:
        """No dependency without a reason."""
        assert sorted(set(declared()) - set(explained())) == []

    def test_each_line_has_its_dependency(self) -> None:
        """No reason for what is not there, and none twice."""
        assert sorted(explained()) == sorted(set(declared()))
