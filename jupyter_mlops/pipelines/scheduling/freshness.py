"""Tell whether the files of a schedule have changed since it froze them."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection

from jupyter_mlops.core.errors import MlopsError
from jupyter_mlops.core.project import Project
from jupyter_mlops.pipelines.durable import state
from jupyter_mlops.pipelines.durable.account import Execution
from jupyter_mlops.pipelines.durable.frozen import Frozen
from jupyter_mlops.pipelines.file import definition
from jupyter_mlops.pipelines.scheduling import schedules
from jupyter_mlops.pipelines.scheduling.firing import frozen_of


@dataclass(frozen=True)
class Freshness:
    """How the files stand to what is frozen.

    Parameters
    ----------
    digest
        Identity of the files as they are now.
    changed
        Those that are not as they were frozen, or gone.
    """

    digest: str
    changed: tuple[str, ...]


def changes(project: Project, connection: Connection, name: str) -> tuple[str, ...]:
    """Return the files that are not as a schedule has frozen them, unless somebody decided to keep it so."""
    row = schedules.find(connection, name)
    found = look(project, frozen_of(row))
    return () if found.digest == row["kept"] else found.changed


def aged(project: Project, execution: Execution) -> Execution:
    """Return an execution with the files that are not now as it has frozen them, unless it was decided to keep it so."""
    with project.store.read() as connection:
        row = state.find(connection, execution.ref)
        name = row["schedule"] or ""
        kept = schedules.find(connection, name)["kept"] if schedules.exists(connection, name) else None
    found = look(project, Frozen.model_validate(row["definition"]))
    return execution.model_copy(update={"changed": () if found.digest == kept else found.changed})


def look(project: Project, frozen: Frozen) -> Freshness:
    """Compare the files with what is frozen of them."""
    now = {name: _digest(project.root / name) for name in frozen.notebooks}
    changed = [name for name, digest in now.items() if digest != frozen.notebooks[name]]
    file = frozen.definition.file
    if not frozen.is_notebook:
        now[file] = _defined(project, frozen)
        if now[file] != frozen.definition.digest:
            changed.insert(0, file)
    return Freshness(hashlib.sha256(json.dumps(now, sort_keys=True).encode()).hexdigest(), tuple(changed))


def _defined(project: Project, frozen: Frozen) -> str:
    try:
        loaded = definition.load(project.root, frozen.definition.file)
    except MlopsError as error:
        return error.message  # gone or broken: changed, at any rate
    policies = {"overlap": frozen.definition.overlap, "catchup": frozen.definition.catchup}
    return loaded.model_copy(update=policies).digest  # they may be the schedule's own


def _digest(path: Path) -> str:
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError:
        return ""
