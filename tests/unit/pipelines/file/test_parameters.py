from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Literal

import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell

from jupyter_mlops.core.errors import Invalid
from jupyter_mlops.pipelines.file.parameters import NotebookParameter, assignments, check, read_parameters


def read(source: str) -> dict[str, NotebookParameter]:
    cells = [new_markdown_cell("# Title"), new_code_cell(source, metadata={"tags": ["parameters"]})]
    return {item.name: item for item in read_parameters(cells)}


def value(source: str, given: object) -> object:
    (parameter,) = read(source).values()
    return check([parameter], {parameter.name: given})[parameter.name]


class TestReading:
    def test_types_come_from_annotations(self) -> None:
        """An annotation names the type; a default without one is its own."""
        found = read('depth: int | None = None\nmode: Literal["fast", "exact"] = "fast"\nalpha = 0.1')
        assert found["depth"].annotation == int | None
        assert found["mode"].annotation == Literal["fast", "exact"]
        assert found["alpha"].annotation is float

    def test_nothing_is_run(self, tmp_path: Path) -> None:
        """Neither a default nor an annotation is evaluated."""
        canary = tmp_path / "canary"
        found = read(f"a: open({str(canary)!r}, 'w') = 1\nb = open({str(canary)!r}, 'w')\nc: 'print()' = 2")
        assert not canary.exists()
        assert found["b"].is_computed
        assert [item.type for item in found.values()][2] == "print()"

    @pytest.mark.parametrize(
        ("source", "help_"),
        [
            ("rate = 0.1  # learning rate", "learning rate"),
            ("# learning rate\nrate = 0.1", "learning rate"),
            ("# of the\n# optimiser\nrate: float = 0.1", "of the optimiser"),
            ("# a section\n\nrate = 0.1", ""),
            ("rate = 0.1  # type: float learning rate", "learning rate"),
            ("other = 1  # other's\nrate = 0.1", ""),
            ('rate = "# no comment"', ""),
        ],
    )
    def test_comments_are_help(self, source: str, help_: str) -> None:
        """A trailing comment, or the block right above."""
        assert read(source)["rate"].help == help_

    def test_defaults_may_hold_equal_signs_and_continue(self) -> None:
        """The cell is parsed, not searched."""
        found = read('query = "a = b == c"\nx = y = 2\nlow, high = 1, 2\nlayers = [\n  1,\n  2,\n]  # sizes')
        assert found["query"].default == "a = b == c"
        assert (found["x"].default, found["y"].default, found["high"].default) == (2, 2, 2)
        assert (found["layers"].default, found["layers"].help) == ([1, 2], "sizes")

    def test_computed_defaults_keep_their_source(self) -> None:
        """What only the kernel knows is shown as written; a known call tells the type."""
        found = read('start = date(2026, 1, 1)\nfolder = Path("data")\nsize = 2 * 3')
        assert (found["start"].source, found["start"].is_computed) == ("date(2026, 1, 1)", True)
        assert found["folder"].annotation is Path
        assert found["size"].type == "any"

    def test_magics_and_imports_are_no_parameters(self) -> None:
        """Lines that are not Python are passed over."""
        assert list(read("%matplotlib inline\nimport os\nn = 1\n!ls")) == ["n"]

    def test_broken_cell(self) -> None:
        """The line is named."""
        with pytest.raises(Invalid, match="line 2"):
            read("n = 1\nm = = 2")

    def test_no_such_cell(self) -> None:
        """A notebook without the tag takes nothing."""
        assert read_parameters([new_code_cell("n = 1")]) == ()


