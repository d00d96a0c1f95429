from __future__ import annotations

import tomllib

from jupyter_mlops.pipelines.file.edits import Edits, edits
from jupyter_mlops.pipelines.file.infer import infer
from jupyter_mlops.pipelines.file.pipeline_text import edited
from tests.unit.pipelines.files import Source, tagged

CELLS: tuple[Source, ...] = (
    ("trees = 100\nseed = 7", "pipeline-parameters"),
    ("frame = make(seed)", "step:load"),
    ("model = fit(frame, trees)", "step:train"),
)


def changes(text: str, *cells: Source) -> Edits:
    return edits(tomllib.loads(text), infer(tagged(*cells), "train"), "train.ipynb")


def updated(text: str, *cells: Source) -> str:
    return edited(text, changes(text, *cells))


class TestEdits:
    def test_a_second_time_there_is_nothing_to_do(self) -> None:
        """What was written says what the notebook says."""
        text = updated("", *CELLS)
        assert (changes(text, *CELLS).sets, changes(text, *CELLS).drops) == ({}, [])

    def test_what_a_hand_wrote_stays(self) -> None:
        """Its values, its keys, its steps and its comments."""
        text = updated("", *CELLS).replace("trees = 100", "trees = 500  # more")
        text += 'timeout_s = 60\n\n[steps.serve]  # by hand\nverb = "promote"\nneeds = ["train"]\n'
        made = updated(
            text,
            *CELLS[:1],
            ("frame = make(seed)\nmore = 1", "step:load"),
            ("fit(frame, more)", "step:train"),
        )
        said = tomllib.loads(made)
        assert said["parameters"]["trees"] == 500
        assert said["steps"]["serve"] == {"verb": "promote", "needs": ["train"]}
        assert said["steps"]["train"]["timeout_s"] == 60
        assert said["steps"]["train"]["passes"] == {"frame": "load", "more": "load"}
        assert "# more" in made
        assert "# by hand" in made

    def test_a_parameter_given_otherwise_stays_so(self) -> None:
        """By value, or by a matrix; one that the cells no longer read is taken back."""
        text = updated("", *CELLS).replace(
            'parameters = { trees = "${parameters.trees}" }', "matrix.trees = [1, 2]"
        )
        assert changes(text, *CELLS).sets == {}
        gone = changes(updated("", *CELLS), *CELLS[:2], ("fit(frame)", "step:train"))
        assert ("steps", "train", "parameters", "trees") in gone.drops

    def test_a_renamed_step_keeps_its_name(self) -> None:
        """The tag says which cells; others name it as its author does."""
        text = updated("", *CELLS).replace("[steps.load]", "[steps.fetch]").replace('"load"]', '"fetch"]')
        text = text.replace('frame = "load"', 'frame = "fetch"')
        assert (changes(text, *CELLS).sets, changes(text, *CELLS).drops) == ({}, [])

    def test_a_step_without_cells_goes(self) -> None:
        """The reader is told."""
        found = changes(updated("", *CELLS), *CELLS[:2])
        assert ("steps", "train") in found.drops
        assert "Takes away step train" in " ".join(found.notes)

    def test_outputs_that_no_cell_makes_go(self) -> None:
        """Those that a hand promised stay while a cell makes them."""
        text = updated("", *CELLS).replace('outputs = ["frame"]', 'outputs = ["frame", "rows", "gone"]')
        made = updated(text, *CELLS[:1], ("frame = rows = make(seed)", "step:load"), CELLS[2])
        assert tomllib.loads(made)["steps"]["load"]["outputs"] == ["frame", "rows"]
