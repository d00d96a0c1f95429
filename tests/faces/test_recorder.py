"""The recorder in a real shell: it sees what ran, says what is proven, and never stands in a cell's way."""

from __future__ import annotations

import json
from pathlib import Path
from typing import cast

import nbformat
import pytest

from jupyter_mlops.core.errors import Refused
from jupyter_mlops.core.project import Project
from jupyter_mlops.experiments.recorder.history import History
from jupyter_mlops.experiments.recorder.run_record import RunRecord
from jupyter_mlops.faces.magic import MlopsMagics
from tests.faces.shell import Notebook
from tests.fakes import FakeClock, FakeTracker

DATA = """import pandas as pd
from sklearn.linear_model import LogisticRegression
table = pd.DataFrame({"x": range(6), "y": [0, 1] * 3})"""
FIT = "%%mlops record churn\nmodel = LogisticRegression().fit(table[['x']], table['y'])"


def magics(notebook: Notebook) -> MlopsMagics:
    return cast(MlopsMagics, notebook.magics_manager.magics["line"]["mlops"].__wrapped__.__self__)


def history(notebook: Notebook) -> History:
    found = magics(notebook).session.recorder
    assert isinstance(found, History)
    return found


@pytest.fixture
def tracker(notebook: Notebook, here: Path) -> FakeTracker:
    """A tracker in memory, and the notebook's project with it."""
    fake = FakeTracker(FakeClock())
    project = Project(here, services={"tracker": fake})
    project.session = magics(notebook).session
    magics(notebook)._project = project
    return fake


class TestWatching:
    def test_cells_are_known_by_the_front_ends_ids(self, notebook: Notebook) -> None:
        """Lab, VS Code and our engine name the cell with the request."""
        notebook.run_cell("n = 1", store_history=True, cell_id="cell-a")
        notebook.run_cell("n = 2", store_history=True, cell_id="cell-a")
        assert [item.cell for item in history(notebook).executions[-2:]] == ["cell-a", "cell-a"]

    def test_the_cell_that_loads_the_extension_counts(self, notebook: Notebook) -> None:
        """What it binds below that line was made by a cell."""
        assert history(notebook).executions[0].source == "%load_ext jupyter_mlops"

    def test_outputs_are_kept_within_limits(self, notebook: Notebook) -> None:
        """The beginning is kept, the rest is counted."""
        notebook.say("for _ in range(1_000): print('x' * 999)")
        (output,) = history(notebook).executions[-1].outputs
        assert (output.kind, len(output.text), output.dropped) == ("stdout", 64_000, 936_000)

    def test_an_error_is_kept_with_its_traceback(self, notebook: Notebook) -> None:
        """Status, class and text."""
        notebook.fails("1 / 0")
        last = history(notebook).executions[-1]
        assert (last.status, last.error, last.outputs[-1].kind) == ("failed", "ZeroDivisionError", "error")
        assert "ZeroDivisionError: division by zero" in last.outputs[-1].text

    @pytest.mark.parametrize(
        "source",
        [
            "print = None",
            "del get_ipython",
            "import threading; thread = threading.Thread(target=list); thread.start(); thread.join()",
            "import os\npid = os.fork()\nif pid == 0: os._exit(0)\n_ = os.waitpid(pid, 0)",
            "class Odd(type):\n    def __getattribute__(cls, name): raise ValueError\nclass Made(metaclass=Odd): pass",
            "__name__ = None",
        ],
    )
    def test_what_a_cell_may_do_to_it(self, notebook: Notebook, source: str) -> None:
        """The cell runs, the next one runs, and nothing is shown of our trouble."""
        notebook.say(source)
        assert notebook.say("1 + 1") == 2
        assert notebook.tracebacks == []

    def test_a_callback_that_raises(self, notebook: Notebook) -> None:
        """Another extension's mistake is its own."""

        def broken(_: object) -> None:
            raise RuntimeError("mine")

        notebook.events.register("post_run_cell", broken)
        notebook.say("n = 1")
        assert history(notebook).executions[-1].status == "ok"

    def test_a_recorder_that_fails_proves_nothing(
        self, notebook: Notebook, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The cell comes first; what was not seen is in doubt."""

        def fails(*_: object) -> None:
            raise OSError("no")

        monkeypatch.setattr(history(notebook), "end", fails)
        assert notebook.say("1 + 1") == 2
        assert history(notebook).troubles == ["the recorder failed: OSError"]


class TestStatus:
    def test_it_shows_the_state_of_every_cell(self, notebook: Notebook) -> None:
        """With the reason."""
        for source, cell in (("n = 1", "a"), ("m = n", "b"), ("n = 2", "a")):
            notebook.run_cell(source, store_history=True, cell_id=cell)
        notebook.say("%mlops status")
        assert "stale: n was made anew by [4] after it ran" in notebook.texts()

    def test_cells_edited_on_disk_are_told(
        self, notebook: Notebook, here: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The file was saved after the cell had run."""
        import os

        monkeypatch.setenv("JPY_SESSION_NAME", str(here / "train.ipynb"))
        notebook.run_cell("n = 1", store_history=True, cell_id="a")
        node = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("n = 2", id="a")])
        nbformat.write(node, here / "train.ipynb")
        os.utime(here / "train.ipynb", (4e9, 4e9))
        notebook.say("%mlops status")
        assert "edited: its source has changed since it ran" in notebook.texts()


