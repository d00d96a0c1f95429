from __future__ import annotations

import pytest
from pydantic import JsonValue

from jupyter_mlops.core.errors import Invalid
from jupyter_mlops.pipelines.file.placeholder import fill, is_path, paths_in, steps_in, whole

SCOPE: dict[str, JsonValue] = {
    "parameters": {"trees": 100, "name": "a"},
    "steps": {
        "train": {
            "outputs": {
                "auc": 0.9,
                "made": {"$": {"version": "churn@3"}, "is": "record"},
                "frame": {"$": "retrain.train.frame@2", "is": "table"},
            }
        },
        "fan": {"outputs": {"frame": [{"$": "x@1", "is": "table"}, {"$": "x@2", "is": "table"}]}},
    },
    "execution": {"id": "e1", "slot": "", "started": ""},
}


class TestFill:
    @pytest.mark.parametrize(
        ("said", "meant"),
        [
            ("${parameters.trees}", 100),
            ("${ parameters.trees }", 100),
            ("${parameters.trees} trees", "100 trees"),
            ("${parameters.name}-${execution.id}", "a-e1"),
            ("costs $${parameters.trees} or $5", "costs ${parameters.trees} or $5"),
            (["${steps.train.outputs.auc}", {"x": "${parameters.name}"}], [0.9, {"x": "a"}]),
            ("${steps.train.outputs.made.version}", "churn@3"),
            ("${steps.train.outputs.frame}", "retrain.train.frame@2"),
            ("${steps.fan.outputs.frame}", ["x@1", "x@2"]),
            ("${steps.fan.outputs.frame.1}", "x@2"),
            (3, 3),
        ],
    )
    def test_one_placeholder_keeps_its_type(self, said: JsonValue, meant: JsonValue) -> None:
        """Within a text it becomes text; what is kept elsewhere is named by its reference."""
        assert fill(said, SCOPE) == meant

    @pytest.mark.parametrize(
        "said", ["${steps.train.outputs.f1}", "${steps.fan.outputs.frame.2}", "${parameters.x}"]
    )
    def test_what_is_not_there(self, said: str) -> None:
        """It is named as written."""
        with pytest.raises(Invalid) as caught:
            fill(said, SCOPE)
        assert said in caught.value.message

    def test_values_are_not_read_again(self) -> None:
        """A value that looks like a placeholder stays text."""
        scope: dict[str, JsonValue] = {"parameters": {"x": "${parameters.x}"}}
        assert fill("${parameters.x}", scope) == "${parameters.x}"


class TestPaths:
    def test_they_are_found_however_deep(self) -> None:
        """In lists and tables, but not where they are escaped."""
        said = [{"a": "x ${parameters.n}"}, "$${parameters.m}", ["${steps.train.outputs.auc}"], 3]
        assert list(paths_in(said)) == ["parameters.n", "steps.train.outputs.auc"]
        assert steps_in(said) == ["train"]

    @pytest.mark.parametrize(
        "path", ["parameters", "parameters.a.b", "steps.train.auc", "execution.x", "os.environ", ""]
    )
    def test_others_are_none(self, path: str) -> None:
        """Only the four scopes, and what each has."""
        assert not is_path(path)

    def test_whole(self) -> None:
        """One placeholder and nothing else."""
        assert whole("${parameters.n}") == "parameters.n"
        assert whole("${parameters.n} ") is None
        assert whole(3) is None
