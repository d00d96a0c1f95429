"""Kernels of other environments and other languages: what they cannot do is done without, and said."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from jupyter_mlops.core.project import Project
from jupyter_mlops.pipelines.file import document
from jupyter_mlops.pipelines.running.papermill import PapermillRunner
from jupyter_mlops.pipelines.running.runner import Job, NotebookRun
from tests.notebooks.builder import write_notebook

# A Python that has neither this package nor cloudpickle.
BARE = (
    "import sys\nfor name in ('jupyter_mlops', 'cloudpickle'): sys.modules[name] = None\n"
    "from ipykernel.kernelapp import launch_new_instance\nlaunch_new_instance()"
)
ECHO = (
    "from ipykernel.kernelbase import Kernel\nfrom ipykernel.kernelapp import IPKernelApp\n"
    "class Echo(Kernel):\n"
    "    implementation = 'echo'\n    implementation_version = banner = '1'\n"
    "    language_info = {'name': 'echo', 'mimetype': 'text/plain', 'file_extension': '.txt'}\n"
    "    async def do_execute(self, code, silent, store_history=True, *_, **__):\n"
    "        if not silent:\n"
    "            self.send_response(self.iopub_socket, 'stream', {'name': 'stdout', 'text': code})\n"
    "        if 'fail' in code:\n"
    "            error = {'ename': 'Fail', 'evalue': 'told to', 'traceback': []}\n"
    "            self.send_response(self.iopub_socket, 'error', error)\n"
    "            return {'status': 'error', 'execution_count': 1, **error}\n"
    "        return {'status': 'ok', 'execution_count': 1, 'payload': [], 'user_expressions': {}}\n"
    "IPKernelApp.launch_instance(kernel_class=Echo)"
)


class Desk:
    """Runs notebooks in a kernel of a given program."""

    def __init__(self, project: Project, name: str) -> None:
        self.project = project
        self.name = name

    def run(self, *sources: str, resume: bool = False, secrets: dict[str, str] | None = None) -> NotebookRun:
        path = write_notebook(self.project.root / "a.ipynb", *sources, kernel=self.name)
        job = Job(
            document.read(path, path.name),
            self.project.root / "out.ipynb",
            60.0,
            checkpoint=self.project.folder / "step",
            resume=resume,
            secrets=secrets or {},
        )
        return PapermillRunner(self.project).run(job, lambda _: None, lambda: False)


@pytest.fixture
def desk(
    request: pytest.FixtureRequest, project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Desk:
    name, program, language = request.param
    folder = tmp_path / "share" / "kernels" / name
    folder.mkdir(parents=True)
    argv = [sys.executable, "-c", program, "-f", "{connection_file}"]
    (folder / "kernel.json").write_text(
        json.dumps({"argv": argv, "display_name": name, "language": language})
    )
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path / "share"))
    monkeypatch.setenv("CANARY", "correct-horse")
    return Desk(project, name)


@pytest.mark.parametrize("desk", [("bare", BARE, "python")], indirect=True)
def test_an_environment_without_us(desk: Desk) -> None:
    """It needs nothing of ours; what only cloudpickle can keep runs again."""
    made = ("rows = [1]\nsame = rows", "def f():\n    return len(rows)")
    secrets = {"key": "env:CANARY"}
    assert desk.run(*made, "1 / 0", secrets=secrets).kernel == "bare"
    answer = desk.run(
        *made, "rows.append(key)\nassert f() == 2 and same is rows", secrets=secrets, resume=True
    )
    assert [cell.status for cell in answer.cells] == ["restored", "restored", "replayed", "completed"]


@pytest.mark.parametrize("desk", [("echo", ECHO, "echo")], indirect=True)
def test_another_language(desk: Desk) -> None:
    """Nothing is kept: it runs from the first cell; secrets are not for it."""
    assert desk.run("one", "fail").status == "failed"
    answer = desk.run("one", "two", resume=True)
    assert [cell.status for cell in answer.cells] == ["completed", "completed"]
    refused = desk.run("one", secrets={"key": "env:CANARY"})
    assert refused.failure is not None
    assert refused.failure.message == "Only IPython kernels can be given secrets."
