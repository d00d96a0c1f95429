from __future__ import annotations

import os
from pathlib import Path

import pytest

from jupyter_mlops.pipelines.running import ingredients


class TestFiles:
    @pytest.mark.parametrize(
        ("source", "found"),
        [
            ("pd.read_csv('data.csv')", ["data.csv"]),
            ("open('none.csv')", []),
            ("not python 'data.csv'", []),
            ("x = 'data.csv\\n'", []),
            (f"x = {'y' * 5000!r}", []),
        ],
    )
    def test_those_that_a_cell_names(self, tmp_path: Path, source: str, found: list[str]) -> None:
        """If they are there."""
        (tmp_path / "data.csv").write_text("1")
        assert [path.name for path in ingredients.files_in(source, tmp_path)] == found

    def test_content_counts(self, tmp_path: Path) -> None:
        """Not the time alone; a file that is gone has changed."""
        path = tmp_path / "data.csv"
        path.write_text("1")
        before = ingredients.signature(path)
        assert before is not None
        os.utime(path, (1, 1))
        assert ingredients.is_same(before, ingredients.signature(path))
        path.write_text("2")
        assert not ingredients.is_same(before, ingredients.signature(path))
        path.unlink()
        assert not ingredients.is_same(before, ingredients.signature(path))

    def test_a_huge_one_is_told_apart_by_its_time(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Reading it would take too long."""
        monkeypatch.setattr(ingredients, "_DIGESTED", 0)
        path = tmp_path / "data.csv"
        path.write_text("1")
        before = ingredients.signature(path)
        assert before is not None
        assert ingredients.is_same(before, ingredients.signature(path))
        os.utime(path, (1, 1))
        assert not ingredients.is_same(before, ingredients.signature(path))


def install(folder: Path, name: str, version: str, module: str) -> None:
    place = folder / f"{name}-{version}.dist-info"
    place.mkdir()
    (place / "RECORD").write_text(f"{module}/__init__.py,sha256=x,1\n")


class TestPackages:
    def test_one_that_the_cells_use(self, tmp_path: Path) -> None:
        """Is missed, or found in another version; others are nobody's business, and more do no harm."""
        install(tmp_path, "scikit_learn", "1.6", "sklearn")
        install(tmp_path, "other", "2.0", "other")
        before = {"scikit_learn": "1.5", "other": "1.0"}
        changes = list(ingredients.changed_packages(before, [str(tmp_path)], ["sklearn", "os"]))
        assert changes == ["the package scikit_learn is 1.6, and was 1.5"]

    def test_one_that_is_gone(self, tmp_path: Path) -> None:
        """Its own name is all that is known of its modules."""
        changes = list(ingredients.changed_packages({"pandas": "3.0"}, [str(tmp_path)], ["pandas"]))
        assert changes == ["the package pandas is gone, and was 3.0"]

    def test_the_first_folder_wins(self, tmp_path: Path) -> None:
        """As for Python itself."""
        for number, folder in enumerate(("a", "b")):
            (tmp_path / folder).mkdir()
            install(tmp_path / folder, "pandas", f"3.{number}", "pandas")
        assert ingredients.packages([str(tmp_path / "a"), str(tmp_path / "b")]) == {"pandas": "3.0"}


class TestValues:
    def test_the_first_difference_is_named(self) -> None:
        """Changed, new or gone."""
        changed = ingredients.changed_values("parameter", {"a": 1, "b": 2}, {"a": 1, "c": 3})
        assert list(changed) == ["the parameter b changed", "the parameter c changed"]
        assert ingredients.first(iter(()), iter(["x", "y"])) == "x"
        assert ingredients.first(iter(())) == ""
