"""Which gate guards an alias, and whose approval it waits for."""

from __future__ import annotations

from fnmatch import fnmatchcase

from jupyter_mlops.core.policy import Actor, is_at_least, role_of
from jupyter_mlops.core.settings import Settings
from jupyter_mlops.core.types import Alias, ModelName
from jupyter_mlops.governance import subject

_EVERYBODY = "*"


def gate_name(settings: Settings, model: ModelName, alias: Alias) -> str | None:
    """Return what the gate of an alias of a model is declared under: of several that fit, the longest pattern."""
    fitting = [name for name in settings.gates if _fits(name, model, alias)]
    return max(fitting, key=lambda item: (len(item), item), default=None)


def approvals_needed(settings: Settings, model: ModelName, alias: Alias) -> int:
    """Return how many people must approve that the alias moves; 0 where no gate asks for any."""
    name = gate_name(settings, model, alias)
    return 0 if name is None else settings.gates[name].approvals


def deciders(settings: Settings, about: str, requester: str) -> tuple[str, ...]:
    """Return who may approve a subject besides whoever asked: `*` for anybody, else the names that settings hold."""
    references = subject.references(about)
    named = {*settings.roles, *(name for users in settings.access.values() for name in users)}
    names = sorted(named - {_EVERYBODY}, key=str.casefold)
    can = [name for name in names if is_at_least(role_of(Actor(name, ""), settings, *references), "approver")]
    others = [name for name in can if name.casefold() != requester.casefold()]
    stranger = role_of(Actor("", ""), settings, *references)
    return (*others, _EVERYBODY) if is_at_least(stranger, "approver") else tuple(others)


def _fits(name: str, model: ModelName, alias: Alias) -> bool:
    pattern, _, guarded = name.rpartition("@")
    return guarded == alias and fnmatchcase(model, pattern or "*")
