from __future__ import annotations

import pytest
from nbformat.v4 import new_code_cell

from jupyter_mlops.core.errors import Invalid
from jupyter_mlops.pipelines.file.parameters import NotebookParameter, check, read_parameters
from jupyter_mlops.pipelines.file.secrecy import looks_secret, remarks, split

KEY = "ghp_" + "a1B2c3D4e5F6" * 3


def read(source: str) -> tuple[NotebookParameter, ...]:
    return read_parameters([new_code_cell(source, metadata={"tags": ["parameters"]})])


class TestShape:
    @pytest.mark.parametrize(
        "value", [KEY, ["a", KEY], {"key": {"deep": KEY}}, KEY.encode(), "postgresql://ada:hunter2@db/shop"]
    )
    def test_what_looks_like_one(self, value: object) -> None:
        """A well-known key or a password in an address, however deep."""
        assert looks_secret(value)

    @pytest.mark.parametrize(
        "value", ["churn", 3, None, "https://example.org/a", "Is the token: valid?", ["a"]]
    )
    def test_what_does_not(self, value: object) -> None:
        """A text about secrets is none."""
        assert not looks_secret(value)


class TestValue:
    def test_a_value_of_that_shape_is_refused(self) -> None:
        """Whatever its parameter is called and typed; it is not repeated, and the way is said."""
        for source in ("name = 'bo'", "name = 1"):
            with pytest.raises(Invalid, match="looks like a secret") as caught:
                check(read(source), {"name": KEY})
            assert "name_token" in str(caught.value)
            assert "env:NAME" in str(caught.value)
            assert KEY not in str(caught.value)


class TestDefault:
    def test_one_of_that_shape_is_refused(self) -> None:
        """It lies in the notebook: the sentence says how to give it instead, and does not repeat it."""
        with pytest.raises(Invalid, match="source_token=env:SOURCE_TOKEN") as caught:
            check(read(f"source = {KEY!r}"), {})
        assert KEY not in str(caught.value)
        with pytest.raises(Invalid, match="api_key=env:API_KEY"):
            check(read(f"api_key = {KEY!r}"), {})

    def test_one_beside_a_telling_name_is_remarked_upon(self) -> None:
        """It may be none; what is empty, or given by reference, needs no remark."""
        (said,) = remarks(read("api_key = 'changeme'\nn = 1"), ())
        assert said.startswith("api_key is named like a secret")
        assert said.endswith("api_key=env:API_KEY.")
        assert not list(remarks(read("api_key = ''"), ()))
        assert not list(remarks(read("api_key = 'changeme'"), ("api_key",)))


class TestReference:
    def test_only_a_secret_is_given_by_one(self) -> None:
        """To any other parameter the same text is a value."""
        parameters = read("api_key = ''\npath = ''")
        given = {"api_key": "env:SHOP_KEY", "path": "file:rates.csv"}
        assert split(parameters, given) == ({"path": "file:rates.csv"}, {"api_key": "env:SHOP_KEY"})
