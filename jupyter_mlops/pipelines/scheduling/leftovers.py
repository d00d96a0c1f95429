"""Remove what no execution and no schedule refers to any more: notebooks as they were frozen, and outputs."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import select

from jupyter_mlops.core.errors import Conflict
from jupyter_mlops.core.project import Project
from jupyter_mlops.data.versions import sweep
from jupyter_mlops.pipelines.durable import frozen
from jupyter_mlops.pipelines.durable.state import EXECUTIONS
from jupyter_mlops.pipelines.scheduling.schedules import SCHEDULES

_DAY_S = 86_400.0


def clear(project: Project) -> int:
    """Remove it once it is as old as executions of notebooks become, and return how many files and folders went.

    That is a long time, so that a project that was opened with another store by mistake loses nothing.

    Raises
    ------
    Unavailable
        The store does not answer, or the folder cannot be written.
    """
    grace_s = project.settings.notebook_retention_days * _DAY_S
    gone = _clear_notebooks(project, grace_s)
    for folder in list(_orphans(project, grace_s)):
        shutil.rmtree(folder, ignore_errors=True)
        gone += 1
    return gone


def _clear_notebooks(project: Project, grace_s: float) -> int:
    kept = frozen.objects(project)
    try:
        with kept.place.alone():
            found = sweep.waste(kept, _needed(project), grace_s)
            sweep.clear(kept, found)
    except Conflict:  # another process is about it
        return 0
    return len(found.objects) + len(found.leftovers)


def _needed(project: Project) -> set[str]:
    """Return the addresses of all notebooks that an execution or a schedule runs, or could run again."""
    found: set[str] = set()
    with project.store.read() as connection:
        for table in (EXECUTIONS, SCHEDULES):
            notebooks = table.c.definition["notebooks"].as_string()
            for known in connection.execute(select(notebooks).distinct()).scalars():
                found.update(json.loads(known or "{}").values())
    return found


def _orphans(project: Project, grace_s: float) -> Iterator[Path]:
    """Yield the folders of executions that the store does not know."""
    folders = {path.name: path for path in (project.folder / "runs").glob("2*-*-*") if path.is_dir()}
    with project.store.read() as connection:
        known = set(connection.execute(select(EXECUTIONS.c.id)).scalars())
    now = frozen.objects(project).place.now()
    for name in sorted(folders.keys() - known):
        if now - folders[name].stat().st_mtime > grace_s:
            yield folders[name]
