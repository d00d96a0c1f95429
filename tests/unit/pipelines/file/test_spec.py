from __future__ import annotations

import pytest
from pydantic import ValidationError

from jupyter_mlops.pipelines.file.spec import RetrySpec, StepSpec


def step(**keys: object) -> StepSpec:
    return StepSpec.model_validate({"name": "train", **keys})


class TestStepSpec:
    @pytest.mark.parametrize(
        ("keys", "kind"),
        [
            ({"notebook": "a.ipynb"}, "notebook"),
            ({"verb": "promote"}, "verb"),
            ({"approval": {}}, "approval"),
        ],
    )
    def test_one_key_says_its_kind(self, keys: dict[str, object], kind: str) -> None:
        """What it runs, calls or waits for."""
        assert step(**keys).kind == kind

    @pytest.mark.parametrize(
        ("keys", "says"),
        [
            ({"verb": "promote", "outputs": ["a"]}, "outputs goes with notebook"),
            ({"notebook": "a.ipynb", "arguments": {"a": 1}}, "arguments goes with verb"),
            ({"notebook": "a.ipynb", "passes": {"a": "load"}}, "passes goes with cells"),
            (
                {"notebook": "a.ipynb", "matrix": {"a": [1]}, "map": {"b": "${steps.l.outputs.b}"}},
                "matrix or map",
            ),
            ({"notebook": "a.ipynb", "environment": {"JUPYTER_MLOPS_OUTPUTS": "/tmp"}}, "sets itself"),
            ({"notebook": "a.ipynb", "environment": {"A=B": "1"}}, "no name of an environment variable"),
            ({"notebook": "a.ipynb", "reads": ["customers"]}, "no reference to data"),
            ({"notebook": "a.ipynb", "map": {"a": "load"}}, "no placeholder"),
        ],
    )
    def test_keys_belong_to_kinds(self, keys: dict[str, object], says: str) -> None:
        """One that means nothing here is refused."""
        with pytest.raises(ValidationError, match=says):
            step(**keys)

    def test_it_needs_what_it_uses(self) -> None:
        """By placeholder, by passing, by mapping; each once."""
        found = step(
            notebook="a.ipynb",
            cells="train",
            needs=["first"],
            passes={"x": "load"},
            parameters={"a": ["${steps.load.outputs.a}", {"b": "n ${steps.count.outputs.n}"}]},
            map={"c": "${steps.list.outputs.c}"},
        )
        assert found.needs == ("first", "load", "count", "list")
        assert found.is_fanned


class TestRetrySpec:
    def test_each_wait_is_longer_up_to_a_bound(self) -> None:
        """Without end to the attempts there is no overflow either."""
        retries = RetrySpec(times=100, backoff_s=10, factor=3, max_s=200)
        assert [retries.wait_s(attempt) for attempt in (1, 2, 3, 4, 10_000)] == [10, 30, 90, 200, 200]
