"""Take the outputs of an earlier step that did the same with the same."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

from sqlalchemy import RowMapping, select

from jupyter_mlops.core.errors import MlopsError
from jupyter_mlops.core.project import Project, confined
from jupyter_mlops.data.versions.resolve import resolve
from jupyter_mlops.pipelines.durable.attempt import Settled, Work
from jupyter_mlops.pipelines.durable.state import STEPS

_IRRELEVANT = {
    "name",
    "description",
    "needs",
    "retries",
    "timeout_s",
    "memory_limit_mb",
    "cache",
    "keep_kernel_s",
}


def key_of(work: Work) -> str | None:
    """Return the identity of what a step does: its cells, what it is given and what it reads; None where unknown."""
    try:
        known = {
            "notebook": work.frozen.notebooks[str(work.step.notebook)],
            "step": work.step.model_dump(mode="json", exclude=_IRRELEVANT),
            "parameters": dict(work.parameters),
            "passed": dict(work.passed),
            "reads": {name: _digest(work.project, name) for name in work.step.reads},
        }
    except MlopsError:
        return None  # what it reads is not there: running it says so
    return hashlib.sha256(json.dumps(known, sort_keys=True).encode()).hexdigest()


def find(project: Project, key: str) -> Settled | None:
    """Return what came of the latest step that did the same, if its notebook is still there."""
    query = select(STEPS).where(STEPS.c.cache_key == key, STEPS.c.status == "succeeded")
    with project.store.read() as connection:
        row = connection.execute(query.order_by(STEPS.c.finished_at.desc()).limit(1)).mappings().first()
    return _settled(row) if row is not None and (project.root / row["output"]).is_file() else None


def _settled(row: RowMapping) -> Settled:
    return Settled(
        "cached",
        f"As in {row['execution']}.",
        outputs=row["outputs"],
        output=row["output"],
        run_id=row["run_id"],
    )


def _digest(project: Project, reference: str) -> str:
    kind, _, name = reference.partition(":")
    if kind == "snapshot":
        return resolve(project, name).digest
    if kind == "file":
        return _of_file(confined(project.root, name))
    return name


def _of_file(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
