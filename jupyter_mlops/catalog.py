"""The table of contents: every feature, and the verbs that each one's `__init__` names."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from importlib import import_module
from types import ModuleType

from jupyter_mlops import checks, data, experiments, governance, models, pipelines, project
from jupyter_mlops.core import plugins
from jupyter_mlops.core.errors import Unavailable
from jupyter_mlops.core.verb import Registry, Verb, verb_of

FEATURES: tuple[ModuleType, ...] = (project, data, checks, experiments, models, pipelines, governance)


@cache
def registry() -> Registry:
    """Return every verb, in the order of the life cycle, then those of plug-ins."""
    return Registry([*_built_in(), *_plugged_in()])


def _built_in() -> Iterator[Verb]:
    for feature in FEATURES:
        for name in feature.VERBS:
            yield from verbs_in(import_module(f"{feature.__name__}.{name}"))


def _plugged_in() -> Iterator[Verb]:
    for name in plugins.found("verbs"):
        found = verb_of(plugins.load("verbs", name))
        if found is None:
            raise Unavailable(
                f"The plug-in {name!r} of jupyter_mlops.verbs is no verb.", hint="Mark it with @verb."
            )
        yield found


def verbs_in(module: ModuleType) -> Iterator[Verb]:
    """Yield the verbs that *module* itself defines."""
    for value in vars(module).values():
        found = verb_of(value)
        if found is not None and found.function.__module__ == module.__name__:
            yield found
