"""The port of inspectors: who looks at a table before it becomes a version, and after it is loaded."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import TYPE_CHECKING, Protocol, cast

from jupyter_mlops.core import plugins
from jupyter_mlops.core.project import Project
from jupyter_mlops.data.versions.catalogue import Snapshot
from jupyter_mlops.data.versions.stored import StoredTable

if TYPE_CHECKING:
    import pandas as pd


class Inspector(Protocol):
    """Looks at tables on their way; plugged in as `jupyter_mlops.inspectors`."""

    def before_snapshot(self, project: Project, table: pd.DataFrame, dataset: str) -> tuple[str, ...] | None:
        """Return what is wrong with a table, in sentences for its card; None where there is nothing to ask.

        Raises
        ------
        Refused
            It must not become a version; nothing has been stored.
        """
        ...

    def before_version(self, project: Project, table: StoredTable, dataset: str) -> tuple[str, ...] | None:
        """Return what is wrong with a table that came in pieces: it is stored already, and is no version yet.

        Raises
        ------
        Refused
            It must not become a version.
        """
        ...

    def after_load(self, project: Project, table: pd.DataFrame, found: Snapshot) -> tuple[str, ...]:
        """Return what has changed about a version's columns, in sentences."""
        ...


def before_snapshot(project: Project, table: pd.DataFrame, dataset: str) -> tuple[str, ...] | None:
    """Ask every inspector about a table that is to become a version; None where none had anything to ask.

    Raises
    ------
    Refused
        One of them says no.
    """
    return _told(inspector.before_snapshot(project, table, dataset) for inspector in _plugged())


def before_version(project: Project, table: StoredTable, dataset: str) -> tuple[str, ...] | None:
    """Ask every inspector about a table that came in pieces; None where none had anything to ask.

    Raises
    ------
    Refused
        One of them says no.
    """
    return _told(inspector.before_version(project, table, dataset) for inspector in _plugged())


def after_load(project: Project, table: pd.DataFrame, found: Snapshot) -> tuple[str, ...]:
    """Ask every inspector about a version that was loaded."""
    return tuple(line for inspector in _plugged() for line in inspector.after_load(project, table, found))


def _told(asked: Iterable[tuple[str, ...] | None]) -> tuple[str, ...] | None:
    told = [lines for lines in asked if lines is not None]
    return tuple(line for lines in told for line in lines) if told else None


@cache
def _plugged() -> tuple[Inspector, ...]:
    names = sorted(plugins.found("inspectors"))
    made = [cast("type[Inspector]", plugins.load("inspectors", name)) for name in names]
    return tuple(kind() for kind in made)
