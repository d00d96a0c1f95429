"""Open the project that a call means."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from jupyter_mlops.core import call
from jupyter_mlops.core.policy import Actor
from jupyter_mlops.core.project import Project, find
from jupyter_mlops.core.session import Session
from jupyter_mlops.core.verb import Verb


def open_project(
    verb: Verb,
    start: Path | None = None,
    *,
    actor: Actor | None = None,
    admin: Mapping[str, object] | None = None,
    session: Session | None = None,
) -> Project:
    """Open the project around *start*; verbs that work anywhere get one that need not exist yet.

    Parameters
    ----------
    session
        One that goes on; within a call, the call's own does.

    Raises
    ------
    NotFound
        There is no project, and the verb needs one.
    """
    here = (start or Path.cwd()).absolute()
    if verb.is_anywhere and find(here) is None:
        project = Project(here, actor=actor, admin=admin)
    else:
        project = Project.open(here, actor=actor, admin=admin)
    outer = call.current.get()
    if outer is not None and outer.root == project.root:
        session = outer.session
    project.session = session or project.session
    return project


def imposed(config: Mapping[str, Mapping[str, object]]) -> dict[str, object]:
    """Return the settings that the server's admin imposes, from the extension's own part of the configuration."""
    return dict(config.get("imposed", {}))
