"""Decide who may do what."""

from __future__ import annotations

import getpass
from dataclasses import dataclass
from typing import TYPE_CHECKING, get_args

from jupyter_mlops.core.errors import Refused
from jupyter_mlops.core.verb import Role, Verb

if TYPE_CHECKING:
    from jupyter_mlops.core.settings import Settings


@dataclass(frozen=True)
class Actor:
    """Who acts, and where we know it from: `os`, `jupyter`, `ci`."""

    name: str
    source: str

    @classmethod
    def of_system(cls) -> Actor:
        """Return the operating system's user."""
        try:
            return cls(getpass.getuser(), "os")
        except (OSError, KeyError):
            return cls("unknown", "os")


def role_of(actor: Actor, settings: Settings) -> Role:
    """Return the role that settings give the actor."""
    return settings.roles.get(actor.name, settings.default_role)


def authorise(actor: Actor, verb: Verb, settings: Settings) -> None:
    """Let the actor pass.

    Raises
    ------
    Refused
        The actor's role is below the verb's.
    """
    order = get_args(Role)
    role = role_of(actor, settings)
    if order.index(role) < order.index(verb.role):
        raise Refused(
            f"{actor.name} is {role}, and {verb.name} needs {verb.role}.",
            hint="Ask an admin to change [tool.jupyter-mlops.roles].",
        )
