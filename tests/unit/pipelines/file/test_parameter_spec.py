from __future__ import annotations

import pytest
from pydantic import ValidationError

from jupyter_mlops.core.errors import Invalid
from jupyter_mlops.pipelines.file.parameter_spec import ParameterSpec


def spec(**keys: object) -> ParameterSpec:
    return ParameterSpec.model_validate(keys)


class TestParameterSpec:
    @pytest.mark.parametrize(
        ("type_", "given", "value"),
        [
            ("int", "3", 3),
            ("float | None", None, None),
            ("list[int]", "[1, 2]", [1, 2]),
            ("tuple[int, str]", [1, "a"], [1, "a"]),
            ("date", "2026-11-01", "2026-11-01"),
            ("Decimal", "0.10", "0.10"),
            ("Path", "data/a.csv", "data/a.csv"),
            ('Literal["a", 1]', "1", 1),
            ("any", "[1, null]", [1, None]),
            ("secret", "file:/run/secrets/key", "file:/run/secrets/key"),
        ],
    )
    def test_values_are_as_json_has_them(self, type_: str, given: object, value: object) -> None:
        """Whatever the type, they survive until a worker takes them up."""
        assert spec(type=type_).value("x", given) == value

    @pytest.mark.parametrize(
        ("keys", "is_required"),
        [
            ({"type": "int"}, True),
            ({"type": "int | None"}, False),
            ({"type": "any"}, False),
            ({"type": "secret"}, True),
            ({"default": 0}, False),
        ],
    )
    def test_a_value_must_be_given_where_there_is_none(
        self, keys: dict[str, object], is_required: bool
    ) -> None:
        """No default, and a type that does not take None."""
        assert spec(**keys).is_required is is_required

    @pytest.mark.parametrize(
        ("keys", "says"),
        [
            ({}, "neither a type nor a default"),
            ({"type": "integr"}, "'integr' is no type"),
            ({"type": "__import__('os')"}, "is no type"),
            ({"type": "int", "default": "many"}, "default='many' is no int"),
            ({"default": 1, "minimum": 2}, "below its minimum, 2"),
            ({"default": "c", "choices": ["a", "b"]}, "none of its choices"),
            ({"default": float("inf")}, "inf is no finite number"),
            ({"default": [[]] * 30_000}, "characters; at most"),
        ],
    )
    def test_a_default_must_be_a_value(self, keys: dict[str, object], says: str) -> None:
        """Of its type, within its bounds, and one that JSON has."""
        with pytest.raises(ValidationError, match=says):
            spec(**keys)

    def test_a_secret_is_given_by_reference(self) -> None:
        """A value is refused, and not repeated."""
        with pytest.raises(Invalid) as caught:
            spec(type="secret").value("key", "hunter2")
        assert "hunter2" not in str(caught.value)
