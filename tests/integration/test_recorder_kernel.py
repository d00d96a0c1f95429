"""The recorder in a real kernel, under everything that cells do to it."""

from __future__ import annotations

import ast
import json
from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest

from jupyter_mlops.core.project import Project
from jupyter_mlops.experiments.tracking.mlflow import MlflowTracker
from tests.integration.kernels import Kernel, started

SEEN = """
def _seen():
    import json
    from jupyter_mlops.faces.watching import watch
    from IPython.core.interactiveshell import InteractiveShell
    history = watch(InteractiveShell.instance())
    outputs = [[[o.kind, len(o.text), o.dropped] for o in e.outputs] for e in history.executions]
    return json.dumps([history.troubles, [
        [e.source, e.status, e.error, e.drawn, shown] for e, shown in zip(history.executions, outputs)]])
"""
FORK = "import os\npid = os.fork()\nif pid == 0: os._exit(0)\n_ = os.waitpid(pid, 0)"
THREAD = "import threading\ngo = threading.Event()\nthread = threading.Thread(target=go.wait, daemon=True)\nthread.start()"
PRE = "get_ipython().events.register('pre_run_cell', lambda info: 1 / 0)"
POST = "get_ipython().events.register('post_run_cell', lambda result: 1 / 0)"
ODD = [
    "print = None",
    "import builtins; builtins.dir = None",
    "import time; time.time = lambda: 5.0",
    "globals()[5] = 5",
]


@pytest.fixture(scope="module")
def kernel(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kernel]:
    """One kernel for the file, with the extension loaded: what one cell does must not harm the next."""
    root = tmp_path_factory.mktemp("project")
    Project.create(root)
    with started(root) as kernel:
        kernel.run("%load_ext jupyter_mlops")
        kernel.run(SEEN)
        yield kernel


def history(kernel: Kernel) -> list[list[object]]:
    """Return what the kernel's recorder knows of its executions, but for the one that asks."""
    troubles, executions = json.loads(ast.literal_eval(kernel.ask("_seen()")))
    assert troubles == []
    found: list[list[object]] = executions[:-1]
    return found


class TestCells:
    @pytest.mark.parametrize("source", [FORK, THREAD, PRE, POST, *ODD])
    def test_whatever_a_cell_does_it_and_the_next_are_recorded(self, kernel: Kernel, source: str) -> None:
        """Nothing of ours fails, and nothing of ours is shown."""
        assert kernel.run(source)["status"] == "ok"
        assert "jupyter_mlops" not in kernel.text
        assert kernel.ask("1 + 1") == "2"
        assert [item[:2] for item in history(kernel)[-2:]] == [[source, "ok"], ["1 + 1", "ok"]]

    def test_one_that_never_ends_is_interrupted(self, kernel: Kernel) -> None:
        """And says so."""
        kernel.run(
            "import sys\nsys.stdout.write('begun')\nsys.stdout.flush()\nwhile True: pass", until="begun"
        )
        assert history(kernel)[-1][1:3] == ["interrupted", "KeyboardInterrupt"]

    def test_of_fifty_megabytes_the_beginning_is_kept(self, kernel: Kernel) -> None:
        """The rest is counted: a gigabyte costs no more."""
        kernel.run("import sys\nfor _ in range(50): sys.stdout.write('x' * 1_000_000)")
        ((kind, kept, dropped),) = history(kernel)[-1][4]  # type: ignore[attr-defined]
        assert (kind, kept, dropped >= 49_936_000) == ("stdout", 64_000, True)

    def test_without_get_ipython(self, tmp_path: Path) -> None:
        """IPython's own magics need the name; the recorder does not."""
        Project.create(tmp_path)
        with started(tmp_path) as kernel:
            kernel.run("%load_ext jupyter_mlops")
            kernel.run(SEEN)
            kernel.run("kept = get_ipython\ndel get_ipython")
            assert kernel.ask("1 + 1") == "2"
            kernel.run("get_ipython = kept")
            assert kernel.run("%mlops status")["status"] == "ok"
            assert [item[1] for item in history(kernel)[-4:]] == ["ok"] * 4


class TestDraws:
    def test_what_libraries_draw_while_imported_is_theirs(self, tmp_path: Path) -> None:
        """Also in a cell that speaks of random states; its own draws count, from a generator just loaded, too."""
        imports = "import random\nfrom sklearn.datasets import make_classification\nX, y = make_classification(random_state=0)"
        own = "from email.mime import audio\nrandom.random()"
        with started(tmp_path) as kernel:
            kernel.run("%load_ext jupyter_mlops")
            kernel.run(SEEN)
            for source in (
                "import numpy\nx = numpy.random.rand(3)",
                imports,
                own,
                "import wave\nimport pandas",
            ):
                kernel.run(source)
            drawn = [item[3] for item in history(kernel)[-4:]]
        assert drawn == [["numpy.random"], [], ["random"], []]


class TestKilled:
    def test_its_run_is_closed_by_the_next_session(self, tmp_path: Path) -> None:
        """As killed; what runs in it goes on."""
        Project.create(tmp_path)
        with started(tmp_path) as kernel:
            kernel.run("%load_ext jupyter_mlops")
            kernel.client.execute(
                "%%mlops record doomed\nimport os, signal\nos.kill(os.getpid(), signal.SIGKILL)"
            )
            kernel.manager.provisioner.process.wait(60)  # type: ignore[union-attr]  # the local one has a process
        tracker = MlflowTracker(Project(tmp_path))
        assert [run.status for run in tracker.runs().runs] == ["running"]
        with started(tmp_path) as kernel:
            kernel.run("%load_ext jupyter_mlops")
            kernel.run("%%mlops record next\na = 1")
        assert {run.name: run.status for run in tracker.runs().runs} == {
            "doomed": "killed",
            "next": "finished",
        }


class TestRenamed:
    def test_a_notebook_renamed_while_it_is_open_is_found_again(self, tmp_path: Path) -> None:
        """By the ids of its cells: nobody tells the kernel."""
        Project.create(tmp_path)
        cells = [
            nbformat.v4.new_code_cell("n = 1", id="first"),
            nbformat.v4.new_code_cell("m = 2", id="second"),
        ]
        nbformat.write(nbformat.v4.new_notebook(cells=cells), tmp_path / "new.ipynb")
        nbformat.write(nbformat.v4.new_notebook(), tmp_path / "other.ipynb")
        with started(tmp_path, JPY_SESSION_NAME=str(tmp_path / "old.ipynb")) as kernel:
            kernel.run("%load_ext jupyter_mlops")
            kernel.run("n = 1", metadata={"cellId": "first"})
            kernel.run("%mlops status")
            assert "1 never run" in kernel.text
            kernel.run("%%mlops record\na = 1")
        (run,) = MlflowTracker(Project(tmp_path)).runs().runs
        assert (run.name, run.tags["jupyter_mlops.notebook"]) == ("new", "new.ipynb")
