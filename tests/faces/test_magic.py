"""The magic: one name, every verb, and a notebook's own errors left alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from jupyter_mlops.core import ledger
from jupyter_mlops.core.errors import Invalid, NotFound
from jupyter_mlops.core.project import Project
from jupyter_mlops.core.record import MIME, Record
from tests.faces.shell import Notebook

FRAME = "import pandas as pd; df = pd.DataFrame({'a': [1, 2], 'b': ['x', 'y']})"
FIT = """%%mlops record small
from sklearn.linear_model import LinearRegression
model = LinearRegression().fit([[0.0], [1.0]], [0.0, 1.0])
model.coef_[0]"""


class TestLoad:
    def test_it_adds_one_name(self, notebook: Notebook) -> None:
        """%mlops and %%mlops, and nothing of IPython's is shadowed."""
        magics = notebook.magics_manager.magics
        assert "mlops" in magics["line"]
        assert "mlops" in magics["cell"]
        assert "record" not in magics["cell"]

    def test_magics_on_adds_the_verbs_but_never_over_another(self, notebook: Notebook) -> None:
        """%snapshot becomes a magic, %history stays IPython's, and off takes them back."""
        history = notebook.magics_manager.magics["line"]["history"]
        notebook.say("%mlops magics on")
        magics = notebook.magics_manager.magics
        assert "snapshot" in magics["line"]
        assert "record" in magics["cell"]
        assert magics["line"]["history"] is history
        notebook.say("%mlops magics off")
        assert "snapshot" not in magics["line"]


