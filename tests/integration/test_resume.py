"""A notebook that failed goes on at the failed cell, in a fresh kernel, as if it had not."""

from __future__ import annotations

import time
from collections.abc import Mapping
from pathlib import Path

import nbformat
import pytest

from jupyter_mlops.core.errors import Refused
from jupyter_mlops.core.project import Project
from jupyter_mlops.pipelines.file import document
from jupyter_mlops.pipelines.running import keeping
from jupyter_mlops.pipelines.running.checkpoint import Verdict, verdict
from jupyter_mlops.pipelines.running.papermill import PapermillRunner
from jupyter_mlops.pipelines.running.runner import CellProgress, Job, NotebookRun
from tests.notebooks.builder import write_notebook

MADE = (
    "import random, sqlite3, threading\nimport xml.dom.minidom\nimport numpy as np\nnp.random.seed(4)\nrandom.seed(5)",
    "a = np.arange(10.)\nview = a[2:5]\nheld = {'view': view}",
    "print('slow')\nopen('ran', 'a').write('x')\n5",
    "def times(x):\n    return x * k\nk = 3",
    "class Counter:\n    n = 0\n    def up(self):\n        Counter.n += times(1)\n        return self.n\ncounter = Counter()\ncounter.up()",
    "lines = (n for n in range(9))\nopen('ran', 'a').write('y')",
    "next(lines)",
    "db = sqlite3.connect('shop.db')\nopen('ran', 'a').write('z')",
    "rows = db.execute('select 7').fetchall()\nopen('ran', 'a').write('w')",
    "first = np.random.rand(), random.random()",
)
FAILS = "open('tried', 'a').write('x')\n1 / 0"
CHECKS = (
    "held['view'][0] = 99\nassert a[2] == 99 and view is held['view']",
    "k = 5\nassert counter.up() == 8 and Counter.n == 8 and isinstance(counter, Counter)",
    "assert next(lines) == 1 and rows == [(7,)] and db.execute('select 8').fetchone() == (8,)",
    "assert times.__globals__ is globals() and xml.dom.minidom.parseString('<a/>')",
    "print(np.random.rand(), random.random())",
)


