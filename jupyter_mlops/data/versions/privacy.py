"""What of a table is personal: found when it is kept, remembered with the version, and never shown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field, JsonValue
from sqlalchemy import Connection

from jupyter_mlops.core.errors import Refused
from jupyter_mlops.core.project import Project
from jupyter_mlops.data.privacy.scan import Personal, scan
from jupyter_mlops.data.versions import catalogue, facts, recipes
from jupyter_mlops.data.versions.recipes import Recipe

if TYPE_CHECKING:
    import pandas as pd

    from jupyter_mlops.data.versions.catalogue import Snapshot
    from jupyter_mlops.data.versions.subject import Named

Pii = Annotated[
    Literal["warn", "mask", "refuse", "allow"],
    Field(
        description="What to do with columns that look personal: warn, mask or refuse them, or allow them."
    ),
]


@dataclass
class Guard:
    """Look at a table before it is kept.

    Parameters
    ----------
    table
        As it is to be kept: masked if that was asked for.
    found
        What looks personal, once it has been looked for.
    """

    project: Project
    name: str
    pii: str
    table: pd.DataFrame
    found: tuple[Personal, ...] | None = None
    masked: dict[str, JsonValue] = field(default_factory=dict)

    @classmethod
    def of(cls, project: Project, name: str, table: pd.DataFrame, pii: str) -> Guard:
        """Refuse or mask what looks personal, if that was asked for; otherwise it can be looked for later.

        Raises
        ------
        Refused
            Something looks personal, and that is refused.
        """
        from jupyter_mlops.data.encoding.frame import check

        guard = cls(project, name, pii, table)
        if pii in {"mask", "refuse"}:
            guard.found = scan(check(table))
        if pii == "refuse" and guard.found:
            raise Refused(
                f"{name} would hold what looks personal: {said(guard.found)}.",
                hint="Keep it masked with --pii mask, drop the columns, or allow it with --pii allow.",
            )
        if pii == "mask" and guard.found:
            guard._mask(guard.found)
        return guard

    def look(self, digest: str) -> None:
        """Look for what is personal, unless the latest version has the same content and is known."""
        if self.found is not None:
            return
        with self.project.store.read() as connection:
            last = catalogue.latest(connection, self.name)
            known = None if last is None or last.digest != digest else known_of(connection, last)
        self.found = known if known is not None else scan(self.table)

    def note(self, connection: Connection, made: Snapshot) -> Snapshot:
        """Write down what was found, and return the version with it."""
        found = self.found or ()
        remember(connection, made, found)
        if self.masked:
            recipes.put(connection, made, Recipe(kind="mask", name="mask", parameters=self.masked))
        return made.model_copy(update={"personal": found if self.pii == "warn" else ()})

    def _mask(self, found: Sequence[Personal]) -> None:
        from jupyter_mlops.data.privacy import masking

        plan = masking.plan(self.table, (), None, found)
        self.table = masking.masked(self.project, self.table, plan)
        self.found = ()
        self.masked = plan


def said(found: Sequence[Personal]) -> str:
    """Name the columns and what they seem to hold."""
    return "; ".join(map(str, found))


def remember(connection: Connection, made: Snapshot, found: Sequence[Personal]) -> None:
    """Write down which columns of a version look personal; none is worth knowing too."""
    facts.put(
        connection, made.dataset, made.version, "personal", {"columns": [item.wire() for item in found]}
    )


def known_of(connection: Connection, made: Snapshot) -> tuple[Personal, ...] | None:
    """Return what was found in a version, None where nobody has looked."""
    fact = facts.get(connection, made.dataset, made.version, "personal")
    columns = None if fact is None else fact["columns"]
    return tuple(map(Personal.model_validate, columns)) if isinstance(columns, list) else None


def hidden(project: Project, subject: Named) -> frozenset[str]:
    """Return the columns of which no value may be shown: as found when it was kept, or by looking now."""
    known = None
    if subject.snapshot is not None:
        with project.store.read() as connection:
            known = known_of(connection, subject.snapshot)
    found = scan(subject.frame) if known is None else known
    return frozenset(item.column for item in found)
