"""Make a version from others by a recorded recipe: a function, or a fitted transformer."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Annotated

from pydantic import Field, JsonValue

from jupyter_mlops.core.errors import Invalid
from jupyter_mlops.core.project import Project
from jupyter_mlops.core.types import DatasetName, Maker, Short, SnapshotRef, check_name
from jupyter_mlops.core.verb import verb
from jupyter_mlops.data.derivation import making
from jupyter_mlops.data.versions import catalogue, recipes
from jupyter_mlops.data.versions.catalogue import Snapshot
from jupyter_mlops.data.versions.keeping import Note
from jupyter_mlops.data.versions.recipes import Recipe
from jupyter_mlops.data.versions.resolve import no_dataset

Given = Annotated[
    tuple[str, ...], Field(description="NAME=VALUE: a further argument of the function."), Short("p")
]


@verb("derive", effect="write", long=True)
def derive(
    project: Project,
    name: DatasetName,
    *,
    source: Annotated[
        tuple[SnapshotRef, ...], Field(description="A version to make it from; several are passed in order.")
    ] = (),
    using: Maker | None = None,
    param: Given = (),
    keep: Annotated[
        tuple[str, ...], Field(description="A column of the source to set beside what a transformer makes.")
    ] = (),
    again: Annotated[
        bool, Field(description="Make it by its own recipe, from the latest versions of its sources.")
    ] = False,
    note: Note = "",
) -> Snapshot:
    """Make a version from others by a function or a fitted transformer, and keep the recipe."""
    name = check_name(name)
    if again and (using is not None or param or keep):
        raise Invalid(
            "What is made again keeps its recipe.", hint="Leave out --again, or --using, --param and --keep."
        )
    if again:
        recipe = _again(project, name, source)
    else:
        recipe = making.plan(project, source, using, _values(param), keep)
    if any(item.dataset == name for item in recipe.sources):
        raise Invalid(f"{name} cannot be made from itself.", hint="Give what is made another name.")
    return making.keep(project, name, recipe, making.make(project, recipe), note)


def _again(project: Project, name: str, refs: Sequence[str]) -> Recipe:
    """Return the recipe of the latest version, on the latest versions of its sources or on those given."""
    with project.store.read() as connection:
        last = catalogue.latest(connection, name)
        if last is None:
            raise no_dataset(name, catalogue.names(connection))
        recipe = recipes.get(connection, last)
    if recipe is None or not recipe.sources:
        raise Invalid(
            f"{last.ref} was not derived, so there is nothing to do again.", hint="Give --source and --using."
        )
    given = {item.dataset: item for item in making.sources(project, refs)}
    strange = given.keys() - {item.dataset for item in recipe.sources}
    if strange:
        raise Invalid(
            f"{last.ref} was not made from {', '.join(sorted(strange))}.", hint=f"It was from {recipe.said}."
        )
    newest = making.sources(project, [item.dataset for item in recipe.sources if item.dataset not in given])
    given |= {item.dataset: item for item in newest}
    return recipe.model_copy(update={"sources": tuple(given[item.dataset] for item in recipe.sources)})


def _values(given: Iterable[str]) -> dict[str, JsonValue]:
    """Read NAME=VALUE, where a value is JSON or else text."""
    found: dict[str, JsonValue] = {}
    for word in given:
        name, equals, text = word.partition("=")
        if not equals or not name.isidentifier():
            raise Invalid(f"{word!r} gives no value to an argument.", hint="Write NAME=VALUE, like window=7.")
        try:
            found[name] = json.loads(text)
        except ValueError:
            found[name] = text
    return found
