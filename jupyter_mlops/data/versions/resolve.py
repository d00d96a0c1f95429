"""Find the snapshot that a reference names."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta

from jupyter_mlops.core.errors import Invalid, NotFound
from jupyter_mlops.core.project import Project
from jupyter_mlops.core.types import split_reference
from jupyter_mlops.core.verb import did_you_mean
from jupyter_mlops.data.versions import catalogue
from jupyter_mlops.data.versions.catalogue import Snapshot

_VERSION = re.compile(r"[0-9]+")
_DIGEST = re.compile(r"[0-9a-f]{6,64}")
_FORMS = "Write NAME, NAME@3, NAME@latest, NAME@ and 6 digits of its digest, or NAME@2026-11-01."


def resolve(project: Project, ref: str) -> Snapshot:
    """Return the snapshot that *ref* names: a name alone is its latest version.

    Raises
    ------
    NotFound
        There is no such dataset or version.
    Invalid
        The reference is malformed, or fits several versions.
    """
    name, selector = split_reference(ref)
    with project.store.read() as connection:
        found = catalogue.versions(connection, name)
        if not found:
            raise no_dataset(name, catalogue.names(connection))
    return _pick(found, selector)


def no_dataset(name: str, known: Sequence[str]) -> NotFound:
    """Return the error that says that *name* is no dataset, and which are."""
    shown = (
        f"There are {', '.join(known[:10])}." if known else "Make it with `%mlops snapshot df " + name + "`."
    )
    return NotFound(f"No dataset is called {name!r}.", hint=did_you_mean(name, known) or shown)


def _pick(versions: Sequence[Snapshot], selector: str | None) -> Snapshot:
    if selector is None or selector == "latest":
        return versions[0]
    if _VERSION.fullmatch(selector):
        return _numbered(versions, selector)
    if _DIGEST.fullmatch(selector.lower()):
        return _digested(versions, selector.lower())
    until = _moment(selector)
    if until is None:
        raise Invalid(f"{selector!r} does not select a version of {versions[0].dataset}.", hint=_FORMS)
    found = next((item for item in versions if item.created_at < until), None)
    if found is None:
        first = versions[-1]
        raise NotFound(
            f"{first.dataset} had no version at {selector}.",
            hint=f"The first one is {first.ref}, of {first.created_at:%Y-%m-%d %H:%M} UTC.",
        )
    return found


def _numbered(versions: Sequence[Snapshot], selector: str) -> Snapshot:
    number = int(selector) if len(selector) < 19 else 0
    found = next((item for item in versions if item.version == number), None)
    if found is None:
        numbers = [str(item.version) for item in versions]
        shown = f"{', '.join(numbers[:10])}{', …' if len(numbers) > 10 else ''}"
        raise NotFound(f"{versions[0].dataset} has no version {selector[:20]}.", hint=f"It has {shown}.")
    return found


def _digested(versions: Sequence[Snapshot], prefix: str) -> Snapshot:
    found = [item for item in versions if item.digest.startswith(prefix)]
    if not found:
        raise NotFound(
            f"{versions[0].dataset} has no version whose digest begins with {prefix}.",
            hint=f"List them with `%mlops datasets {versions[0].dataset}`.",
        )
    if len({item.digest for item in found}) > 1:
        shown = ", ".join(f"{item.ref} ({item.digest[: len(prefix) + 4]})" for item in found)
        raise Invalid(f"The digest {prefix} fits several versions: {shown}.", hint="Give more of its digits.")
    return found[0]


def _moment(selector: str) -> datetime | None:
    """Return the first moment that is too late for *selector*."""
    try:
        if len(selector) <= 10:
            day = datetime.combine(date.fromisoformat(selector), time(), UTC)
            return day + timedelta(days=1)
        moment = datetime.fromisoformat(selector)
    except (ValueError, OverflowError):
        return None
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)) + timedelta(microseconds=1)
