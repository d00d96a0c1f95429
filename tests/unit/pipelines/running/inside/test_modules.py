from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from jupyter_mlops.pipelines.running.inside.modules import Modules


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder with a module and a package of the user's own, that cells can import."""
    (tmp_path / "own_rates.py").write_text("rate = 1\n")
    (tmp_path / "own_shop").mkdir()
    (tmp_path / "own_shop" / "__init__.py").touch()
    (tmp_path / "own_shop" / "tax.py").touch()
    monkeypatch.syspath_prepend(tmp_path)
    yield tmp_path
    for name in [name for name in sys.modules if name.startswith("own_")]:
        del sys.modules[name]


class TestModules:
    def test_what_was_there_before_is_not_told(self, home: Path) -> None:
        """The kernel's own imports are no business of a cell."""
        assert Modules(str(home)).new() == {"modules": [], "files": []}

    def test_what_a_cell_imports_is_told_once(self, home: Path) -> None:
        """Packages by their name, the user's own modules also by their files."""
        modules = Modules(str(home))
        importlib.import_module("own_shop.tax")
        found = modules.new()
        assert found["modules"] == ["own_shop"]
        assert {Path(file).name for file in found["files"]} == {"__init__.py", "tax.py"}
        assert modules.new() == {"modules": [], "files": []}

    def test_files_elsewhere_are_known_by_their_version_alone(self, home: Path) -> None:
        """An installed package, even in an environment that lies at home, is no file of the user's."""
        site = home / "venv" / "site-packages"
        site.mkdir(parents=True)
        (site / "own_installed.py").touch()
        modules = Modules(str(home))
        sys.path.insert(0, str(site))
        importlib.import_module("own_installed")
        sys.path.remove(str(site))
        assert modules.new() == {"modules": ["own_installed"], "files": []}

    def test_a_folder_by_another_name_is_the_same(
        self, home: Path, tmp_path_factory: pytest.TempPathFactory
    ) -> None:
        """A notebook may run where a link leads to its folder."""
        link = tmp_path_factory.mktemp("links") / "home"
        link.symlink_to(home)
        modules = Modules(str(link))
        importlib.import_module("own_rates")
        assert len(modules.new()["files"]) == 1
