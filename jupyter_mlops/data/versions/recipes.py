"""How a derived version was made, so that it can be made again, and told when that is due."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Literal

from pydantic import JsonValue
from sqlalchemy import Connection

from jupyter_mlops.core.record import Record
from jupyter_mlops.core.types import split_reference
from jupyter_mlops.data.versions import catalogue, facts
from jupyter_mlops.data.versions.catalogue import Snapshot


class Source(Record):
    """A version that something was made from."""

    ref: str
    digest: str

    @property
    def dataset(self) -> str:
        """Its name without the version."""
        return split_reference(self.ref)[0]


class Recipe(Record):
    """How a version was made.

    Parameters
    ----------
    kind
        A function's source, a fitted transformer, or a mask.
    name
        Of the function or of the transformer's class; what a mask does.
    sources
        The versions it was given, in order; none where a table at hand was masked.
    parameters
        The function's further arguments by name; for a mask, what is done to which column.
    code
        The function with all it leans on: imports, constants, helpers.
    transformer
        The object that keeps it, in skops' format.
    trusted
        Types besides scikit-learn's that it may hold.
    keep
        Columns of the source that stand beside what a transformer makes.
    versions
        Of the packages it leans on.
    """

    kind: Literal["function", "transformer", "mask"]
    name: str
    sources: tuple[Source, ...] = ()
    parameters: dict[str, JsonValue] = {}
    code: str = ""
    transformer: str = ""
    trusted: tuple[str, ...] = ()
    keep: tuple[str, ...] = ()
    versions: dict[str, str] = {}

    @property
    def said(self) -> str:
        """What it was made from, in words."""
        return ", ".join(source.ref for source in self.sources)


def put(connection: Connection, made: Snapshot, recipe: Recipe) -> None:
    """Write down how a version was made."""
    facts.put(connection, made.dataset, made.version, "recipe", recipe.wire())


def get(connection: Connection, made: Snapshot) -> Recipe | None:
    """Return how a version was made, or None when it was not derived."""
    found = facts.get(connection, made.dataset, made.version, "recipe")
    return None if found is None else Recipe.model_validate(found)


def derived_from(connection: Connection, dataset: str) -> dict[tuple[str, int], Recipe]:
    """Return the recipes of the versions that were made from *dataset*, or from what was made from it."""
    recipes = {
        key: Recipe.model_validate(value) for key, value in facts.of_kind(connection, "recipe").items()
    }
    reached = {dataset}
    found: dict[tuple[str, int], Recipe] = {}
    for _ in range(len(recipes)):
        new = {
            key: recipe
            for key, recipe in recipes.items()
            if key not in found and any(source.dataset in reached for source in recipe.sources)
        }
        if not new:
            break
        found |= new
        reached |= {name for name, _ in new}
    return found


def objects(connection: Connection) -> set[str]:
    """Return the objects that recipes need: what `prune` must leave."""
    recipes = facts.of_kind(connection, "recipe").values()
    return {str(recipe["transformer"]) for recipe in recipes if recipe.get("transformer")}


def with_origin(connection: Connection, snapshots: Iterable[Snapshot]) -> Sequence[Snapshot]:
    """Add to derived versions what they were made from, and which of that has a newer version."""
    return [_with_origin(connection, item) for item in snapshots]


def due(connection: Connection, recipe: Recipe, seen: set[str]) -> Iterator[str]:
    """Yield the sources that are stale themselves, in the order in which they are to be made again.

    Parameters
    ----------
    seen
        Datasets that are not looked at; it grows.
    """
    for source in recipe.sources:
        last = None if source.dataset in seen else catalogue.latest(connection, source.dataset)
        seen.add(source.dataset)
        before = None if last is None else get(connection, last)
        if last is not None and before is not None:
            yield from due(connection, before, seen)
            if _with_origin(connection, last).newer:
                yield source.dataset


def _newer(connection: Connection, recipe: Recipe, seen: set[str]) -> Iterator[str]:
    """Yield the versions that came since: of a source, or of what that was made from."""
    for source in recipe.sources:
        last = catalogue.latest(connection, source.dataset)
        if last is None or source.dataset in seen:
            continue
        if last.digest != source.digest:
            yield last.ref
        elif (before := get(connection, last)) is not None:
            yield from _newer(connection, before, seen | {source.dataset})


def _with_origin(connection: Connection, made: Snapshot) -> Snapshot:
    recipe = get(connection, made)
    if recipe is None:
        return made
    newest = catalogue.latest(connection, made.dataset)
    is_due = newest is None or newest.version == made.version  # what came after it is as it should be
    newer = dict.fromkeys(_newer(connection, recipe, {made.dataset}) if is_due else ())
    return made.model_copy(
        update={
            "made_by": recipe.name,
            "made_from": tuple(source.ref for source in recipe.sources),
            "newer": tuple(newer),
        }
    )