class TestChecking:
    @pytest.mark.parametrize(
        ("source", "given", "expected"),
        [
            ("n: int = 1", "3", 3),
            ("n: int | None = 1", "None", None),
            ("n: Optional[int] = 1", "null", None),
            ("n: 'int | None' = 1", "2", 2),
            ('s: str = "a"', "None", "None"),
            ("s: str | None = None", "None", None),
            ('s = "a"', "1", "1"),
            ("b: bool = True", "false", False),
            ("f = 0.5", "inf", float("inf")),
            ("f: float = 0.5", "1e-3", 0.001),
            ("d: Decimal = 0", "0.10", Decimal("0.10")),
            ('p: pathlib.Path = "x"', "data/a b.csv", Path("data/a b.csv")),
            ("d: date = None", "2026-11-01", date(2026, 11, 1)),
            ("d: datetime.datetime = None", "2026-11-01T08:30", datetime(2026, 11, 1, 8, 30)),  # noqa: DTZ001
            ("x: list[int] = []", "[1, 2]", [1, 2]),
            ("x: dict[str, float] = {}", '{"a": 1}', {"a": 1.0}),
            ("x: tuple[int, ...] = ()", "(1, 2)", (1, 2)),
            ("x: tuple[int, str] = (1, 'a')", "[2, 'b']", (2, "b")),
            ("x: set[int] = set()", "{1, 2}", {1, 2}),
            ('x: Literal[1, 2, "auto"] = 1', "2", 2),
            ('x: bytes = b""', "b'\\x00'", b"b'\\x00'"),
            ("x: Annotated[int, 'anything'] = 1", "2", 2),
            ("x: Mode = Mode.fast", "[1, null]", [1, None]),
            ("x = None", "text", "text"),
            ("x = None", "[1, 2]", [1, 2]),
        ],
    )
    def test_text_becomes_the_type(self, source: str, given: str, expected: object) -> None:
        """What the command line can say for each type."""
        found = value(source, given)
        assert found == expected
        assert type(found) is type(expected)

    @pytest.mark.parametrize(
        ("source", "given"),
        [
            ("n: int = 1", "many"),
            ("n: int = 1", "1.5"),
            ("n = 1", "__import__('os')"),
            ("b: bool = True", "maybe"),
            ("d: date = None", "2026"),
            ("d: datetime = None", "0"),
            ("x: list[int] = []", "['a']"),
            ("x: list[int] = []", "[" * 5000),
            ('x: Literal["a", "b"] = "a"', "c"),
            ("n: int = 1", None),
            ("x = None", object()),
        ],
    )
    def test_ill_typed(self, source: str, given: object) -> None:
        """A value of another type is refused."""
        with pytest.raises(Invalid):
            value(source, given)

    def test_numpy_scalars_are_plain_numbers(self) -> None:
        """They come back as Python's own."""
        numpy = pytest.importorskip("numpy")
        assert type(value("n: int = 1", numpy.int64(3))) is int
        assert value("f: float = 1.0", numpy.float32(0.5)) == 0.5

    def test_everything_wrong_is_told_at_once(self) -> None:
        """Unknown, ill-typed and missing, and what would be accepted."""
        parameters = list(read("alpha: float = 0.1  # strength\ntarget: str").values())
        with pytest.raises(Invalid) as caught:
            check(parameters, {"alhpa": "1", "alpha": "x"})
        assert "Did you mean 'alpha'?" in caught.value.message
        assert "alpha='x' is no float" in caught.value.message
        assert "target is missing" in caught.value.message
        assert "alpha: float = 0.1 (strength); target: str" in caught.value.hint

    def test_secrets_are_refused_and_not_repeated(self) -> None:
        """A value given here would be written down; numbers and tokenizers are no secrets."""
        with pytest.raises(Invalid, match="by reference") as caught:
            value('api_key = "old-one"', "hunter2-hunter2")
        assert "hunter2" not in str(caught.value)
        assert "old-one" not in str(caught.value)
        assert value("max_tokens = 10", "20") == 20
        assert value('tokenizer = "a"', "b") == "b"


class TestAssignments:
    def test_the_first_equal_sign_splits(self) -> None:
        """Values may hold more of them."""
        assert assignments(["q=a=b", "n="]) == {"q": "a=b", "n": ""}

    @pytest.mark.parametrize("given", [["alpha"], ["a=1", "a=2"]])
    def test_unclear_ones(self, given: list[str]) -> None:
        """No sign, or the same name twice."""
        with pytest.raises(Invalid):
            assignments(given)
