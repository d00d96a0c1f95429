"""Keep a table with its personal columns masked."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from jupyter_mlops.core.errors import Invalid
from jupyter_mlops.core.project import Project
from jupyter_mlops.core.types import DatasetName, Subject, check_name
from jupyter_mlops.core.verb import verb
from jupyter_mlops.data.diffs import keys
from jupyter_mlops.data.privacy import masking
from jupyter_mlops.data.privacy.masks import How
from jupyter_mlops.data.privacy.scan import scan
from jupyter_mlops.data.versions import privacy, recipes
from jupyter_mlops.data.versions.catalogue import Snapshot
from jupyter_mlops.data.versions.keeping import Note, keep_frame
from jupyter_mlops.data.versions.recipes import Recipe, Source
from jupyter_mlops.data.versions.subject import Named, named

ColumnName = Annotated[str, Field(description="A column to mask, or several: a,b.")]


@verb("mask", effect="write", long=True)
def mask(
    project: Project,
    subject: Subject,
    name: DatasetName | None = None,
    *,
    columns: Annotated[
        tuple[ColumnName, ...], Field(description="Columns to mask; by default those that look personal.")
    ] = (),
    how: Annotated[
        How | None, Field(description="What becomes of each value; by default what suits its kind.")
    ] = None,
    note: Note = "",
) -> Snapshot:
    """Keep a table with its personal columns masked: hashed, redacted, made coarser, or altered in form."""
    table = named(project, subject)
    name = _name(table, name)
    found = scan(table.frame)
    wanted = keys.split(columns, [str(label) for label in table.frame.columns])
    plan = masking.plan(table.frame, wanted, how, found)
    if not plan:
        raise Invalid(
            f"Nothing in {table.name} looks personal.", hint="Name what to mask with --columns a,b."
        )
    made = keep_frame(project, masking.masked(project, table.frame, plan), name, note=note, pii="allow")
    sources = (Source(ref=table.snapshot.ref, digest=table.snapshot.digest),) if table.snapshot else ()
    with project.change() as connection:
        recipes.put(connection, made, Recipe(kind="mask", name="mask", sources=sources, parameters=plan))
        privacy.remember(connection, made, [item for item in found if item.column not in plan])
    return made.model_copy(update={"made_by": "mask", "made_from": tuple(item.ref for item in sources)})


def _name(table: Named, name: str | None) -> str:
    """Return the name of what is made: that of its source with `-masked`, unless another is given."""
    if name is None and table.snapshot is None:
        raise Invalid("What is masked has no name yet.", hint="Add one: %mlops mask df customers-masked.")
    name = check_name(name or f"{table.snapshot.dataset if table.snapshot else ''}-masked")
    if table.snapshot is not None and name == table.snapshot.dataset:
        raise Invalid(f"{name} holds what is to be masked.", hint="Give what is made another name.")
    return name
