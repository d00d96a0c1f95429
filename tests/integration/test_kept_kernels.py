"""The kernel of a failed cell waits for somebody to look into it, and no longer."""

from __future__ import annotations

import asyncio
import sys
import time
from pathlib import Path

import psutil
import pytest
from jupyter_client import BlockingKernelClient
from jupyter_server.services.kernels.kernelmanager import AsyncMappingKernelManager

from jupyter_mlops.core.errors import NotFound
from jupyter_mlops.core.project import Project
from jupyter_mlops.pipelines.file import document
from jupyter_mlops.pipelines.running import kept
from jupyter_mlops.pipelines.running.papermill import PapermillRunner
from jupyter_mlops.pipelines.running.runner import Job, NotebookRun
from tests.notebooks.builder import write_notebook

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no supervisor")


class Desk:
    """Runs notebooks whose kernels are kept."""

    def __init__(self, project: Project, runtime: Path) -> None:
        self.project = project
        self.runtime = runtime

    def run(self, *sources: str, keep_kernel_s: float = 60) -> NotebookRun:
        path = write_notebook(self.project.root / "a.ipynb", *sources)
        output = self.project.folder / "runs" / "20261101-1" / "a.ipynb"
        job = Job(document.read(path, path.name), output, 60.0, keep_kernel_s=keep_kernel_s)
        return PapermillRunner(self.project).run(job, lambda _: None, lambda: False)

    def evaluate(self, connection_file: str, expression: str) -> str:
        """Ask as a second client does."""
        client = BlockingKernelClient(connection_file=connection_file)
        client.load_connection_file()
        client.start_channels()
        try:
            client.wait_for_ready(timeout=20)
            reply = client.execute(expression, user_expressions={"x": expression}, reply=True, timeout=20)
            return str(reply["content"]["user_expressions"]["x"]["data"]["text/plain"])
        finally:
            client.stop_channels()


@pytest.fixture
def desk(project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    monkeypatch.setenv("JUPYTER_RUNTIME_DIR", str(tmp_path / "runtime"))
    return Desk(project, tmp_path / "runtime")


class TestKept:
    def test_a_second_client_sees_the_variables(self, desk: Desk) -> None:
        """Those of the failed cell too; the console, and Jupyter Server as a kernel that it has not started."""
        answer = desk.run("x = 40", "x += 2\nlocal = 'here'\n1 / 0")
        assert answer.kernel_file is not None
        assert Path(answer.kernel_file).stat().st_mode & 0o777 == 0o600
        assert desk.evaluate(answer.kernel_file, "(x, local)") == "(42, 'here')"

        async def asked() -> str:
            manager = AsyncMappingKernelManager(
                external_connection_dir=str(desk.runtime / "external_kernels")
            )
            (kernel_id,) = manager.list_kernel_ids()
            assert str(manager.kernel_id_to_connection_file[kernel_id]) == answer.kernel_file
            client = manager.get_kernel(kernel_id).client()
            client.start_channels()
            await client.wait_for_ready(timeout=20)
            client.execute("assert x == 42")
            reply = await client.get_shell_msg(timeout=20)
            client.stop_channels()
            return str(reply["content"]["status"])

        assert asyncio.run(asked()) == "ok"
        kept.end(desk.project, "20261101-1")

    def test_it_is_known_until_somebody_ends_it(self, desk: Desk) -> None:
        """By its execution, its output or its file; with it goes all that it started."""
        answer = desk.run(
            "import subprocess\nsubprocess.Popen(['/bin/sleep', '300'], start_new_session=True)\n1 / 0"
        )
        (kernel,) = kept.kept_kernels(desk.project)
        assert (kernel.notebook, kernel.cell, kernel.connection_file) == ("a.ipynb", 1, answer.kernel_file)
        assert kernel.output == ".mlops/runs/20261101-1/a.ipynb"
        processes = psutil.Process(kernel.pid).children(recursive=True)
        assert len(processes) == 2
        assert kept.end(desk.project, "20261101-1") == kernel
        assert psutil.wait_procs(processes, timeout=5)[1] == []
        assert kept.kept_kernels(desk.project) == ()
        assert list((desk.runtime / "external_kernels").iterdir()) == []
        with pytest.raises(NotFound, match="No kernel of '20261101-1' is kept"):
            kept.find(desk.project, "20261101-1")

    def test_it_ends_in_time(self, desk: Desk) -> None:
        """Though nobody looks."""
        desk.run("1 / 0", keep_kernel_s=0.5)
        deadline = time.monotonic() + 20
        while kept.kept_kernels(desk.project):
            assert time.monotonic() < deadline
            time.sleep(0.05)

    @pytest.mark.parametrize("source", ["1", "import os; os._exit(1)"])
    def test_none_is_kept_of_what_went_well_or_died(self, desk: Desk, source: str) -> None:
        """There is nothing to look into."""
        assert desk.run(source).kernel_file is None
        assert kept.kept_kernels(desk.project) == ()