class TestRecord:
    def test_the_run_keeps_its_record_session_and_slice(
        self, notebook: Notebook, tracker: FakeTracker
    ) -> None:
        """Compare and reproduce work from these alone."""
        for source in ("note = 'ada@example.com'", DATA, FIT):
            notebook.say(source)
        (run,) = tracker.runs().runs
        files = tracker.artifacts[run.id]
        found = RunRecord.model_validate_json(files["mlops/record.json"])  # type: ignore[arg-type]
        assert (run.tags["mlops.proven"], found.is_proven, found.slice) == ("true", True, (2, 3))
        assert found.masked["email"] >= 1
        assert b"ada@example.com" not in b"".join(cast("list[bytes]", list(files.values())))
        session = nbformat.reads(cast(bytes, files["mlops/session.ipynb"]).decode(), as_version=4)
        nbformat.validate(session)
        assert [cell.source for cell in json.loads(files["mlops/slice.ipynb"])["cells"] and session.cells][
            2
        ] == DATA

    def test_a_model_that_no_run_keeps_gets_the_same_record_when_it_is_registered(
        self, notebook: Notebook, tracker: FakeTracker
    ) -> None:
        """Session, slice, environment, seeds: whoever registers at once loses nothing but the input example."""
        for source in (DATA, "note = 1", FIT.partition("\n")[2], "%mlops register model churn"):
            notebook.say(source)
        (run,) = tracker.runs().runs
        files = tracker.artifacts[run.id]
        found = RunRecord.model_validate_json(files["mlops/record.json"])
        assert (found.slice, found.is_proven, run.tags["mlops.proven"]) == ((1, 3), True, "true")
        assert {"source.py", "requirements.txt", "mlops/session.ipynb", "mlops/slice.ipynb"} < set(files)
        assert files["source.py"].decode() == FIT.partition("\n")[2]
        assert len(run.tags["jupyter_mlops.environment"]) == 64

    def test_a_model_on_stale_data_is_unproven(self, notebook: Notebook, tracker: FakeTracker) -> None:
        """The version says why."""
        notebook.run_cell(DATA, store_history=True, cell_id="data")
        notebook.run_cell("table['x'] = table['x'] * 2", store_history=True, cell_id="scale")
        notebook.run_cell("table['x'] = table['x'] * 2", store_history=True, cell_id="scale")
        notebook.say(FIT)
        notebook.say("%mlops register model churn")
        tags = tracker.resolve("churn@1").tags
        assert tags["mlops.proven"] == "false"
        assert "ran again on table" in tags["mlops.unproven_reasons"]

    def test_settings_may_refuse_what_is_unproven(
        self, notebook: Notebook, tracker: FakeTracker, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Nothing is registered, and the hint says how to mend it."""
        monkeypatch.setenv("JUPYTER_MLOPS_REQUIRE_PROVEN", "true")
        notebook.say(DATA + "\nexec('n = 1')")
        notebook.say(FIT)
        error = notebook.fails("%mlops register model churn")
        assert isinstance(error, Refused)
        assert "unproven" in error.message
        assert not tracker.versions()


class TestLeaks:
    def test_the_flow_of_the_cells_joins_the_report(self, notebook: Notebook) -> None:
        """What the tables do not show, the order of the cells does."""
        notebook.say(
            "import pandas as pd\nfrom sklearn.model_selection import train_test_split\n"
            "table = pd.DataFrame({'x': range(8), 'y': [0, 1] * 4})\ntrain, test = train_test_split(table)"
        )
        report = notebook.say("%mlops leaks train test")
        assert "seed-missing" in [item.check for item in report.findings]  # type: ignore[attr-defined]
