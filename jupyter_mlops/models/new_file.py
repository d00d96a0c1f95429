"""Name a new file of the project, for who may write one."""

from __future__ import annotations

from pathlib import Path

from jupyter_mlops.core.errors import Conflict, Invalid, Refused
from jupyter_mlops.core.policy import is_at_least, role_of
from jupyter_mlops.core.project import Project, confined


def new_file(project: Project, file: str) -> Path:
    """Return where a new file goes.

    Raises
    ------
    Refused
        Only contributors write files.
    Invalid
        That is no place for one.
    Conflict
        It exists.
    """
    role = role_of(project.actor, project.settings)
    if not is_at_least(role, "contributor"):
        raise Refused(
            f"{project.actor.name} is {role}, and writing a file needs contributor.", hint="Ask an admin."
        )
    folder = confined(project.root, Path(file).parent)
    path = folder / Path(file).name
    if not folder.is_dir() or path.is_relative_to(project.folder.resolve()) or not Path(file).name:
        raise Invalid(f"{file!r} is no place for a file of the project.", hint="Name one outside of .mlops.")
    if path.exists() or path.is_symlink():
        raise Conflict(f"{file} exists already.", hint="Name another file.")
    return path
