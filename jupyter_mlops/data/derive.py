"""Make a version from others by a recorded recipe: a function, or a fitted transformer."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from contextvars import copy_context
from typing import Annotated, cast

from pydantic import Field, JsonValue

from jupyter_mlops.core import call, door
from jupyter_mlops.core.errors import Invalid, NotFound
from jupyter_mlops.core.project import Project
from jupyter_mlops.core.types import DatasetName, Maker, Short, SnapshotRef, check_name, split_reference
from jupyter_mlops.core.verb import Verb, verb, verb_of
from jupyter_mlops.data.derivation import making
from jupyter_mlops.data.versions import catalogue, recipes
from jupyter_mlops.data.versions.catalogue import Snapshot
from jupyter_mlops.data.versions.keeping import Note
from jupyter_mlops.data.versions.recipes import Recipe, Source
from jupyter_mlops.data.versions.resolve import no_dataset, resolve

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
        bool,
        Field(
            description="Make it by its own recipe, from the latest versions of its sources; stale ones first."
        ),
    ] = False,
    note: Note = "",
) -> Snapshot:
    """Make a version from others by a function or a fitted transformer, and keep the recipe."""
    name = check_name(name)
    if again and (using is not None or param or keep):
        raise Invalid(
            "What is made again keeps its recipe.", hint="Leave out --again, or --using, --param and --keep."
        )
    renewed: Sequence[str] = ()
    if again:
        before, given = _known(project, name, source)
        renewed = _renew(project, name, before, given)
        recipe = _on_latest(project, before, given)
    else:
        recipe = making.plan(project, source, using, _values(param), keep)
    if any(item.dataset == name for item in recipe.sources):
        raise Invalid(f"{name} cannot be made from itself.", hint="Give what is made another name.")
    made = making.keep(project, name, recipe, making.make(project, recipe), note)
    return made.model_copy(update={"renewed": tuple(renewed)})


def _known(project: Project, name: str, refs: Sequence[str]) -> tuple[Recipe, Mapping[str, Source]]:
    """Return the recipe of the latest version, and which versions of its sources are given."""
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
    return recipe, given


def _renew(project: Project, name: str, recipe: Recipe, given: Mapping[str, Source]) -> Sequence[str]:
    """Make the sources that are stale themselves again, the first one first, and return what was made."""
    with project.store.read() as connection:
        due = list(recipes.due(connection, recipe, {name, *given}))
    context = copy_context()
    context.run(call.current.set, None)  # each is a call of its own: a line, and a lineage
    made = []
    for source in due:
        with project.store.read() as connection:
            last = recipes.with_origin(connection, [resolve(project, source)])[0]
        if last.newer:
            latest = [split_reference(ref)[0] for ref in last.made_from]
            arguments = {"name": source, "again": True, "source": latest}
            try:
                answer = context.run(door.enter, project, cast("Verb", verb_of(derive)), arguments)
            except (Invalid, NotFound) as error:
                raise type(error)(
                    f"{source} is stale, and cannot be made again: {error.message}", hint=error.hint
                ) from error
            made.append(cast("Snapshot", answer).ref)
    return made


def _on_latest(project: Project, recipe: Recipe, given: Mapping[str, Source]) -> Recipe:
    """Return a recipe on the versions that are given, and else on the latest."""
    others = [item.dataset for item in recipe.sources if item.dataset not in given]
    found = {**given, **{item.dataset: item for item in making.sources(project, others)}}
    return recipe.model_copy(update={"sources": tuple(found[item.dataset] for item in recipe.sources)})


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
