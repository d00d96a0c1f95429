"""Open the project that a call means."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from jupyter_mlops.core.policy import Actor
from jupyter_mlops.core.project import Project, find
from jupyter_mlops.core.verb import Verb


def open_project(
    verb: Verb,
    start: Path | None = None,
    *,
    actor: Actor | None = None,
    admin: Mapping[str, object] | None = None,
    session_of: Project | None = None,
) -> Project:
    """Open the project around *start*; verbs that work anywhere get one that need not exist yet.

    Parameters
    ----------
    session_of
        A project whose session goes on.

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
    if session_of is not None:
        project.session = session_of.session
    return project
