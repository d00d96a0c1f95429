from __future__ import annotations

import pytest
from nbformat.v4 import new_code_cell, new_output

from jupyter_mlops.pipelines.running import outputs
from jupyter_mlops.pipelines.running.mask import Mask
from jupyter_mlops.pipelines.running.outputs import Outputs, size_of


@pytest.fixture(autouse=True)
def _small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outputs, "CELL_LIMIT", 100)
    monkeypatch.setattr(outputs, "NOTEBOOK_LIMIT", 150)


class Screen:
    """A cell, and what the kernel sends for it."""

    def __init__(self) -> None:
        self.outputs = Outputs(Mask())
        self.cell = new_code_cell("1")

    def show(self, **content: object) -> None:
        if self.outputs.extend(content) or not self.outputs.admit(content):
            return
        output = new_output("stream" if "text" in content else "display_data", **content)
        self.cell.outputs.append(output)
        self.outputs.added(output)

    def print(self, text: str, name: str = "stdout") -> None:
        self.show(name=name, text=text)

    def end(self) -> list[str]:
        self.outputs.close(self.cell)
        return [output.get("text", "shown") for output in self.cell.outputs]


@pytest.fixture
def screen() -> Screen:
    made = Screen()
    made.outputs.open()
    return made


class TestStreams:
    def test_pieces_are_joined(self, screen: Screen) -> None:
        """One output for each run of a stream."""
        for text in ("a", "b"):
            screen.print(text)
        screen.print("!", "stderr")
        screen.print("c")
        assert screen.end() == ["ab", "!", "c"]

    def test_lines_drawn_over_themselves(self, screen: Screen) -> None:
        """A progress bar becomes its last state."""
        screen.print("10%\r50%\r100%\nnext\r\n")
        assert screen.end() == ["100%\nnext\n"]


class TestLimits:
    def test_text_is_cut_and_marked(self, screen: Screen) -> None:
        """What there is room for is kept."""
        screen.print("x" * 60)
        screen.print("y" * 60)
        kept, mark = screen.end()
        assert kept == "x" * 60 + "y" * 40
        assert "20 characters left out" in mark

    def test_a_picture_is_kept_whole_or_not(self, screen: Screen) -> None:
        """What does not fit is left out; what comes after may fit."""
        screen.show(data={"image/png": "x" * 200})
        screen.print("after")
        assert screen.end()[0] == "after"

    def test_clearing_makes_room(self, screen: Screen) -> None:
        """A live plot that clears itself never runs out."""
        for _ in range(9):
            screen.outputs.cleared()
            screen.cell.outputs.clear()
            screen.print("x" * 90)
        assert screen.end() == ["x" * 90]

    def test_the_notebook_has_a_limit_too(self, screen: Screen) -> None:
        """The second cell gets what the first has left."""
        screen.print("x" * 100)
        screen.end()
        screen.cell = new_code_cell("2")
        screen.outputs.open()
        screen.print("y" * 100)
        assert screen.end()[0] == "y" * 50

    def test_size(self) -> None:
        """Text counts, however deep."""
        assert size_of({"data": {"a": ["xx", {"b": "yyy"}]}}) == 4 + 1 + 2 + 1 + 3
