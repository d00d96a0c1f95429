"""Notebooks in real kernels: each test starts one, and holds several promises about it; faults have a file of their own."""

from __future__ import annotations

import socket
from collections.abc import Mapping
from datetime import date
from pathlib import Path

import nbformat
import pytest
from jupyter_client.connect import LocalPortCache

from jupyter_mlops.core.errors import Invalid
from jupyter_mlops.core.project import Project
from jupyter_mlops.pipelines.file import document
from jupyter_mlops.pipelines.file.parameters import check, read_parameters
from jupyter_mlops.pipelines.running.papermill import PapermillRunner
from jupyter_mlops.pipelines.running.runner import Job, NotebookRun
from tests.notebooks.builder import write_notebook


class Bench:
    """Runs cells in a kernel and reads what was written."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self.folder = project.root
        self.output = self.folder / "out" / "a.ipynb"

    def run(
        self,
        *sources: str,
        kernel: str | None = "python3",
        name: str = "a{b}.ipynb",
        parameters: str | None = None,
        given: Mapping[str, str] | None = None,
    ) -> NotebookRun:
        path = write_notebook(self.folder / name, *sources, kernel=kernel, parameters=parameters)
        notebook = document.read(path, name)
        values = check(read_parameters(notebook.node.cells), given or {})
        environment = {"JUPYTER_MLOPS_NOTEBOOK": name}
        job = Job(notebook, self.output, 60.0, values, environment)
        return PapermillRunner(self.project).run(job, lambda _: None, lambda: False)

    def texts(self) -> list[str]:
        found = nbformat.read(self.output, as_version=4)
        nbformat.validate(found)
        return ["".join(output.get("text", "") for output in cell.outputs) for cell in found.cells]

    def statuses(self) -> list[str]:
        return [cell.metadata.papermill.status for cell in nbformat.read(self.output, as_version=4).cells]


@pytest.fixture
def bench(project: Project) -> Bench:
    return Bench(project)


class TestKernel:
    def test_a_run_from_end_to_end(self, bench: Bench) -> None:
        """Typed values, the cell's id, the folder, the environment, a missing kernel, odd output, hostile text."""
        hostile = '"; import os; os.abort() #\n\ud800'
        answer = bench.run(
            "print(repr((when, sizes, text)))",
            "print(get_ipython().kernel.get_parent('shell')['metadata']['cellId'])",
            "import os\nprint(os.getcwd(), os.environ['JUPYTER_MLOPS_NOTEBOOK'], os.environ['JPY_SESSION_NAME'])",
            "print('lone \\udcff surrogate')",
            parameters=(
                "from datetime import date\nwhen: date = date(2026, 1, 1)\nsizes: tuple[int, ...] = ()\ntext = ''"
            ),
            given={"when": "2026-11-01", "sizes": "(1, 2)", "text": hostile},
            kernel="gone-forever",
            name="sub/all.ipynb",
        )
        texts = bench.texts()
        assert texts[2] == f"{(date(2026, 11, 1), (1, 2), hostile)!r}\n"
        assert texts[3] == "cell-1\n"
        assert texts[4] == f"{bench.folder / 'sub'} sub/all.ipynb {bench.folder / 'sub' / 'all.ipynb'}\n"
        assert texts[5].startswith("lone ")
        assert texts[5].endswith(" surrogate\n")
        assert "gone-forever" in answer.warnings[0]

    def test_a_session_inside_a_running_loop(self, bench: Bench) -> None:
        """From a notebook's cell a notebook can be run: its event loop is another."""
        import asyncio

        async def cell() -> NotebookRun:
            return bench.run("print('within')", kernel=None)

        assert asyncio.run(cell()).status == "completed"
        assert bench.texts() == ["within\n"]

    @pytest.mark.parametrize(("given", "shown"), [("nan", "nan True"), ("x" * 5_000_000, "5000000 False")])
    def test_odd_values(self, bench: Bench, given: str, shown: str) -> None:
        """NaN, and five megabytes of text."""
        kind = "float" if given == "nan" else "str"
        code = "print(value if isinstance(value, float) else len(value), value != value)"
        assert bench.run(code, parameters=f"value: {kind}", given={"value": given}).status == "completed"
        assert bench.texts()[-1] == f"{shown}\n"

    def test_our_own_names_stay_out_of_the_notebook(self, bench: Bench) -> None:
        """And its cells out of the user's history."""
        code = "print(sorted(name for name in globals() if 'mlops' in name), get_ipython().history_manager.hist_file)"
        bench.run(code)
        assert bench.texts() == ["[] :memory:\n"]


