"""What can be compared: a run, or the run that made a model version."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, Field

from jupyter_mlops.core.errors import NotFound
from jupyter_mlops.core.project import Project
from jupyter_mlops.core.tracker import Run
from jupyter_mlops.core.types import Word, check_run, split_reference


def check_comparable(value: str) -> str:
    """Accept a run, or a model version with its name before the mark."""
    given = value.strip()
    if "@" not in given or given.startswith("@"):
        return check_run(given)
    split_reference(given)
    return given


Comparable = Annotated[
    str,
    Word("any"),
    AfterValidator(check_comparable),
    Field(description="A run or a model version: @8c1d22f0, churn@3.", examples=["@8c1d22f0"]),
]


def named(project: Project, given: str) -> tuple[Run, str | None]:
    """Return the run that *given* names, or that made the version that it names."""
    if given.startswith("@"):
        return project.tracker.run(given), None
    version = project.tracker.resolve(given)
    if version.run is None:
        raise NotFound(
            f"{version.ref} has no run.", hint="It was registered by other means: compare its data."
        )
    return project.tracker.run(version.run), version.ref
