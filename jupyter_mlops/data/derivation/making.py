"""Plan a recipe, follow it, and keep what it makes."""

from __future__ import annotations

import hashlib
import platform
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import JsonValue

from jupyter_mlops.core import call
from jupyter_mlops.core.errors import Invalid
from jupyter_mlops.core.project import Project
from jupyter_mlops.data.derivation import functions, transformers
from jupyter_mlops.data.versions import recipes
from jupyter_mlops.data.versions.catalogue import Snapshot
from jupyter_mlops.data.versions.keeping import keep_frame
from jupyter_mlops.data.versions.loading import loaded
from jupyter_mlops.data.versions.recipes import Recipe, Source
from jupyter_mlops.data.versions.resolve import resolve

if TYPE_CHECKING:
    import pandas as pd


def plan(
    project: Project,
    refs: Sequence[str],
    by: object,
    parameters: Mapping[str, JsonValue],
    keep: Sequence[str],
) -> Recipe:
    """Return the recipe for a function or a fitted transformer on the versions that *refs* name.

    Raises
    ------
    Invalid
        There is nothing to make it from or by, or it could not be made again.
    Refused
        The transformer holds types that nobody vouches for.
    """
    if not refs or by is None:
        raise Invalid(
            "Nothing says what to make it from, and by.", hint="Add --source customers@3 --using FUNCTION."
        )
    if not hasattr(by, "transform"):
        code, packages = functions.capture(by, project.root)
        if keep:
            raise Invalid("A function keeps what it returns.", hint="Leave out --keep.")
        return Recipe(
            kind="function",
            name=getattr(by, "__name__", ""),
            sources=sources(project, refs),
            parameters=dict(parameters),
            code=code,
            versions=_versions(packages, project.root),
        )
    if parameters or len(refs) > 1:
        raise Invalid(
            "A transformer takes one table and nothing else.", hint="Give one --source, no --param."
        )
    content, trusted = transformers.pack(by, project.settings.trusted)
    return Recipe(
        kind="transformer",
        name=type(by).__name__,
        sources=sources(project, refs),
        transformer=project.objects.put(content),
        trusted=trusted,
        keep=tuple(keep),
        versions=_versions({"sklearn", "numpy", *(name.partition(".")[0] for name in trusted)}, project.root),
    )


def sources(project: Project, refs: Iterable[str]) -> tuple[Source, ...]:
    """Return the versions that *refs* name, and say that they are read."""
    found = []
    for ref in refs:
        item = resolve(project, ref)
        call.reads(f"snapshot:{item.ref}", given=f"snapshot:{ref}")
        found.append(Source(ref=item.ref, digest=item.digest))
    return tuple(found)


def make(project: Project, recipe: Recipe) -> pd.DataFrame:
    """Follow a recipe.

    Raises
    ------
    Invalid
        The function fails or returns no table, or the transformer refuses the source.
    """
    from jupyter_mlops.data.encoding.frame import check

    tables = [loaded(project, source.ref) for source in recipe.sources]
    if recipe.kind == "transformer":
        content = project.objects.get(recipe.transformer)
        return transformers.transform(content, recipe.trusted, tables[0], recipe.keep)
    if recipe.kind == "mask":
        from jupyter_mlops.data.privacy import masking

        return masking.masked(project, tables[0], recipe.parameters)
    return check(functions.run(recipe.name, recipe.code, tables, recipe.parameters, project.root))


def keep(project: Project, name: str, recipe: Recipe, table: pd.DataFrame, note: str) -> Snapshot:
    """Keep what a recipe made as the next version of *name*, together with the recipe."""
    made = keep_frame(project, table, name, note=note)
    with project.change() as connection:
        recipes.put(connection, made, recipe)
    refs = tuple(source.ref for source in recipe.sources)
    return made.model_copy(update={"made_by": recipe.name, "made_from": refs})


def _versions(packages: Iterable[str], root: Path) -> dict[str, str]:
    """Return the versions of packages; of a file of the project, its digest."""
    found = {"python": platform.python_version()}
    for name in sorted(packages):
        module = sys.modules.get(name)
        version = getattr(module, "__version__", None)
        file = Path(getattr(module, "__file__", None) or "/")
        if version is not None:
            found[name] = str(version)
        elif file.resolve().is_relative_to(root.resolve()) and file.is_file():
            found[name] = f"sha256:{hashlib.sha256(file.read_bytes()).hexdigest()}"
    return found
