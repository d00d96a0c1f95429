"""The table that a version is judged on."""

from __future__ import annotations

from jupyter_mlops.core import call
from jupyter_mlops.core.project import Project
from jupyter_mlops.core.types import Subject
from jupyter_mlops.data.versions.resolve import resolve
from jupyter_mlops.data.versions.subject import Named, named
from jupyter_mlops.models.evaluation.overlap import read


def table_of(project: Project, data: Subject) -> Named:
    """Return the table that *data* is or names; the session does not count it as what models come from.

    Raises
    ------
    NotFound
        There is no such snapshot.
    Invalid
        It is neither a reference nor a DataFrame.
    """
    if not isinstance(data, str):
        return named(project, data)
    snapshot = resolve(project, data)
    call.reads(f"snapshot:{snapshot.ref}", given=f"snapshot:{data}")
    return read(project, snapshot)
