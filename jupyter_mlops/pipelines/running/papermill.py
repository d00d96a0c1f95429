"""Run notebooks with papermill, through an engine of ours that plain papermill can use too."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from jupyter_mlops.core.errors import Unavailable
from jupyter_mlops.core.project import Project
from jupyter_mlops.core.settings import Settings
from jupyter_mlops.pipelines.file import document
from jupyter_mlops.pipelines.file.literal import cell_source
from jupyter_mlops.pipelines.file.parameters import check, read_parameters
from jupyter_mlops.pipelines.running import checkpoint, secret
from jupyter_mlops.pipelines.running import kept as kept_kernels
from jupyter_mlops.pipelines.running.injection import INJECTED, with_parameters
from jupyter_mlops.pipelines.running.journal import Journal
from jupyter_mlops.pipelines.running.kernel import NATIVE, choose_kernel, kernel_of
from jupyter_mlops.pipelines.running.runner import CellProgress, Job, NotebookRun

if TYPE_CHECKING:
    from nbformat import NotebookNode

    from jupyter_mlops.pipelines.running.execution import Conditions

ENGINE = "jupyter-mlops"
_log = logging.getLogger("papermill")


class PapermillRunner:
    """Run notebooks through papermill, in this process, each in a kernel of its own."""

    def __init__(self, project: Project) -> None:
        self._project = project

    def run(
        self, job: Job, observe: Callable[[CellProgress], None], cancelled: Callable[[], bool]
    ) -> NotebookRun:
        """Run every cell until one fails, and answer truthfully how each ended."""
        from papermill.engines import papermill_engines

        papermill_engines.register(ENGINE, Engine)  # works from a checkout, where no entry point is installed
        watch = _Watch(self._project, job, observe, cancelled)
        node = _prepared(with_parameters(job.notebook.node, job.parameters, job.secrets))
        name = job.notebook.kernel or NATIVE
        job.output.parent.mkdir(parents=True, exist_ok=True)
        papermill_engines.execute_notebook_with_engine(ENGINE, node, name, watch=watch)
        return watch.answered()


class Engine:
    """What papermill calls to run a notebook: `papermill --engine jupyter-mlops in.ipynb out.ipynb`."""

    @classmethod
    def execute_notebook(
        cls,
        nb: NotebookNode,
        kernel_name: str,
        output_path: str | None = None,
        watch: _Watch | None = None,
        **options: object,
    ) -> NotebookNode:
        """Run the notebook; papermill raises for what failed in a cell, we for the rest."""
        if watch is not None:
            watch.run(nb)
            return nb
        return _run_for_papermill(nb, kernel_name, output_path, options)

    @classmethod
    def nb_kernel_name(cls, nb: NotebookNode, name: str | None = None) -> str:
        """Return the kernel's name; a notebook without one runs in this Python's."""
        return name or nb.metadata.get("kernelspec", {}).get("name") or NATIVE

    @classmethod
    def nb_language(cls, nb: NotebookNode, language: str | None = None) -> str:
        """Return the notebook's language, Python unless it says otherwise."""
        return language or language_of(nb) or "python"


def language_of(node: NotebookNode) -> str:
    """Return the language that the notebook names, or nothing."""
    metadata = node.metadata
    found = metadata.get("kernelspec", {}).get("language") or metadata.get("language_info", {}).get("name")
    return found if isinstance(found, str) else ""


class _Watch:
    """Carry a job through papermill to our engine, and the answer back."""

    def __init__(
        self,
        project: Project,
        job: Job,
        observe: Callable[[CellProgress], None],
        cancelled: Callable[[], bool],
    ) -> None:
        self._answer: NotebookRun | None = None
        self._project = project
        self._job = job
        self._observe = observe
        self._cancelled = cancelled
        self._conditions = _conditions(project, job)

    def answered(self) -> NotebookRun:
        """Return what came of it, once it has run."""
        if self._answer is None:
            raise Unavailable("papermill did not call its engine.", hint="Check with `jupyter mlops doctor`.")
        return self._answer

    def run(self, node: NotebookNode) -> None:
        """Run the notebook and keep what came of it."""
        from jupyter_mlops.pipelines.running.execution import Execution
        from jupyter_mlops.pipelines.running.listener import Listener

        job = self._job
        node.metadata.papermill.update(input_path=job.notebook.name, output_path=job.output.name)
        listener = Listener(self._observe, self._cancelled)
        journal = Journal(node, lambda node: document.write(node, job.output), listener.tell)
        execution = Execution(node, self._conditions, journal)
        listener.conduct(execution, journal)
        if journal.failure is None and self._conditions.kept is not None:
            self._conditions.kept.forget()
        kernel = self._conditions.surroundings.kernel
        warnings = tuple(filter(None, [kernel.warning]))
        self._answer = journal.answer(kernel.name, warnings, execution.kernel_file)


