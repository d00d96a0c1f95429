from __future__ import annotations

import pytest

from jupyter_mlops.pipelines.file.declare import declaration
from jupyter_mlops.pipelines.file.definition import Definition
from jupyter_mlops.pipelines.file.tagged import parameters_of
from tests.unit.pipelines.files import tagged


def declared(source: str) -> tuple[object, str]:
    (parameter,) = parameters_of(tagged((source, "parameters")))
    return declaration(parameter)


class TestDeclaration:
    @pytest.mark.parametrize(
        ("source", "said"),
        [
            ("n = 1", 1),
            ("n: float = 1", {"type": "float", "default": 1}),
            ("n = 1  # how many", {"default": 1, "description": "how many"}),
            ("n: int | None = None", {"type": "int | None"}),
            ("n: str", {"type": "str"}),
            ("n = None", {"type": "any"}),
            ("n: Mode = 'fast'", "fast"),
            ("n = (1, 2)", {"type": "tuple", "default": [1, 2]}),
            ("n = {'a': [1]}", {"default": {"a": [1]}}),
            ("n: Literal['a', 'b'] = 'a'", {"type": "Literal['a', 'b']", "default": "a"}),
        ],
    )
    def test_it_says_no_more_than_it_must(self, source: str, said: object) -> None:
        """And a pipeline takes it, with the notebook's own default."""
        found, _ = declared(source)
        assert found == said
        step = {"train": {"notebook": "train.ipynb"}}
        Definition.model_validate({"name": "retrain", "parameters": {"n": found}, "steps": step})

    @pytest.mark.parametrize(
        ("source", "why"),
        [
            ("n = date(2026, 1, 1)", "computed by the notebook (date(2026, 1, 1))"),
            ("api_key = ''", "looks secret"),
            ("n = [None]", "TOML cannot write"),
            ("n = b'a'", "TOML cannot write"),
            ("n = 1e999", "TOML cannot write"),
        ],
    )
    def test_what_stays_the_notebooks_own(self, source: str, why: str) -> None:
        """The reader is told."""
        found, told = declared(source)
        assert found is None
        assert why in told
