from __future__ import annotations

import json
from pathlib import Path

import pytest

from jupyter_mlops.core.errors import Invalid, NotFound
from jupyter_mlops.pipelines.file.tagged import cells_of, parameters_of, read_cells, read_tags
from tests.unit.pipelines.files import tagged


class TestTags:
    def test_a_cell_without_a_tag_goes_with_the_one_before(self) -> None:
        """As Kale has it: of a step, of the imports; a skipped cell does not count."""
        cells = tagged(
            "0",
            ("1", "imports"),
            "2",
            ("3", "step:load"),
            ("4", "skip"),
            "5",
            ("6", "functions"),
            ("7", "step:train", "prev:load"),
            ("8", "step:load"),
            ("9", "pipeline-metrics"),
        )
        found = read_tags(cells)
        assert {name: group.cells for name, group in found.steps.items()} == {"load": [3, 5, 8], "train": [7]}
        assert (found.loose, found.shared, found.metrics) == ([0], [1, 2, 6], [9])
        assert found.steps["train"].needs == ["load"]

    def test_a_step_begins_with_what_all_share(self) -> None:
        """Parameters, imports and functions in the notebook's order, then its own cells."""
        cells = tagged(("0", "step:a"), ("1", "imports"), ("2", "pipeline-parameters"), ("3", "step:b"), "4")
        assert cells_of(cells, "b") == [1, 2, 3, 4]
        with pytest.raises(NotFound, match="step:c"):
            cells_of(cells, "c")

    def test_the_older_word_for_a_step(self) -> None:
        """`block:` is Kale's former one; an empty name is none; tags for Kubernetes are told."""
        found = read_tags(tagged(("0", "block:load"), ("1", "step:", "limit:nvidia.com/gpu:1")))
        assert found.steps["load"].cells == [0, 1]
        assert found.ignored == ["limit:nvidia.com/gpu:1"]

    def test_a_cell_of_two_steps(self) -> None:
        """It is refused by its number."""
        with pytest.raises(Invalid, match="Cell 2 is tagged step:a and step:b"):
            read_tags(tagged("0", ("1", "step:a", "step:b")))


class TestParameters:
    def test_kale_spreads_them_over_cells(self) -> None:
        """All that are tagged so, and those that go with them, as one."""
        cells = tagged(
            ("a = 1", "pipeline-parameters"), "b = 2", ("c", "step:s"), ("d = 3", "pipeline-parameters")
        )
        assert [item.name for item in parameters_of(cells)] == ["a", "b", "d"]

    def test_papermill_has_one_cell(self) -> None:
        """What follows it is the notebook's own."""
        assert [item.name for item in parameters_of(tagged(("a = 1", "parameters"), "b = 2"))] == ["a"]


class TestReadCells:
    def test_a_source_may_be_lines(self, tmp_path: Path) -> None:
        """As Jupyter writes them."""
        path = tmp_path / "a.ipynb"
        path.write_text(json.dumps({"cells": [{"cell_type": "code", "source": ["a = 1\n", "b = 2"]}]}))
        assert read_cells(path)[0]["source"] == "a = 1\nb = 2"

    @pytest.mark.parametrize("text", ["", "[]", "{}", '{"cells": 3}', '{"cells": [3]}', "[" * 100_000])
    def test_no_notebook(self, tmp_path: Path, text: str) -> None:
        """Anything else is refused in one sentence."""
        path = tmp_path / "a.ipynb"
        path.write_text(text)
        with pytest.raises(Invalid, match=r"a\.ipynb is no notebook"):
            read_cells(path)