def _prepared(node: NotebookNode) -> NotebookNode:
    """Give *node* what papermill's `execute_notebook` would: that one writes and reads the whole notebook for it."""
    from papermill import __version__
    from papermill.execute import remove_error_markers

    node.metadata.setdefault(
        "papermill",
        {"default_parameters": {}, "parameters": {}, "environment_variables": {}, "version": __version__},
    )
    for cell in node.cells:
        cell.metadata.setdefault("tags", [])
    cleared: NotebookNode = remove_error_markers(node)
    return cleared


def _conditions(project: Project, job: Job) -> Conditions:
    from jupyter_mlops.pipelines.running.execution import Conditions
    from jupyter_mlops.pipelines.running.kernel_session import Surroundings

    places, variables = secret.places(job.secrets, project.root), secret.variables(job.secrets)
    kept = (checkpoint.reopened(project, job) if job.resume else None) or checkpoint.fresh(project, job)
    # A kernel started from a notebook would otherwise believe itself to be that notebook's.
    environment = {**os.environ, "JPY_SESSION_NAME": str(job.notebook.path), **job.environment}
    surroundings = Surroundings(
        kernel_of(job.python)
        if job.python
        else choose_kernel(job.notebook.kernel, language_of(job.notebook.node)),
        job.notebook.path.parent,
        {name: value for name, value in environment.items() if name not in variables},
        memory_limit_mb=job.memory_limit_mb,
        has_debugger=job.keep_kernel_s > 0,
    )
    keep = kept_kernels.keep_for(project, job) if job.keep_kernel_s > 0 else None
    return Conditions(surroundings, job.timeout_s, places, variables, kept, project.root, keep)


def _run_for_papermill(
    nb: NotebookNode, kernel_name: str, output_path: str | None, options: Mapping[str, object]
) -> NotebookNode:
    from jupyter_mlops.pipelines.running.execution import Conditions, Execution
    from jupyter_mlops.pipelines.running.kernel_session import Surroundings
    from jupyter_mlops.pipelines.running.listener import Listener

    kernel = choose_kernel(kernel_name, language_of(nb))
    if kernel.warning:
        _log.warning(kernel.warning)
    _rewrite_parameters(nb)
    start_timeout_s = _seconds(options.get("start_timeout"), 60)
    surroundings = Surroundings(kernel, Path.cwd(), start_timeout_s=start_timeout_s)
    conditions = Conditions(surroundings, _seconds(options.get("execution_timeout")))
    console = _Console(options)
    listener = Listener(console.show, lambda: False)
    journal = Journal(nb, _saver(output_path), listener.tell)
    listener.conduct(Execution(nb, conditions, journal, console.echo), journal)
    if journal.failure is not None and journal.failure.cell == 0:
        raise Unavailable(journal.failure.message, hint="Check the kernel with `jupyter kernelspec list`.")
    return nb


def _seconds(given: object, default: float | None = None) -> float:
    if isinstance(given, int | float) and given > 0:
        return float(given)
    return float(Settings.model_fields["cell_timeout_s"].default) if default is None else default


def _rewrite_parameters(nb: NotebookNode) -> None:
    """Write papermill's injected cell anew, typed and as literals only, before anything runs."""
    given = nb.metadata.get("papermill", {}).get("parameters") or {}
    cell = next((cell for cell in nb.cells if INJECTED in cell.metadata.get("tags", [])), None)
    if cell is None or not given:
        return
    parameters = read_parameters(nb.cells)
    cell["source"] = cell_source(check(parameters, given) if parameters else given)


def _saver(output_path: str | None) -> Callable[[NotebookNode], None]:
    if output_path is None:
        return lambda _: None
    if "://" in output_path or output_path == "-":
        from papermill.iorw import write_ipynb

        return lambda node: write_ipynb(node, output_path)
    return lambda node: document.write(node, Path(output_path))


class _Text(Protocol):
    """A file that papermill was told to copy prints to."""

    def write(self, text: str, /) -> int: ...

    def flush(self) -> None: ...


class _Console:
    """Show what plain papermill was asked to show."""

    def __init__(self, options: Mapping[str, object]) -> None:
        self._logs = bool(options.get("log_output"))
        self._bars = bool(options.get("progress_bar", True))
        self._files: dict[str, object] = {
            "stdout": options.get("stdout_file"),
            "stderr": options.get("stderr_file"),
        }

    def show(self, progress: CellProgress) -> None:
        """Say which cell runs."""
        if self._bars and progress.cell.status == "running":
            _log.info("Cell %d of %d: %s", progress.done + 1, progress.total, progress.label)

    def echo(self, stream: str, text: str) -> None:
        """Copy what is printed."""
        if self._logs:
            _log.log(logging.WARNING if stream == "stderr" else logging.INFO, text)
        file = self._files.get(stream)
        if file is not None:
            print(text, end="", file=file, flush=True)  # type: ignore[call-overload]
