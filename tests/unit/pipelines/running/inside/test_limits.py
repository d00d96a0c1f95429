from __future__ import annotations

import threading
from collections.abc import Callable

import pytest

from jupyter_mlops.pipelines.running.inside.limits import LEFT_OUT, SENT, Gate, Meter


class Loop:
    """A thread's loop that runs what it was given when told to."""

    def __init__(self) -> None:
        self.later: list[Callable[[], object]] = []

    def call_later(self, _seconds: float, action: Callable[[], object]) -> None:
        self.later.append(action)


class Stream:
    """Where a kernel sends what it shows."""

    def __init__(self) -> None:
        self.thread = threading.current_thread()
        self.io_loop = Loop()


class Line:
    """A gate, and what came through."""

    def __init__(self) -> None:
        self.sent: list[dict[str, object]] = []
        self.stream = Stream()
        self.gate = Gate(
            lambda _stream, message, *_rest, **_more: self.sent.append(message), Meter(100), "ours"
        )

    def show(self, kind: str, content: dict[str, object], parent: str = "1") -> None:
        header = {"header": {"msg_type": kind}, "parent_header": {"msg_id": parent}}
        self.gate(self.stream, {**header, "content": content}, ident=b"x")

    def print(self, text: str, name: str = "stdout", parent: str = "1") -> None:
        self.show("stream", {"name": name, "text": text}, parent)

    def reply(self, parent: str = "1") -> dict[str, object]:
        content: dict[str, object] = {"status": "ok"}
        self.gate(self.stream, "execute_reply", content, {"header": {"msg_id": parent}})
        return content

    @property
    def texts(self) -> list[object]:
        return [message["content"].get("text") for message in self.sent if isinstance(message, dict)]  # type: ignore[attr-defined]


@pytest.fixture
def line() -> Line:
    return Line()


class TestLimit:
    def test_a_flood_is_cut_and_counted(self, line: Line) -> None:
        """The runner hears how much it did not hear."""
        line.print("x" * 130)
        line.show("display_data", {"data": {"text/html": "y" * 500}})
        assert line.texts == ["x" * 100]
        assert line.reply()[LEFT_OUT] == 530  # counting stops where it is too much

    def test_clearing_makes_room(self, line: Line) -> None:
        """What a cell shows over itself is no flood."""
        for _ in range(5):
            line.show("clear_output", {"wait": True})
            line.show("display_data", {"data": {"text/plain": "z" * 60}})
        assert line.reply()[LEFT_OUT] == 0

    def test_the_next_cell_begins_anew(self, line: Line) -> None:
        """With all of its room."""
        line.print("x" * 130)
        line.print("y", parent="2")
        assert line.reply("2")[LEFT_OUT] == 0
        assert line.texts == ["x" * 100, "y"]

    def test_an_error_always_comes_through(self, line: Line) -> None:
        """Cut to what one can read."""
        line.print("x" * 130)
        line.show("error", {"evalue": "v" * 200_000, "traceback": ["t" * 200_000]})
        content = line.sent[-1]["content"]
        assert isinstance(content, dict)
        assert (len(content["evalue"]), len(content["traceback"][0])) == (100_000, 100_000)

    def test_other_messages_are_none_of_its_business(self, line: Line) -> None:
        """Status, widgets, replies to others."""
        line.show("status", {"execution_state": "idle"})
        line.gate(line.stream, "kernel_info_reply", {"banner": "b" * 500}, None)
        assert len(line.sent) == 2

    @pytest.mark.parametrize(("asked", "told"), [("ours", []), ("execute_request", ["status"])])
    def test_what_it_does_for_the_runner_is_not_told(self, line: Line, asked: str, told: list[str]) -> None:
        """Nobody waits to hear that it is busy with that."""
        parent = {"header": {"msg_id": "1", "msg_type": asked}}
        line.gate(line.stream, "status", {"execution_state": "busy"}, parent=parent)
        assert line.sent == told


class TestJoining:
    def test_quick_pieces_go_out_together(self, line: Line) -> None:
        """Whoever flushes each of a thousand prints does not drown the runner."""
        for number in range(20):
            line.print(f"{number} ")
        assert line.texts == ["0 "]
        line.stream.io_loop.later[0]()
        assert "".join(map(str, line.texts)).split() == [str(number) for number in range(20)]

    def test_order_is_kept(self, line: Line) -> None:
        """Before another stream, a picture or the reply, what is held goes first."""
        line.print("a")
        line.print("b")
        line.print("c", "stderr")
        line.show("display_data", {"data": {}})
        line.print("d")
        assert line.reply()[SENT] == 5
        assert line.texts == ["a", "b", "c", None, "d"]

    def test_cells_are_not_mixed(self, line: Line) -> None:
        """A late piece of one is not the next one's."""
        line.print("a")
        line.print("b")
        line.print("c", parent="2")
        assert line.texts == ["a", "b"]

    def test_another_thread_sends_at_once(self, line: Line) -> None:
        """Only the one that owns the loop can come back to it."""
        line.stream.thread = threading.Thread()
        line.print("a")
        line.print("b")
        assert line.texts == ["a", "b"]
