from __future__ import annotations

import pytest

from jupyter_mlops.core.errors import Invalid
from jupyter_mlops.pipelines.file.infer import Plan, PlannedStep, infer
from tests.unit.pipelines.files import Source, tagged


def plan(*cells: Source) -> Plan:
    return infer(tagged(*cells), "train")


def steps(*cells: Source) -> dict[str, PlannedStep]:
    return {step.name: step for step in plan(*cells).steps}


class TestWholeNotebook:
    def test_it_is_one_step(self) -> None:
        """With its parameters, what it reads, makes and gives."""
        cells = (
            ("n = 1", "parameters"),
            "df = %mlops load rates",
            "%mlops register m churn\n%mlops output auc=0.9",
        )
        (step,) = plan(*cells).steps
        assert (step.name, step.cells, step.parameters) == ("train", None, ["n"])
        assert (step.reads, step.makes, step.outputs) == (["snapshot:rates"], ["version:churn"], ["auc"])

    @pytest.mark.parametrize(
        ("stem", "name"), [("01 load data", "run-01-load-data"), ("größe.v2", "gr-e-v2"), ("日本", "run")]
    )
    def test_any_file_name_makes_a_step(self, stem: str, name: str) -> None:
        """What a step may not be called is replaced."""
        assert infer(tagged("1"), stem).steps[0].name == name


class TestTaggedCells:
    def test_variables_flow_from_the_last_step_that_made_them(self) -> None:
        """They imply the need, and become outputs; a change in place counts."""
        found = steps(
            ("import pandas as pd", "imports"),
            ("rows = [1]\nother = 2", "step:load"),
            ("rows.append(other)", "step:clean"),
            ("print(len(rows), pd)", "step:show"),
        )
        assert found["clean"].passes == {"rows": "load", "other": "load"}
        assert found["show"].passes == {"rows": "clean"}
        assert (found["show"].needs, found["load"].outputs) == (["clean"], ["other", "rows"])

    def test_tags_say_which_branch(self) -> None:
        """A step takes from those that its tags say it follows, before any other."""
        found = steps(
            ("x = 1", "step:a"),
            ("x = 2", "step:b", "prev:a"),
            ("y = x", "step:c", "prev:a"),
        )
        assert found["c"].passes == {"x": "a"}
        assert found["c"].needs == ["a"]

    def test_what_a_shared_function_reads_is_taken_too(self) -> None:
        """By the step that calls it."""
        found = steps(
            ("def scale(v):\n    return v * factor", "functions"),
            ("factor = 2", "step:a"),
            ("scale(1)", "step:b"),
        )
        assert found["b"].passes == {"factor": "a"}

    def test_parameters_are_not_passed(self) -> None:
        """Each step has its own; it is given those that it reads."""
        found = steps(
            ("n = 1\nm = 2", "pipeline-parameters"), ("a = n", "step:a"), ("b = a + n + m", "step:b")
        )
        assert (found["a"].parameters, found["b"].parameters) == (["n"], ["n", "m"])
        assert found["b"].passes == {"a": "a"}

    def test_a_variable_that_may_stay_as_it_was(self) -> None:
        """A step that writes it on some paths only takes it over too."""
        found = steps(
            ("x = 1", "step:a"), ("if ready():\n    x = 2", "step:b", "prev:a"), ("x", "step:c", "prev:b")
        )
        assert found["b"].passes == {"x": "a"}
        assert found["c"].passes == {"x": "b"}

    def test_loop_variables_of_their_own(self) -> None:
        """Two steps with a loop over i have nothing to do with each other."""
        found = steps(("for i in [1]: pass", "step:a"), ("for i in [2]: print(i)", "step:b"))
        assert found["b"].needs == []

    def test_what_is_measured_becomes_an_output(self) -> None:
        """Of the last step that makes it."""
        found = steps(("auc = 1", "step:a"), ("auc = 2", "step:b"), ("print(auc)", "pipeline-metrics"))
        assert (found["a"].outputs, found["b"].outputs) == ([], ["auc"])

    def test_what_no_step_runs_is_told(self) -> None:
        """Cells before the first tag, and tags for Kubernetes."""
        notes = " ".join(plan("x = 1", ("y = 1", "step:a", "limit:nvidia.com/gpu:1")).notes)
        assert "No step runs cell 1" in notes
        assert "limit:nvidia.com/gpu:1" in notes


class TestRefusals:
    @pytest.mark.parametrize(
        ("cells", "says"),
        [
            ([("x = = 1", "step:a")], "Cell 1 is no Python at its line 1"),
            ([("import os", "step:a"), ("os", "step:b")], "b uses 'os', which a imports; only values pass"),
            ([("def f(): pass", "step:a"), ("f()", "step:b")], "Tag the cell that defines it 'functions'."),
            ([("1", "step:a", "prev:laod"), ("1", "step:load")], "Did you mean 'load'?"),
            (
                [
                    ("x = 0", "step:a"),
                    ("x = 1", "step:b", "prev:a"),
                    ("x = 2", "step:c", "prev:a"),
                    ("x", "step:d", "prev:b", "prev:c"),
                ],
                "d reads 'x', which b and c both make, neither after the other",
            ),
        ],
    )
    def test_they_say_which_cell_and_why(self, cells: list[Source], says: str) -> None:
        """What cannot pass, and what would be a guess."""
        with pytest.raises(Invalid) as caught:
            plan(*cells)
        assert says in str(caught.value)
