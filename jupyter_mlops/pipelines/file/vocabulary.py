"""The verbs that steps may call, as the face knows them that calls them."""

from __future__ import annotations

from typing import Protocol, cast

from jupyter_mlops.core.errors import Invalid
from jupyter_mlops.core.project import Project
from jupyter_mlops.core.verb import Registry
from jupyter_mlops.pipelines.file.definition import Definition
from jupyter_mlops.pipelines.file.outside import of_verbs


class Vocabulary(Protocol):
    """Whoever calls verbs by name knows which there are."""

    @property
    def registry(self) -> Registry:
        """Every verb by name."""
        ...


def registry_of(project: Project) -> Registry:
    """Return the verbs that steps may call."""
    return cast(Vocabulary, project.service("caller", "pipeline")).registry


def check_verbs(project: Project, definition: Definition) -> None:
    """Refuse a pipeline whose steps call verbs that are not there, or give them what they do not take.

    Raises
    ------
    Invalid
        The sentence says where.
    """
    if not any(step.verb for step in definition.steps):
        return
    problem = next(iter(of_verbs(definition, registry_of(project))), None)
    if problem is not None:
        raise Invalid(f"{definition.file}: {problem}.", hint=problem.hint)
