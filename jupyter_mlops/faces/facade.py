"""The Python face: `mlops = jupyter_mlops.open()`, then every verb is a method."""

from __future__ import annotations

import inspect
import os
import sys
from collections.abc import Callable
from pathlib import Path

from jupyter_mlops import catalog
from jupyter_mlops.core import door
from jupyter_mlops.core.errors import Invalid
from jupyter_mlops.core.project import Project
from jupyter_mlops.core.session import Session
from jupyter_mlops.core.verb import Verb, did_you_mean
from jupyter_mlops.faces import references
from jupyter_mlops.faces.opening import open_project


class Facade:
    """A project whose verbs are methods: `mlops.snapshot(df, "customers")`."""

    def __init__(self, path: str | os.PathLike[str] | Project | None = None) -> None:
        self._start = None if path is None or isinstance(path, Project) else Path(path)
        self._project = path if isinstance(path, Project) else None

    def __getattr__(self, name: str) -> Callable[..., object]:
        registry = catalog.registry()
        if name not in registry:
            raise AttributeError(f"No verb {name!r}. {did_you_mean(name, registry)}".strip())
        return self._bound(registry[name])

    def __dir__(self) -> list[str]:
        return [*super().__dir__(), *catalog.registry()]

    def __repr__(self) -> str:
        where = self._project.root if self._project else self._start or Path.cwd()
        return f"<jupyter_mlops at {where}>"

    def _bound(self, verb: Verb) -> Callable[..., object]:
        def call(*words: object, **options: object) -> object:
            if self._project is None or not self._project.folder.is_dir():
                self._project = open_project(verb, self._start, session=_notebook_session())
            arguments = references.resolve(self._project, verb, _by_name(verb, words, options))
            return door.enter(self._project, verb, arguments, face="python")

        call.__name__ = call.__qualname__ = verb.name
        call.__doc__ = verb.function.__doc__
        whole = inspect.signature(verb.function)
        call.__signature__ = whole.replace(parameters=list(whole.parameters.values())[1:])  # type: ignore[attr-defined]
        return call


def _notebook_session() -> Session | None:
    """Return the session of the notebook around us, so that what Python reads a recorded cell has read."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython is not None else None
    found = shell.magics_manager.magics["line"].get("mlops") if shell is not None else None
    owner = getattr(getattr(found, "__wrapped__", None), "__self__", None)
    session = getattr(owner, "session", None)
    return session if isinstance(session, Session) else None


def _by_name(verb: Verb, words: tuple[object, ...], options: dict[str, object]) -> dict[str, object]:
    places = [item.name for item in verb.parameters if item.is_word]
    if len(words) > len(places):
        raise Invalid(
            f"{verb.name} takes {len(places)} words, not {len(words)}.",
            hint=f"They are {', '.join(places) or 'given by name'}.",
        )
    given = dict(zip(places, words, strict=False))
    twice = given.keys() & options.keys()
    if twice:
        raise Invalid(f"{verb.name} got {sorted(twice)[0]} twice.", hint="Give it once.")
    return given | options
