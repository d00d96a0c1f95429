"""Decide who may do what."""

from __future__ import annotations

import getpass
import os
from collections.abc import Iterable
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, get_args

from jupyter_mlops.core.errors import Refused
from jupyter_mlops.core.verb import Role, Verb

if TYPE_CHECKING:
    from jupyter_mlops.core.settings import Settings

_ORDER: tuple[Role, ...] = get_args(Role)
_EVERYBODY = "*"
_CI = (
    ("GITHUB_ACTIONS", "GITHUB_ACTOR"),
    ("GITLAB_CI", "GITLAB_USER_LOGIN"),
    ("JENKINS_URL", "BUILD_USER_ID"),
    ("JENKINS_URL", "BUILD_USER"),
)
_THINGS = {"dataset": "dataset", "snapshot": "dataset", "model": "model", "version": "model", "any": ""}


@dataclass(frozen=True)
class Actor:
    """Who acts, and where we know it from: `os`, `jupyter`, `jupyterhub`, `ci`."""

    name: str
    source: str

    @classmethod
    def of_system(cls) -> Actor:
        """Return whom this process acts for: a CI job's or JupyterHub's user, else the operating system's."""
        for sign, name in _CI:
            if os.environ.get(sign) and os.environ.get(name):
                return cls(os.environ[name], "ci")
        if os.environ.get("JUPYTERHUB_API_URL") and os.environ.get("JUPYTERHUB_USER"):
            return cls(os.environ["JUPYTERHUB_USER"], "jupyterhub")
        try:
            return cls(getpass.getuser(), "os")
        except (OSError, KeyError):
            return cls("unknown", "os")


def role_of(actor: Actor, settings: Settings, *references: str) -> Role:
    """Return the role that settings give the actor: the least of those on *references*, like `version:churn@3`."""
    general = settings.roles.get(actor.name, settings.default_role)
    roles = [_role_on(actor, settings, thing, name) or general for thing, name in _things(references)]
    return min(roles or [general], key=_ORDER.index)


def highest_role_of(actor: Actor, settings: Settings) -> Role:
    """Return the highest role that the actor has on anything."""
    granted = [
        users[name]
        for users in settings.access.values()
        for name in (actor.name, _EVERYBODY)
        if name in users
    ]
    return max([role_of(actor, settings), *granted], key=_ORDER.index)


def is_at_least(role: Role, least: Role) -> bool:
    """Whether a role may do what *least* may."""
    return _ORDER.index(role) >= _ORDER.index(least)


def authorise(actor: Actor, verb: Verb, settings: Settings, references: Iterable[str] = ()) -> None:
    """Let the actor pass.

    Parameters
    ----------
    references
        What the call's arguments name. What stands behind a request for approval, only the verb can tell;
        it asks again when it knows.

    Raises
    ------
    Refused
        The actor's role is below the verb's.
    """
    named = list(references)
    if any(reference.startswith("approval:") for reference in named):
        role = highest_role_of(actor, settings)
    else:
        role = role_of(actor, settings, *named)
    if not is_at_least(role, verb.role):
        on = ", ".join(dict.fromkeys(name for _, name in _things(named))) if settings.access else ""
        raise Refused(
            f"{actor.name} is {role}{f' of {on}' if on else ''}, and {verb.name} needs {verb.role}.",
            hint=f"Ask an admin to change [tool.jupyter-mlops.{'access' if on else 'roles'}].",
        )


def _things(references: Iterable[str]) -> list[tuple[str, str]]:
    """Return the models and datasets among references, as kind and name; the kind is empty where it may be either."""
    found = []
    for reference in references:
        kind, _, body = reference.partition(":")
        if kind == "any" and ":" in body:
            kind, _, body = body.partition(":")
        name = body.partition("@")[0]
        if kind in _THINGS and name and not name.endswith(".ipynb"):
            found.append((_THINGS[kind], name))
    return found


def _role_on(actor: Actor, settings: Settings, thing: str, name: str) -> Role | None:
    """Return the role that the longest pattern gives which fits *name* and says something of the actor."""
    for pattern in sorted(settings.access, key=lambda item: (-len(item), item)):
        kind, colon, glob = pattern.rpartition(":")
        if fnmatchcase(name, glob) and (not colon or not thing or kind == thing):
            users = settings.access[pattern]
            role = users.get(actor.name, users.get(_EVERYBODY))
            if role is not None:
                return role
    return None
