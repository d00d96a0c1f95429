"""Move aliases one at a time."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

from filelock import FileLock, Timeout

from jupyter_mlops.core import call
from jupyter_mlops.core.errors import Invalid, NotFound, Unavailable
from jupyter_mlops.core.project import Project
from jupyter_mlops.core.tracker import ModelVersion
from jupyter_mlops.core.types import Alias, ModelName, VersionRef, split_reference
from jupyter_mlops.core.verb import did_you_mean

_WAIT_S = 10
_TAKEN = re.compile(r"\d+|v\d+|latest", re.IGNORECASE)


def check_alias(alias: Alias) -> None:
    """Refuse an alias that a reference would read as something else.

    Raises
    ------
    Invalid
        It reads as a version's number.
    """
    if _TAKEN.fullmatch(alias):
        raise Invalid(
            f"{alias!r} reads as a version, not as an alias.", hint="Use a word, like champion or challenger."
        )


@contextmanager
def moving(project: Project) -> Iterator[None]:
    """Keep others from moving aliases meanwhile; within a call, until the ledger has its outcome.

    Raises
    ------
    Unavailable
        Somebody else has been moving one for too long.
    """
    lock = FileLock(
        project.folder / "aliases.lock", timeout=_WAIT_S, is_singleton=True
    )  # so that a call may enter twice
    under_way = call.current.get()
    try:
        lock.acquire()
    except Timeout as error:
        raise Unavailable(
            f"Another process has been moving an alias for {_WAIT_S} s.", hint="Try again in a moment."
        ) from error
    if under_way is not None:
        under_way.stack.callback(lock.release)
        yield
        return
    try:
        yield
    finally:
        lock.release()


def find(project: Project, ref: VersionRef) -> ModelVersion:
    """Return the version that *ref* names.

    Raises
    ------
    NotFound
        There is none; the hint tells which there are.
    """
    try:
        return project.tracker.resolve(ref)
    except NotFound as error:
        name, selector = split_reference(ref)
        versions = project.tracker.versions(name)
        if not versions:
            raise no_model(project, name) from error
        shown = ", ".join(" ".join((item.ref, *_brackets(item))) for item in versions[:10])
        raise NotFound(f"{name} has no version {selector!r}.", hint=f"It has {shown}.") from error


def no_model(project: Project, name: ModelName) -> NotFound:
    """Return the error that says that there is no such model, with the nearest name."""
    names = sorted({item.name for item in project.tracker.versions()})
    hint = did_you_mean(name, names) or "List them with `%mlops models`."
    return NotFound(f"No model {name!r} is registered.", hint=hint)


def ranked(aliases: tuple[Alias, ...]) -> list[Alias]:
    """Return the aliases in the order of their weight: champion, challenger, the others."""
    first = ("champion", "challenger")
    return sorted(aliases, key=lambda alias: (first.index(alias) if alias in first else len(first), alias))


def _brackets(version: ModelVersion) -> list[str]:
    return [f"({', '.join(ranked(version.aliases))})"] if version.aliases else []