class TestStart:
    def test_a_port_that_somebody_takes_meanwhile(
        self, bench: Bench, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The kernel neither serves nor ends then: it is started again, on other ports."""
        find, asked = LocalPortCache.find_available_port, list[int]()
        with socket.create_server(("127.0.0.1", 0)) as taken:

            def found(cache: LocalPortCache, address: str) -> int:
                asked.append(1)
                return int(taken.getsockname()[1]) if len(asked) == 2 else find(cache, address)

            monkeypatch.setattr(LocalPortCache, "find_available_port", found)
            answer = bench.run("print('here')")
        assert answer.status == "completed"
        assert len(asked) == 10


class TestEndings:
    @pytest.mark.parametrize(
        ("source", "cause", "words"),
        [("quit()", "quit", "quit"), ("import os; os._exit(0)", "kernel_died", "exit code 0")],
    )
    def test_a_kernel_that_ends_is_a_failure(self, bench: Bench, source: str, cause: str, words: str) -> None:
        """papermill says exit code 0, or `completed`."""
        answer = bench.run("x = 1", source, "x = 2")
        assert answer.failure is not None
        assert (answer.status, answer.failure.cause, answer.failure.cell) == ("failed", cause, 2)
        assert words in answer.failure.message
        assert bench.statuses() == ["completed", "failed", "not_run"]

    def test_quit_in_the_last_cell(self, bench: Bench) -> None:
        """There is no later cell to find the kernel gone."""
        assert bench.run("exit()").status == "failed"

    def test_cancelling(self, project: Project) -> None:
        """The cell is interrupted, the rest is not run."""
        mark = project.root / "mark"
        path = write_notebook(project.root / "a.ipynb", "open('mark', 'w')\nwhile True: pass", "x = 2")
        job = Job(document.read(path, path.name), project.root / "out.ipynb", 60.0)
        answer = PapermillRunner(project).run(job, lambda _: None, mark.exists)
        assert answer.status == "cancelled"
        assert [cell.status for cell in answer.cells] == ["failed", "not_run"]

    def test_secrets_in_tracebacks_are_masked(self, bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
        """What the environment holds does not reach the file."""
        monkeypatch.setenv("SHOP_API_KEY", "correct-horse-battery")
        answer = bench.run("import os\nraise ValueError(os.environ['SHOP_API_KEY'])")
        assert answer.failure is not None
        assert "correct-horse" not in answer.failure.message + bench.output.read_text()


class TestPlainPapermill:
    def test_our_engine_serves_it(self, project: Project) -> None:
        """Values are typed and cannot be code; a kernel that quits is an error."""
        from papermill import PapermillExecutionError, execute_notebook
        from papermill.engines import papermill_engines

        from jupyter_mlops.pipelines.running.papermill import ENGINE, Engine

        papermill_engines.register(ENGINE, Engine)
        path = write_notebook(project.root / "a.ipynb", "print(n)", "quit()", parameters="n: int = 1")
        output = project.root / "out.ipynb"
        with pytest.raises(PapermillExecutionError, match="ended the kernel"):
            execute_notebook(path, output, {"n": "3"}, engine_name=ENGINE, progress_bar=False)
        assert any("n = 3" in cell.source for cell in _read(output).cells)
        with pytest.raises(Invalid, match="unknown"):
            execute_notebook(path, output, {"unknown": 3}, engine_name=ENGINE, progress_bar=False)

    def test_what_is_printed_goes_where_it_was_told_to(self, project: Project) -> None:
        """Whole lines, without secrets."""
        from papermill import execute_notebook
        from papermill.engines import papermill_engines

        from jupyter_mlops.pipelines.running.papermill import ENGINE, Engine

        papermill_engines.register(ENGINE, Engine)
        path = write_notebook(
            project.root / "a.ipynb", "print('one', end='', flush=True)\nprint(' password=two')"
        )
        with (project.root / "log").open("w") as log:
            execute_notebook(path, None, engine_name=ENGINE, progress_bar=False, stdout_file=log)
        assert (project.root / "log").read_text() == "one password=***\n"


def _read(path: Path) -> nbformat.NotebookNode:
    found = nbformat.read(path, as_version=4)
    nbformat.validate(found)
    return found
