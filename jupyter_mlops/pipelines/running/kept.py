"""Kernels that stay for a while after a cell has failed, so that one can look into them.

The supervisor that every kernel runs under ends a kept one in time, whatever becomes of the runner, and removes its
connection file. That lies where Jupyter Server looks for kernels that it has not started itself, if it was allowed to:
`ServerApp.allow_external_kernels=True` (its `external_connection_dir` is by default the folder used here). The server gives each
one an id of its own when it lists its kernels: after `kernel_manager.list_kernel_ids()`,
`kernel_manager.kernel_id_to_connection_file` tells which one it is, and Lab opens the output notebook with it by
`docmanager:open` and `{path, kernel: {id}}`. From a terminal: `jupyter console --existing FILE`.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Awaitable, Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import psutil

from jupyter_mlops.core.card import Card
from jupyter_mlops.core.errors import NotFound
from jupyter_mlops.core.project import Project
from jupyter_mlops.core.record import Record
from jupyter_mlops.pipelines.running.runner import Failure, Job

if TYPE_CHECKING:
    from jupyter_mlops.pipelines.running.kernel_session import KernelSession

_FOLDER = "kernels"
_PATIENCE_S = 5.0


class KeptKernel(Record):
    """A kernel that waits for somebody to look into it.

    Parameters
    ----------
    id
        Names it among the others.
    notebook, output
        What it ran, and what came of it.
    cell
        Number of the cell that failed.
    pid, started
        The supervisor's process: no other one has both.
    """

    id: str
    notebook: str
    output: str
    cell: int
    label: str
    connection_file: str
    until: datetime
    pid: int
    started: float

    def card(self) -> Card:
        """Show how to get to it."""
        facts = (("failed", f"cell [{self.cell}] ({self.label})"), ("until", f"{self.until:%H:%M:%S} UTC"))
        console = f"jupyter console --existing {self.connection_file}"
        return Card(f"The kernel of {self.notebook} is kept.", "info", facts, next=(console,))


def kept_kernels(project: Project) -> tuple[KeptKernel, ...]:
    """Return those that are still there, the newest first; what others have left is cleared away."""
    return tuple(sorted(_living(project.folder), key=lambda kernel: kernel.until, reverse=True))


def find(project: Project, name: str) -> KeptKernel:
    """Return the kernel that *name* means: its id, its output notebook, or the execution that it belonged to.

    Raises
    ------
    NotFound
        There is none, or it is gone.
    """
    for kernel in kept_kernels(project):
        if name in {kernel.id, kernel.output, kernel.connection_file} or name in Path(kernel.output).parts:
            return kernel
    raise NotFound(
        f"No kernel of {name!r} is kept.",
        hint="A step keeps one for keep_kernel_s seconds after a cell failed.",
    )


def end(project: Project, name: str) -> KeptKernel:
    """End a kept kernel, and all that it started, before its time.

    Raises
    ------
    NotFound
        There is none, or it is gone.
    """
    kernel = find(project, name)
    with suppress(psutil.Error):
        supervisor = psutil.Process(kernel.pid)
        supervisor.terminate()
        supervisor.wait(_PATIENCE_S)
    return kernel


def keep_for(project: Project, job: Job) -> Callable[[KernelSession, Failure], Awaitable[str | None]]:
    """Return what leaves a failed kernel to its supervisor, and answers where its connection file is."""

    async def keep(session: KernelSession, failure: Failure) -> str | None:
        name = secrets.token_hex(6)
        place, noted = _place(name), project.folder / _FOLDER / f"{name}.json"
        pid = await session.keep(job.keep_kernel_s, place, noted)
        if pid is None:
            return None
        kernel = KeptKernel(
            id=name,
            notebook=job.notebook.name,
            output=_shown(job.output, project.root),
            cell=failure.cell,
            label=failure.label,
            connection_file=str(place),
            until=datetime.now(UTC) + timedelta(seconds=job.keep_kernel_s),
            pid=pid,
            started=psutil.Process(pid).create_time(),
        )
        noted.parent.mkdir(exist_ok=True, mode=0o700)
        handle = os.open(noted, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(kernel.model_dump_json())
        return str(place)

    return keep


def _shown(path: Path, root: Path) -> str:
    return path.relative_to(root).as_posix() if path.is_relative_to(root) else str(path)


def _place(name: str) -> Path:
    """Return where the connection file of a kept kernel belongs."""
    from jupyter_core.paths import jupyter_runtime_dir

    folder = Path(jupyter_runtime_dir()) / "external_kernels"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder / f"jupyter-mlops-{name}.json"


def _living(project: Path) -> Iterator[KeptKernel]:
    for path in (project / _FOLDER).glob("*.json"):
        try:
            kernel = KeptKernel.model_validate_json(path.read_bytes())
        except (OSError, ValueError):  # gone meanwhile, or being written
            continue
        if _is_there(kernel):
            yield kernel
        else:
            path.unlink(missing_ok=True)
            Path(kernel.connection_file).unlink(missing_ok=True)


def _is_there(kernel: KeptKernel) -> bool:
    try:
        supervisor = psutil.Process(kernel.pid)
        return supervisor.create_time() == kernel.started and supervisor.status() != psutil.STATUS_ZOMBIE
    except psutil.Error:
        return False
