"""Keep a table as the next version of a dataset."""

from __future__ import annotations

from jupyter_mlops.core.project import Project
from jupyter_mlops.core.types import AnyTable, DatasetName, check_name
from jupyter_mlops.core.verb import verb
from jupyter_mlops.data.versions.catalogue import Snapshot
from jupyter_mlops.data.versions.keeping import Note, keep_frame
from jupyter_mlops.data.versions.privacy import Pii


@verb("snapshot", effect="write", long=True)
def snapshot(
    project: Project, table: AnyTable, name: DatasetName, *, note: Note = "", pii: Pii = "warn"
) -> Snapshot:
    """Keep a table exactly as it is, as the next version of a dataset; equal content makes none."""
    from jupyter_mlops.data.encoding.frame import check
    from jupyter_mlops.data.versions import stream

    name = check_name(name)
    flow = stream.flow_of(project, table)
    if flow is not None:
        return stream.snapshot_flow(project, flow, name, note=note, pii=pii)
    return keep_frame(project, check(table), name, note=note, pii=pii)