class Desk:
    """Runs a notebook with a checkpoint, and again."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self.folder = project.root
        self.heard: list[CellProgress] = []

    def job(
        self, *sources: str, resume: bool = False, given: Mapping[str, object] | None = None, **more: object
    ) -> Job:
        path = write_notebook(self.folder / "a.ipynb", *sources, parameters="n = 1")
        return Job(
            document.read(path, path.name),
            self.folder / "out.ipynb",
            60.0,
            given or {},
            checkpoint=self.project.folder / "runs" / "step",
            resume=resume,
            **more,  # type: ignore[arg-type]
        )

    def run(self, *sources: str, **options: object) -> NotebookRun:
        job = self.job(*sources, **options)  # type: ignore[arg-type]
        return PapermillRunner(self.project).run(job, self.heard.append, lambda: False)

    def verdict(self, *sources: str, **options: object) -> Verdict:
        return verdict(self.project, self.job(*sources, **options))  # type: ignore[arg-type]

    def cells(self) -> list[nbformat.NotebookNode]:
        found = nbformat.read(self.folder / "out.ipynb", as_version=4)
        nbformat.validate(found)
        return list(found.cells)

    def ran(self) -> str:
        return (self.folder / "ran").read_text()


@pytest.fixture
def desk(project: Project) -> Desk:
    return Desk(project)


class TestResume:
    def test_it_goes_on_as_if_nothing_had_happened(self, desk: Desk) -> None:
        """Views, classes, functions, generators, connections, random numbers; only what must runs again."""
        assert desk.run(*MADE, FAILS).status == "failed"
        expected = desk.verdict(*MADE, *CHECKS)
        assert (expected.start, expected.replayed) == (12, (7, 8, 9))
        assert expected.reasons[2] == "[9] runs again. db: a sqlite3.Connection cannot be kept (TypeError)."
        desk.heard.clear()
        answer = desk.run(*MADE, *CHECKS, resume=True)
        assert (answer.status, answer.failure) == ("completed", None)
        assert [cell.status for cell in answer.cells] == (
            ["restored"] * 6 + ["replayed"] * 3 + ["restored"] * 2 + ["completed"] * 5
        )
        assert desk.ran() == "xyzw" + "yz"
        assert [at.done for at in desk.heard][-1] == 16

    def test_it_leaves_what_an_unbroken_run_leaves(self, desk: Desk, tmp_path: Path) -> None:
        """The outputs of restored cells with them, their numbers, and the random numbers to come."""
        desk.run(*MADE, FAILS)
        desk.run(*MADE, *CHECKS, resume=True)
        resumed = desk.cells()
        desk.run(*MADE, *CHECKS)
        whole = desk.cells()
        assert [cell.outputs for cell in resumed] == [cell.outputs for cell in whole]
        assert [cell.execution_count for cell in resumed] == [cell.execution_count for cell in whole]
        assert resumed[3].metadata.papermill.status == "restored"
        assert not (desk.project.folder / "runs" / "step").exists()

    def test_it_may_fail_again(self, desk: Desk) -> None:
        """And go on from there, with what the second run did."""
        desk.run("a = [1]\nb = a", FAILS)
        again = desk.run("a = [1]\nb = a", "b.append(2)", FAILS, resume=True)
        assert [cell.status for cell in again.cells] == ["restored", "restored", "completed", "failed"]
        last = desk.run("a = [1]\nb = a", "b.append(2)", "assert a == [1, 2] and a is b", resume=True)
        assert [cell.status for cell in last.cells] == ["restored"] * 3 + ["completed"]

    def test_without_time_to_keep_it_runs_again(self, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
        """Slower, but true."""
        monkeypatch.setattr(keeping, "_FREE_S", -1e9)
        desk.run("a = [1]", "a.append(2)\nopen('ran', 'a').write('x')", FAILS)
        answer = desk.run(
            "a = [1]", "a.append(2)\nopen('ran', 'a').write('x')", "assert a == [1, 2]", resume=True
        )
        assert [cell.status for cell in answer.cells] == ["replayed"] * 3 + ["completed"]
        assert desk.ran() == "xx"

    def test_damage_is_told_and_nothing_runs(self, desk: Desk) -> None:
        """What was kept is proven to be ours before it is unpickled."""
        desk.run("a = [1]", FAILS)
        for path in (desk.project.folder / "runs" / "step" / "objects").iterdir():
            path.write_bytes(b"x" * path.stat().st_size)
        answer = desk.run("a = [1]", "open('ran', 'a').write('x')", resume=True)
        assert answer.failure is not None
        assert (answer.failure.cause, answer.failure.cell) == ("not_restored", 0)
        assert not (desk.folder / "ran").exists()


class TestCancelling:
    SLOW = (
        "class Slow:\n    def __init__(self):\n        self.x = 1\n    def __reduce__(self):\n        import time\n"
        "        open('keeping', 'w')\n        time.sleep(60)\nslow = Slow()"
    )

    def test_while_a_cell_is_kept(self, desk: Desk) -> None:
        """It does not wait for that; the kernel is asked to stop, and the next cell is not begun."""
        began = time.monotonic()
        job = desk.job(self.SLOW, "open('ran', 'w')")
        answer = PapermillRunner(desk.project).run(job, desk.heard.append, (desk.folder / "keeping").exists)
        assert answer.status == "cancelled"
        assert time.monotonic() - began < 20
        assert not (desk.folder / "ran").exists()

    def test_while_it_is_brought_back(self, desk: Desk) -> None:
        """Nothing has run; it can be resumed again."""
        made = "class Slow:\n    def __setstate__(self, state):\n        import time; time.sleep(60)\nslow = Slow()\nslow.x = 1"
        desk.run(made, FAILS)
        job = desk.job(made, "open('ran', 'w')", resume=True)
        began = time.monotonic()
        answer = PapermillRunner(desk.project).run(
            job, desk.heard.append, lambda: time.monotonic() - began > 2
        )
        assert answer.failure is not None
        assert (answer.status, answer.failure.cell) == ("cancelled", 0)
        assert time.monotonic() - began < 20
        assert desk.verdict(made, "2").start == 3


class TestRefusal:
    def test_nothing_that_it_was_made_from_may_have_changed(self, desk: Desk) -> None:
        """One sentence says which cell, parameter, secret, input, file or package did; the failed cell may."""
        (desk.folder / "data.csv").write_text("1")
        (desk.folder / "mine.py").write_text("x = 1")
        made = ("import mine, yaml", "rows = open('data.csv').read()", FAILS)
        kept = {"given": {"n": 2}, "inputs": {"customers": "digest"}}
        desk.run(*made, **kept)
        changed = ("import mine", *made[1:])
        for sources, options, words in (
            (changed, {}, "cell [3] (import mine, yaml) changed"),
            (made[:1], {}, "cell [4] (rows = open('data.csv').read()) is gone"),
            (made, {"given": {"n": 3}}, "the parameter n changed"),
            (made, {"inputs": {"customers": "another"}}, "the input customers changed"),
            (made, {"secrets": {"key": "env:PATH"}}, "the secret key changed"),
        ):
            assert words in desk.verdict(*sources, **(kept | options)).refusal, words
        assert desk.verdict(*made[:2], "print('mended')", **kept).refusal == ""
        (desk.folder / "mine.py").write_text("x = 22")
        assert "the file mine.py, which cell [3] names, changed" in desk.verdict(*made, **kept).refusal
        (desk.folder / "data.csv").write_text("22")
        with pytest.raises(Refused, match="cannot go on: the file"):
            desk.run(*made, resume=True, **kept)

    def test_the_order_of_cells_counts(self, desk: Desk) -> None:
        """A cell put in between is told by its place."""
        desk.run("1", "2", FAILS)
        job = desk.job("1", "2", FAILS)
        cells = job.notebook.node.cells
        cells[1], cells[2] = cells[2], cells[1]
        assert "cell [2] (2) was added, or has moved" in verdict(desk.project, job).refusal

    def test_a_package_that_the_cells_use(self, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
        """In another version than then."""
        from jupyter_mlops.pipelines.running import ingredients

        installed = ingredients._installed

        def older(folders: list[str]) -> dict[str, tuple[str, Path]]:
            return {name: ("0.1", place) for name, (_, place) in installed(folders).items()}

        desk.run("import yaml", FAILS)
        monkeypatch.setattr(ingredients, "_installed", older)
        assert "the package pyyaml is 0.1, and was" in desk.verdict("import yaml", "2").refusal

    def test_nothing_to_go_on_from(self, desk: Desk) -> None:
        """It runs from its first cell; so does one whose run has completed."""
        assert desk.verdict("1").reasons == ("Nothing was kept: it would run from its first cell.",)
        assert desk.run("1", resume=True).status == "completed"
        assert desk.verdict("1").start == 1
