"""Run notebooks with papermill, through an engine of ours that plain papermill can use too."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Protocol

from jupyter_mlops.core.errors import Unavailable
from jupyter_mlops.core.project import Project
from jupyter_mlops.core.settings import Settings
from jupyter_mlops.pipelines import document
from jupyter_mlops.pipelines.journal import Journal
from jupyter_mlops.pipelines.kernel import NATIVE, choose_kernel
from jupyter_mlops.pipelines.literal import cell_source
from jupyter_mlops.pipelines.parameters import TAG, check, read_parameters
from jupyter_mlops.pipelines.runner import CellProgress, Job, NotebookRun

if TYPE_CHECKING:
    from nbformat import NotebookNode

    from jupyter_mlops.pipelines.execution import Conditions

ENGINE = "jupyter-mlops"
INJECTED = "injected-parameters"
_POLL_S = 0.2
_log = logging.getLogger("papermill")


class PapermillRunner:
    """Run notebooks through papermill, in this process, each in a kernel of its own."""

    def __init__(self, project: Project) -> None:
        self._project = project

    def run(
        self, job: Job, observe: Callable[[CellProgress], None], cancelled: Callable[[], bool]
    ) -> NotebookRun:
        """Run every cell until one fails, and answer truthfully how each ended."""
        from papermill import PapermillExecutionError, execute_notebook
        from papermill.engines import papermill_engines

        papermill_engines.register(ENGINE, Engine)  # works from a checkout, where no entry point is installed
        watch = _Watch(job, observe, cancelled)
        node = with_parameters(job.notebook.node, job.parameters)
        name = job.notebook.kernel or NATIVE
        job.output.parent.mkdir(parents=True, exist_ok=True)
        with suppress(PapermillExecutionError):  # the journal knows more than it
            execute_notebook(
                node, None, engine_name=ENGINE, kernel_name=name, progress_bar=False, watch=watch
            )
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


def with_parameters(node: NotebookNode, values: Mapping[str, object]) -> NotebookNode:
    """Return a copy with a cell of these values after the parameters cell, instead of one injected earlier."""
    from nbformat import NotebookNode

    copy = deepcopy(node)
    if not values:
        return copy
    cells = [cell for cell in copy.cells if INJECTED not in cell.metadata.get("tags", [])]
    place = next((index + 1 for index, cell in enumerate(cells) if TAG in cell.metadata.get("tags", [])), 0)
    cell = NotebookNode(
        cell_type="code",
        id=INJECTED,
        metadata=NotebookNode(tags=[INJECTED]),
        source=cell_source(values),
        execution_count=None,
        outputs=[],
    )
    copy.cells = [*cells[:place], cell, *cells[place:]]
    return copy


class _Watch:
    """Carry a job through papermill to our engine, and the answer back."""

    def __init__(
        self, job: Job, observe: Callable[[CellProgress], None], cancelled: Callable[[], bool]
    ) -> None:
        self._answer: NotebookRun | None = None
        self._job = job
        self._observe = observe
        self._cancelled = cancelled

    def answered(self) -> NotebookRun:
        """Return what came of it, once it has run."""
        if self._answer is None:
            raise Unavailable("papermill did not call its engine.", hint="Check with `jupyter mlops doctor`.")
        return self._answer

    def run(self, node: NotebookNode) -> None:
        """Run the notebook and keep what came of it."""
        from jupyter_mlops.pipelines.execution import Conditions

        job = self._job
        kernel = choose_kernel(job.notebook.kernel, language_of(node))
        node.metadata.papermill.update(input_path=job.notebook.name, output_path=job.output.name)
        conditions = Conditions(kernel, job.notebook.path.parent, _environment(job), job.timeout_s)
        events: SimpleQueue[CellProgress | None] = SimpleQueue()
        journal = Journal(node, lambda node: document.write(node, job.output), events.put)
        _conduct(node, conditions, journal, _Listener(events, self._observe, self._cancelled))
        self._answer = journal.answer(kernel.name, tuple(filter(None, [kernel.warning])))


def _environment(job: Job) -> dict[str, str]:
    # A kernel started from a notebook would otherwise believe itself to be that notebook's.
    return {"JPY_SESSION_NAME": str(job.notebook.path), **job.environment}


@dataclass(frozen=True)
class _Listener:
    """Hear of a run in the caller's own thread."""

    events: SimpleQueue[CellProgress | None]
    observe: Callable[[CellProgress], None]
    cancelled: Callable[[], bool]

    def drain(self) -> None:
        """Pass on what has not been heard yet."""
        while not self.events.empty():
            event = self.events.get()
            if event is not None:
                self.observe(event)

    def follow(self, future: Future[None], cancel: Callable[[], None]) -> None:
        """Pass on what happens until the run ends."""
        future.add_done_callback(lambda _: self.events.put(None))
        while True:
            try:
                event = self.events.get(timeout=_POLL_S)
            except Empty:
                pass
            else:
                if event is None:
                    return
                self.observe(event)
            if self.cancelled():
                cancel()


def _conduct(
    node: NotebookNode,
    conditions: Conditions,
    journal: Journal,
    listener: _Listener,
    echo: Callable[[str, str], None] | None = None,
) -> None:
    """Run in a thread of its own: an event loop may already run in this one, and Ctrl-C must reach it."""
    from jupyter_mlops.pipelines.execution import Execution

    execution = Execution(node, conditions, journal, echo)
    journal.begin()
    with ThreadPoolExecutor(1, "notebook") as pool:
        future = pool.submit(asyncio.run, execution.run())
        try:
            listener.follow(future, execution.cancel)
        except BaseException:
            execution.cancel()
            raise
        finally:
            _settle(future, journal)
    listener.drain()
    future.result()


def _settle(future: Future[None], journal: Journal) -> None:
    """Wait for the kernel's end, then save for good, however it ended."""
    error = future.exception()
    if error is not None:
        journal.broke(error)
    journal.finish()


def _run_for_papermill(
    nb: NotebookNode, kernel_name: str, output_path: str | None, options: Mapping[str, object]
) -> NotebookNode:
    from jupyter_mlops.pipelines.execution import Conditions

    kernel = choose_kernel(kernel_name, language_of(nb))
    if kernel.warning:
        _log.warning(kernel.warning)
    _rewrite_parameters(nb)
    conditions = Conditions(
        kernel,
        Path.cwd(),
        {},
        _seconds(options.get("execution_timeout")),
        _seconds(options.get("start_timeout"), 60),
    )
    events: SimpleQueue[CellProgress | None] = SimpleQueue()
    console = _Console(options)
    journal = Journal(nb, _saver(output_path), events.put)
    _conduct(nb, conditions, journal, _Listener(events, console.show, lambda: False), console.echo)
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
        if self._bars and progress.done < progress.total:
            _log.info("Cell %d of %d: %s", progress.done + 1, progress.total, progress.label)

    def echo(self, stream: str, text: str) -> None:
        """Copy what is printed."""
        if self._logs:
            _log.log(logging.WARNING if stream == "stderr" else logging.INFO, text)
        file = self._files.get(stream)
        if file is not None:
            print(text, end="", file=file, flush=True)  # type: ignore[call-overload]
