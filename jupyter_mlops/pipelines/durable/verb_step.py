"""A step that calls a verb by name, through the same door as everybody."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol, cast

from pydantic import JsonValue

from jupyter_mlops.core.project import Project
from jupyter_mlops.core.record import Record
from jupyter_mlops.pipelines.durable.attempt import Settled, Work


class Caller(Protocol):
    """Call verbs by name: the face that pipelines see."""

    def call(self, project: Project, verb: str, arguments: Mapping[str, JsonValue]) -> Record:
        """Pass the door with these arguments, references as text.

        Raises
        ------
        NotFound
            No verb is called so.
        Refused
            The actor may not, or a gate refused.
        """
        ...


def call_verb(work: Work) -> Settled:
    """Call the step's verb as the execution's actor; its record's fields are the step's outputs."""
    caller = cast(Caller, work.project.service("caller", "pipeline"))
    project = work.project.acting(work.actor)
    answer = caller.call(project, str(work.step.verb), work.parameters)
    outputs = cast(dict[str, JsonValue], answer.wire())
    if not answer.is_well:
        return Settled("failed", answer.card().title, outputs=outputs)
    return Settled("succeeded", outputs=outputs)
