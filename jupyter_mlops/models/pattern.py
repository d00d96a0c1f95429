"""Name many models or versions at once: `team-*`, `team-*@challenger`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from fnmatch import fnmatchcase
from typing import Annotated

from pydantic import AfterValidator, Field

from jupyter_mlops.core import progress
from jupyter_mlops.core.errors import Conflict, Invalid, NotFound, Refused
from jupyter_mlops.core.policy import is_at_least, role_of
from jupyter_mlops.core.project import Project
from jupyter_mlops.core.tracker import ModelVersion
from jupyter_mlops.core.types import VersionRef, Word, check_name, split_reference
from jupyter_mlops.core.verb import Role

_WILD = re.compile(r"[*?]")
_MOST = 1_000


def is_pattern(text: str) -> bool:
    """Whether it may name several: it holds a `*` or `?`."""
    return _WILD.search(text) is not None


def fits(name: str, pattern: str) -> bool:
    """Whether a model's name is one of those that a pattern names."""
    return fnmatchcase(name, pattern)


def expand(project: Project, pattern: VersionRef) -> list[ModelVersion]:
    """Return the versions that a pattern names, by name: the newest of each model, or those of an alias.

    Raises
    ------
    NotFound
        No model's name fits, or none of them has that version.
    Invalid
        They are too many.
    """
    name, _, selector = pattern.partition("@")
    newest: dict[str, ModelVersion] = {}
    models = set()
    for version in project.tracker.versions():
        if fits(version.name, name):
            models.add(version.name)
            if _selected(version, selector, newest):
                newest[version.name] = version
    if not models:
        raise NotFound(f"No model is called like {name!r}.", hint="List them with `%mlops models`.")
    if not newest:
        raise NotFound(
            f"None of {len(models)} models has a version {selector!r}.", hint=f"See `%mlops models '{name}'`."
        )
    if len(newest) > _MOST:
        raise Invalid(f"{pattern!r} names {len(newest):,} versions, more than {_MOST:,}.", hint="Name fewer.")
    return sorted(newest.values(), key=lambda version: version.name)


def one_by_one(versions: Sequence[ModelVersion]) -> Iterator[ModelVersion]:
    """Yield the versions, and say how far one has come.

    Raises
    ------
    Conflict
        Whoever listens wants it to stop; what is done is done.
    """
    for done, version in enumerate(versions):
        if progress.is_cancelled():
            raise Conflict(
                f"Stopped after {done:,} of {len(versions):,} versions.",
                hint="Say it again for the others; those that are done stay as they are.",
            )
        progress.report(done, len(versions), version.ref)
        yield version


def check_roles(project: Project, versions: Sequence[ModelVersion], least: Role) -> None:
    """Let the actor pass where the role is high enough on every one of them.

    Raises
    ------
    Refused
        It is not on one.
    """
    for version in versions:
        role = role_of(project.actor, project.settings, f"version:{version.ref}")
        if not is_at_least(role, least):
            raise Refused(
                f"{project.actor.name} is {role} of {version.name}, and this needs {least}.",
                hint="Ask an admin to change [tool.jupyter-mlops.access], or name fewer models.",
            )


def _selected(version: ModelVersion, selector: str, newest: dict[str, ModelVersion]) -> bool:
    if selector in {"", "latest"}:
        known = newest.get(version.name)
        return known is None or version.version > known.version
    return str(version.version) == selector or selector in version.aliases


def _check_name(value: str) -> str:
    if not is_pattern(value):
        return check_name(value)
    check_name(_WILD.sub("x", value))
    return value


def _check_version(value: str) -> str:
    name, at, selector = value.strip().partition("@")
    plain = f"{_WILD.sub('x', name)}{at}{selector}"
    split_reference(plain)
    if at and not selector:
        raise Invalid(f"{value!r} is not a reference.", hint="Write NAME, NAME@3 or NAME@latest.")
    return value.strip()


ModelPattern = Annotated[
    str,
    Word("model", is_lineage=False),
    AfterValidator(_check_name),
    Field(
        description="Name of a registered model, like churn, or of several, like team-*.", examples=["churn"]
    ),
]
VersionPattern = Annotated[
    str,
    Word("version"),
    AfterValidator(_check_version),
    Field(
        description="A model version: churn@3, churn@champion, churn@latest; or of many models: team-*@challenger.",
        examples=["churn@3"],
    ),
]
