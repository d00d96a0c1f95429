"""The history: bounded, and true to what ran whatever the cells do."""

from __future__ import annotations

import os

import pytest

from jupyter_mlops.experiments.recorder import history as module
from jupyter_mlops.experiments.recorder.executed import Output
from jupyter_mlops.experiments.recorder.history import History
from tests.unit.experiments.recorder.sessions import Session


class TestWhatIsKept:
    def test_an_execution_names_what_it_bound_and_deleted(self) -> None:
        """By the live variables, not by the source."""
        session = Session()
        session.run("a, b = [1], [2]")
        session.run("del a\nb = 3")
        last = session.history.executions[-1]
        assert (list(last.bound), last.gone, last.status) == (["b"], ("a",), "ok")

    def test_a_clock_that_jumps_changes_no_duration(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Durations are by a clock that never goes back."""
        times = iter([1_000.0, 5.0])
        monkeypatch.setattr(module.time, "time", lambda: next(times))
        session = Session()
        session.run("a = 1", "a")
        session.run("b = a", "b")
        first, second = session.history.executions
        assert second.begun_at < first.begun_at
        assert min(first.took_s, second.took_s) >= 0
        assert session.states()["b"].state == "fresh"

    def test_what_changed_while_no_cell_ran_is_in_doubt(self) -> None:
        """A thread or a widget bound it."""
        session = Session()
        session.run("a = 1", "a")
        session.namespace["a"] = 2_000
        session.run("b = a", "b")
        assert session.states()["b"].state == "unproven"

    def test_a_cell_within_a_cell(self) -> None:
        """What an inner cell does is the outer's too."""
        session = Session()
        session.history.begin("run('n = 1')", "outer", 1)
        session.run("n = 1", "inner")
        session.history.end("ok")
        assert [list(item.bound) for item in session.history.executions] == [["n"], ["n"]]


class TestBounds:
    def test_old_outputs_are_forgotten_first(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """The count of what was dropped stays."""
        monkeypatch.setattr(module, "_OUTPUT_BUDGET", 1_000)
        history = History()
        history.watch({})
        for number in range(5):
            history.begin("print()", f"c{number}", number)
            history.end("ok", outputs=[Output("stdout", "x" * 400)])
        texts = [item.outputs[0].text for item in history.executions]
        assert [len(text) for text in texts] == [0, 0, 0, 400, 400]
        assert history.executions[0].outputs[0].dropped == 400

    def test_a_session_that_is_too_long_proves_nothing(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """It is not remembered whole, and says so."""
        monkeypatch.setattr(module, "_MOST", 3)
        session = Session()
        for number in range(5):
            session.run("a = 1", f"c{number}")
        assert len(session.history.executions) == 3
        assert {item.state for item in session.states().values()} == {"unproven"}

    def test_nothing_is_held_while_a_cell_runs(self) -> None:
        """What a cell lets go of is freed at once."""
        import weakref

        session = Session()
        session.run("class Big: pass\nbig = Big()")
        gone = weakref.ref(session.namespace["big"])  # type: ignore[type-var]
        session.history.begin("del big", None, 2)
        del session.namespace["big"]
        assert gone() is None

    def test_a_forked_process_is_not_ours(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """The child of a cell that forks is another session."""
        history = History()
        monkeypatch.setattr(os, "getpid", lambda: -1)
        assert not history.is_ours

    def test_a_thousand_cells_are_read(self) -> None:
        """A long session still has its states."""
        history = History()
        names: dict[str, object] = {}
        history.watch(names)
        for number in range(1_000):
            history.begin("n = n + 1" if number else "n = 0", f"c{number}", number)
            names["n"] = number + 10_000
            history.end("ok")
        from jupyter_mlops.experiments.recorder.states import states
        from jupyter_mlops.experiments.recorder.trace import Trace

        found = states(Trace(history).update())
        assert {item.state for item in found} == {"fresh"}
