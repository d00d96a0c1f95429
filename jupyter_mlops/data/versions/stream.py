"""Keep a table that comes in batches, such as one larger than memory, as the next version of a dataset."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from jupyter_mlops.core.project import Project
from jupyter_mlops.data.sources import live, scratch
from jupyter_mlops.data.sources.flow import Flow
from jupyter_mlops.data.versions import inspector
from jupyter_mlops.data.versions.catalogue import Snapshot
from jupyter_mlops.data.versions.keeping import keep_frame, record
from jupyter_mlops.data.versions.privacy import Pii
from jupyter_mlops.data.versions.privacy_flow import FlowGuard
from jupyter_mlops.data.versions.source import is_large
from jupyter_mlops.data.versions.stored import StoredTable

if TYPE_CHECKING:
    import pyarrow as pa

    from jupyter_mlops.data.store.draft import Known

_TIMES = 4


def snapshot_batches(
    project: Project, batches: Iterable[pa.RecordBatch], name: str, *, note: str = ""
) -> Snapshot:
    """Keep Arrow batches as one table, in the memory of a few of them; a verb that has a source calls this.

    The content is that of `pyarrow.Table.from_batches(batches).to_pandas()`, and so is its digest.

    Raises
    ------
    Invalid
        There is no batch, batches differ in their columns, or something cannot be kept exactly.
    """
    from jupyter_mlops.data.store.stream import keep_batches

    folder = scratch.folder_of(project)
    room = _room(project)
    return record(
        project, name, note, lambda known: keep_batches(project.objects, batches, known, folder, room)
    )


def flow_of(project: Project, table: object) -> Flow | None:
    """Return a table in batches, if it is one that had better not be loaded whole."""
    if isinstance(table, Flow):
        return table
    if not live.is_live(table) or not live.is_lazy(table):
        return None
    return live.flow_of(table, scratch.folder_of(project))


def snapshot_flow(project: Project, flow: Flow, name: str, *, note: str, pii: Pii) -> Snapshot:
    """Keep a table that comes in batches, guarded and judged as one that is at hand.

    Raises
    ------
    Refused
        Something looks personal, and that is refused; or the contract is broken, and enforced.
    Invalid
        Something cannot be kept exactly.
    """
    from jupyter_mlops.data.store.stream import keep_batches

    if not is_large(project, flow):
        made = keep_frame(project, flow.frame(), name, note=note, pii=pii)
        return made.model_copy(update={"findings": (*flow.notes, *made.findings)})
    guard = FlowGuard.of(project, name, flow, pii)
    folder = scratch.folder_of(project)

    def judge(kept: Known) -> tuple[str, ...] | None:
        return inspector.before_version(project, StoredTable(project.objects, kept.manifest), name)

    def make(known: Sequence[Known]) -> Known:
        return keep_batches(project.objects, guard.batches(), known, folder, _room(project))

    made = record(project, name, note, make, guard.settled, judge)
    return made.model_copy(update={"findings": (*flow.notes, *made.findings)})


def _room(project: Project) -> float:
    """Return the memory that telling rows from the version before may take: no more than the largest frame does."""
    return _TIMES * project.settings.stream_mb * 1_000_000
