"""Keep a table that comes in batches, such as one larger than memory, as the next version of a dataset."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from jupyter_mlops.core.project import Project
from jupyter_mlops.data.catalogue import Snapshot
from jupyter_mlops.data.snapshot import record

if TYPE_CHECKING:
    import pyarrow as pa


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

    folder = project.folder / "spool"
    return record(project, name, note, lambda known: keep_batches(project.objects, batches, known, folder))
