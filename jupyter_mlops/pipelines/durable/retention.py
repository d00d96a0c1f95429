"""Drop executions that ended longer ago than they are kept; the ledger and MLflow keep theirs."""

from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import Iterable, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path, PurePosixPath

from sqlalchemy import Connection, Select, func, select

from jupyter_mlops.core.errors import Unavailable
from jupyter_mlops.core.project import Project
from jupyter_mlops.pipelines.durable import state
from jupyter_mlops.pipelines.durable.state import EXECUTIONS, STEPS, moment
from jupyter_mlops.pipelines.running.kept import kept_kernels

MOST = 500
_LONGEST_DAYS = 36_500
_AT_ONCE = 50
_GONE = ".gone"
_MARK = "runs.pruned"
_DAY_S = 86_400.0
_DAYS = EXECUTIONS.c.definition["definition"]["retention_days"].as_float()
_IS_NOTEBOOK = EXECUTIONS.c.definition["is_notebook"].as_boolean()
_OVER = (EXECUTIONS.c.status.in_(state.ENDED), EXECUTIONS.c.due_at.is_(None), EXECUTIONS.c.held_by.is_(None))


def keep_up(project: Project) -> None:
    """Drop a few, once a day: where no worker runs, whoever runs something in the foreground does it."""
    mark = project.folder / _MARK
    now = project.clock.now().timestamp()
    with suppress(Unavailable, OSError):  # how the run ended is what its caller hears
        if mark.exists() and abs(now - mark.stat().st_mtime) < _DAY_S:
            return
        mark.touch()
        os.utime(mark, (now, now))
        prune(project, _AT_ONCE)


def prune(project: Project, most: int | None = None) -> int:
    """Drop rows and outputs of *most* executions, by default `MOST`, and return how many went.

    What is under way stays, as do the last of each pipeline that came to an end, what a cached step took its outputs from, and what
    a kept kernel has open.

    Raises
    ------
    Unavailable
        The store does not answer: the rest goes another time.
    """
    runs, now = project.folder / "runs", project.clock.now()
    with project.store.read() as connection:
        old = _old(connection, now, project.settings.notebook_retention_days)
        needed = _taken_from(connection) | _named(kernel.output for kernel in kept_kernels(project))
    going = [execution for execution in old if execution not in needed][: most or MOST]
    count = 0
    for first in range(0, len(going), _AT_ONCE):
        with project.store.write() as connection:
            count += _drop(connection, runs, going[first : first + _AT_ONCE])
    shutil.rmtree(runs / _GONE, ignore_errors=True)  # outside a transaction: outputs may be large
    return count


def _old(connection: Connection, now: datetime, notebook_days: float) -> list[str]:
    """Return the executions that are kept no longer, the oldest first: single notebooks as settings say."""
    declared = connection.execute(select(_DAYS).where(_DAYS.is_not(None)).distinct()).scalars().all()
    kept = [*((days, days == _DAYS) for days in declared), (notebook_days, _IS_NOTEBOOK.is_(True))]
    found: list[str] = []
    for days, whose in kept:
        before = moment(now - timedelta(days=min(days, _LONGEST_DAYS)))
        query = select(EXECUTIONS.c.id).where(*_OVER, EXECUTIONS.c.finished_at < before, whose)
        found += connection.execute(query.where(EXECUTIONS.c.id.not_in(_last()))).scalars()
    return sorted(found)


def _last() -> Select[tuple[str]]:
    """Return the last execution of each pipeline that succeeded or failed: it tells how the pipeline stands."""
    ended = EXECUTIONS.alias()
    query = select(func.max(ended.c.id)).where(ended.c.status.in_(("succeeded", "failed")))
    return query.group_by(ended.c.pipeline)


def _taken_from(connection: Connection) -> set[str]:
    """Return the executions whose outputs a cached step of another one shows as its own."""
    cached = select(STEPS.c.output).where(STEPS.c.status == "cached").distinct()
    return _named(connection.execute(cached).scalars())


def _named(outputs: Iterable[str]) -> set[str]:
    """Return the executions that output notebooks, like .mlops/runs/EXECUTION/train.ipynb, belong to."""
    return {part for output in outputs for part in PurePosixPath(output).parts}


def _drop(connection: Connection, runs: Path, executions: Sequence[str]) -> int:
    """Take rows away, and their folders aside; one that was begun anew meanwhile stays."""
    still = select(EXECUTIONS.c.id).where(EXECUTIONS.c.id.in_(executions), *_OVER).with_for_update()
    going: Sequence[str] = connection.execute(still).scalars().all()
    connection.execute(STEPS.delete().where(STEPS.c.execution.in_(going)))
    connection.execute(EXECUTIONS.delete().where(EXECUTIONS.c.id.in_(going)))
    for execution in going:
        _set_aside(runs, execution)
    return len(going)


def _set_aside(runs: Path, execution: str) -> None:
    """Move a folder to where nobody looks; whoever dies before it is emptied leaves that to the next pass."""
    if (runs / execution).is_dir():
        (runs / _GONE).mkdir(exist_ok=True)
        (runs / execution).rename(runs / _GONE / f"{execution}-{secrets.token_hex(3)}")