class TestLine:
    def test_a_bare_word_is_a_variable(self, notebook: Notebook) -> None:
        """The snapshot holds what the variable held; the card says so and what comes next."""
        notebook.say(FRAME)
        answer = notebook.say("%mlops snapshot df customers")
        assert isinstance(answer, Record)
        assert "customers@1" in notebook.texts()
        assert notebook.say("%mlops load customers@1").equals(notebook.user_ns["df"])

    def test_an_answer_is_shown_once_and_assigned(self, notebook: Notebook) -> None:
        """x = %mlops … gives the record; the card shows once, wherever the line stands."""
        notebook.say(FRAME)
        notebook.say("x = %mlops snapshot df customers\n1")
        shown = [data for data in notebook.displays if MIME in data]
        assert len(shown) == 1
        assert {"text/html", "text/plain"} <= set(shown[0])
        notebook.say("%mlops snapshot df others")
        assert len([data for data in notebook.displays if MIME in data]) == 2
        notebook.say("x")
        assert len([data for data in notebook.displays if MIME in data]) == 3

    def test_code_prints_the_python_call(
        self, notebook: Notebook, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """--code says what a line stands for, and runs nothing."""
        notebook.say(FRAME)
        notebook.say("%mlops snapshot df customers --code")
        assert "mlops.snapshot(df, 'customers')" in capsys.readouterr().out

    def test_json_prints_the_wire_form(self, notebook: Notebook, capsys: pytest.CaptureFixture[str]) -> None:
        """--json is what REST answers."""
        notebook.say("%mlops settings --json")
        assert '"items"' in capsys.readouterr().out

    def test_braces_and_dollars_are_the_users(self, notebook: Notebook) -> None:
        """No interpolation: a note is kept as it was typed."""
        notebook.say(FRAME)
        notebook.say("secret = 1")
        notebook.say("%mlops snapshot df customers --note '{secret} $secret'")
        with Project.open().store.read() as connection:
            assert next(ledger.entries(connection)).arguments["note"] == "{secret} $secret"

    @pytest.mark.parametrize(
        ("line", "kind", "said"),
        [
            ("snapshot dff customers", NotFound, "Did you mean 'df'"),
            ("snapshto df customers", NotFound, "Did you mean 'snapshot'"),
            ("snapshot df customers --nte x", Invalid, "Did you mean '--note'"),
            ("snapshot df", Invalid, "name"),
            ("snapshot df a/../b", Invalid, "is not a name"),
            ("snapshot df 'open", Invalid, "Close the quote"),
            ("record x", Invalid, "%%mlops record"),
            ("promote churn@1", NotFound, "churn"),
            ("magics maybe", Invalid, "list, on, off"),
        ],
    )
    def test_nonsense_is_one_line_not_a_traceback(
        self, notebook: Notebook, line: str, kind: type[Exception], said: str
    ) -> None:
        """What is wrong, and what to do next."""
        notebook.say(FRAME)
        error = notebook.fails(f"%mlops {line}")
        assert type(error) is kind
        assert said in notebook.tracebacks[-1]
        assert "Traceback" not in notebook.tracebacks[-1]
        assert len(notebook.tracebacks[-1].splitlines()) <= 2

    def test_outside_a_project_it_says_how_to_make_one(
        self, notebook: Notebook, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Not a project: one sentence with the way out, which then works."""
        (tmp_path / "empty" / ".git").mkdir(parents=True)
        monkeypatch.chdir(tmp_path / "empty")
        assert "%mlops init" in str(notebook.fails("%mlops status"))
        notebook.say("%mlops init")
        notebook.say("%mlops status")


class TestRecord:
    def test_a_training_cell_becomes_a_run(self, notebook: Notebook) -> None:
        """The cell runs in the notebook's namespace, shows what it shows, and is recorded with its model."""
        notebook.say(FIT)
        assert "model" in notebook.user_ns
        assert float(str(notebook.shown[0]["text/plain"]).strip("np.float64()")) == pytest.approx(1)
        registered = notebook.say("%mlops register model line")
        assert registered.version == "line@1"
        assert registered.run is not None

    def test_the_users_own_error_shows_with_nothing_of_ours(self, notebook: Notebook) -> None:
        """The traceback has the cell's frames only, and the run is failed."""
        error = notebook.fails("%%mlops record broken\nx = 1\ny = x / 0")
        assert isinstance(error, ZeroDivisionError)
        assert "y = x / 0" in notebook.tracebacks[-1]
        assert "jupyter_mlops" not in notebook.tracebacks[-1]
        (run,) = notebook.say("%mlops runs").runs
        assert run.status == "failed"
        assert notebook.user_ns["x"] == 1

    def test_a_syntax_error_is_the_users_too(self, notebook: Notebook) -> None:
        """It points at the line that the user typed."""
        error = notebook.fails("%%mlops record broken\nx = = 1")
        assert type(error).__name__ == "SyntaxError"
        assert "x = = 1" in notebook.tracebacks[-1]
        assert "jupyter_mlops" not in notebook.tracebacks[-1]

    def test_an_interrupt_stops_the_cell_and_closes_the_run(self, notebook: Notebook) -> None:
        """Ctrl-C in a cell: the run ends as killed."""
        error = notebook.fails("%%mlops record stopped\nraise KeyboardInterrupt")
        assert isinstance(error, KeyboardInterrupt)
        (run,) = notebook.say("%mlops runs").runs
        assert run.status == "killed"

    def test_magics_work_inside_a_recorded_cell(self, notebook: Notebook) -> None:
        """A cell may snapshot while it is recorded; the ledger knows which call it was made in."""
        notebook.say(FRAME)
        notebook.say("%%mlops record inner\n%mlops snapshot df customers")
        with Project.open().store.read() as connection:
            events = list(ledger.entries(connection))
        snapshot = next(event for event in events if event.verb == "snapshot")
        outcome = next(event for event in events if event.verb == "record" and event.phase == "outcome")
        assert snapshot.parent == outcome.intent
        assert "snapshot:customers@1" in outcome.outputs

    def test_await_is_refused_in_one_sentence(self, notebook: Notebook) -> None:
        """A cell that awaits cannot be recorded, and says where to put the await."""
        error = notebook.fails("%%mlops record late\nimport asyncio\nawait asyncio.sleep(0)")
        assert isinstance(error, Invalid)


class TestPython:
    def test_what_python_reads_the_recorded_cell_has_read(self, notebook: Notebook) -> None:
        """The facade and the magic share the notebook's session."""
        notebook.say(FRAME)
        notebook.say("%mlops snapshot df customers")
        notebook.say("%reload_ext jupyter_mlops")
        notebook.say("import jupyter_mlops; mlops = jupyter_mlops.open(); df = mlops.load('customers@1')")
        recorded = notebook.say("%%mlops record again\ndf.sum(numeric_only=True)")
        assert recorded.snapshots == ("customers@1",)


class TestComplete:
    @pytest.mark.parametrize(
        ("typed", "offered"),
        [
            ("%mlops sna", "snapshot"),
            ("%mlops snapshot d", "df"),
            ("%mlops snapshot df customers --n", "--note"),
            ("%mlops load cust", "customers@1"),
            ("%mlops magics o", "off"),
            ("%%mlops rec", "record"),
        ],
    )
    def test_what_exists_is_offered(self, notebook: Notebook, typed: str, offered: str) -> None:
        """Verbs, options, variables and names complete."""
        notebook.say(FRAME)
        notebook.say("%mlops snapshot df customers")
        _, found = notebook.complete(typed.rsplit(maxsplit=1)[-1], typed, len(typed))
        assert offered in found
