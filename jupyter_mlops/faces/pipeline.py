"""The face that pipelines see: a step calls any verb by name."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import JsonValue

from jupyter_mlops import catalog
from jupyter_mlops.core import door
from jupyter_mlops.core.project import Project
from jupyter_mlops.core.record import Record
from jupyter_mlops.core.verb import Registry
from jupyter_mlops.faces import references
from jupyter_mlops.faces.render import as_record


class PipelineCaller:
    """Call verbs by name, as `pipelines.verb_step.Caller` says."""

    def __init__(self, project: Project) -> None:
        self._project = project

    @property
    def registry(self) -> Registry:
        """Every verb by name."""
        return catalog.registry()

    def call(self, project: Project, verb: str, arguments: Mapping[str, JsonValue]) -> Record:
        """Pass the door with these arguments, references as text."""
        found = catalog.registry().find(verb)
        given = references.resolve(project, found, arguments)
        answer = door.enter(project, found, given, face="pipeline")
        return as_record(answer)
