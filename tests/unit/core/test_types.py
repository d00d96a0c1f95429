"""The vocabulary: names, references and what is refused."""

from __future__ import annotations

import pytest
from pydantic import TypeAdapter, ValidationError

from jupyter_mlops.core.errors import Invalid
from jupyter_mlops.core.types import AnyRef, RunRef, check_name, split_reference

HOSTILE = [
    "/../",
    "..",
    "../etc",
    "a/b",
    "a\\b",
    "",
    " ",
    "a b",
    ".hidden",
    "-rf",
    "a@b",
    "a\x00b",
    "a\nb",
    "a..b",
    "<img>",
    "\u202e",
    "x" * 129,
]


class TestName:
    @pytest.mark.parametrize("name", ["churn", "sales-2026", "v1.2_x", "änderung", "顧客", "x" * 128, "7"])
    def test_a_name_is_letters_digits_and_a_few_marks(self, name: str) -> None:
        """Every script's letters will do."""
        assert check_name(name) == name

    @pytest.mark.parametrize("name", HOSTILE)
    def test_a_path_or_mark_is_no_name(self, name: str) -> None:
        """What could leave a folder or a page is refused in one sentence."""
        with pytest.raises(Invalid):
            check_name(name)

    def test_equal_looking_names_are_one(self) -> None:
        """A name is kept in its composed form."""
        assert check_name("a\u0308nderung") == "änderung"


class TestReference:
    @pytest.mark.parametrize(
        ("text", "parts"),
        [
            ("customers", ("customers", None)),
            ("customers@3", ("customers", "3")),
            (" churn@champion ", ("churn", "champion")),
            ("customers@2026-11-01T10:00", ("customers", "2026-11-01T10:00")),
        ],
    )
    def test_a_reference_is_a_name_and_a_selector(self, text: str, parts: tuple[str, str | None]) -> None:
        """The selector is what follows the @."""
        assert split_reference(text) == parts

    @pytest.mark.parametrize("text", ["a@b@c", "@", "a@", "../x@1"])
    def test_anything_else_is_refused(self, text: str) -> None:
        """One @, with something on both sides."""
        with pytest.raises(Invalid):
            split_reference(text)

    @pytest.mark.parametrize(
        ("text", "run"), [("@8c1d", "@8c1d"), ("8c1d22", "@8c1d22"), ("@latest", "@latest")]
    )
    def test_a_run_is_an_at_and_digits(self, text: str, run: str) -> None:
        """The @ may be left out where a run is expected."""
        assert TypeAdapter(RunRef).validate_python(text) == run

    @pytest.mark.parametrize("text", ["dataset:customers@3", "model:churn", "@8c1d", "churn@champion"])
    def test_any_reference_may_say_its_kind(self, text: str) -> None:
        """A prefix tells a dataset from a model of the same name."""
        assert TypeAdapter(AnyRef).validate_python(text) == text

    @pytest.mark.parametrize("text", ["table:customers", "@zz", "dataset:../x"])
    def test_an_unknown_kind_is_refused(self, text: str) -> None:
        """Only the kinds there are."""
        with pytest.raises((Invalid, ValidationError)):
            TypeAdapter(AnyRef).validate_python(text)
