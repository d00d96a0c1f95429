"""What a verb is asked about: a snapshot by its reference, or a table at hand."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from jupyter_mlops.core import call
from jupyter_mlops.core.project import Project
from jupyter_mlops.core.types import Subject
from jupyter_mlops.data.versions.catalogue import Snapshot
from jupyter_mlops.data.versions.loading import loaded
from jupyter_mlops.data.versions.resolve import resolve

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Named:
    """A table, what to call it, and the version that it is, if it is one."""

    name: str
    frame: pd.DataFrame
    snapshot: Snapshot | None = None


def named(project: Project, subject: Subject, otherwise: str = "the table") -> Named:
    """Return the table that *subject* is or names.

    Parameters
    ----------
    otherwise
        What to call a table without a name.

    Raises
    ------
    NotFound
        There is no such snapshot.
    Invalid
        It is neither a reference nor a DataFrame.
    """
    from jupyter_mlops.data.encoding.frame import check

    if not isinstance(subject, str):
        return Named(otherwise, check(subject))
    found = resolve(project, subject)
    call.reads(f"snapshot:{found.ref}", given=f"snapshot:{subject}")
    return Named(found.ref, loaded(project, found.ref), found)
