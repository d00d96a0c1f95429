"""The port of inspectors: who looks at a table before it becomes a version, and after it is loaded."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Protocol, cast

from jupyter_mlops.core import plugins
from jupyter_mlops.core.project import Project
from jupyter_mlops.data.catalogue import Snapshot

if TYPE_CHECKING:
    import pandas as pd


class Inspector(Protocol):
    """Looks at tables on their way; plugged in as `jupyter_mlops.inspectors`."""

    def before_snapshot(self, project: Project, table: pd.DataFrame, dataset: str) -> tuple[str, ...]:
        """Return what is wrong with a table, in sentences for its card.

        Raises
        ------
        Refused
            It must not become a version; nothing has been stored.
        """
        ...

    def after_load(self, project: Project, table: pd.DataFrame, found: Snapshot) -> tuple[str, ...]:
        """Return what has changed about a version's columns, in sentences."""
        ...


def before_snapshot(project: Project, table: pd.DataFrame, dataset: str) -> tuple[str, ...]:
    """Ask every inspector about a table that is to become a version.

    Raises
    ------
    Refused
        One of them says no.
    """
    return tuple(
        line for inspector in _plugged() for line in inspector.before_snapshot(project, table, dataset)
    )


def after_load(project: Project, table: pd.DataFrame, found: Snapshot) -> tuple[str, ...]:
    """Ask every inspector about a version that was loaded."""
    return tuple(line for inspector in _plugged() for line in inspector.after_load(project, table, found))


@cache
def _plugged() -> tuple[Inspector, ...]:
    names = sorted(plugins.found("inspectors"))
    made = [cast("type[Inspector]", plugins.load("inspectors", name)) for name in names]
    return tuple(kind() for kind in made)
