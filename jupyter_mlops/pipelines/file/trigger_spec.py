"""What starts a pipeline, and who hears of it."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator
from pydantic.json_schema import SkipJsonSchema

from jupyter_mlops.core.types import check_name
from jupyter_mlops.pipelines.file.scalar import (
    Checked,
    Cron,
    Identifier,
    Location,
    Secret,
    StepName,
    Value,
    Zone,
    problem,
)
from jupyter_mlops.pipelines.file.spec import Seconds, Spec

TriggerKind = Literal["cron", "snapshot", "alias", "file", "webhook", "pipeline", "alert"]
Event = Literal["failure", "recovery", "approval", "success"]

_KINDS: dict[str, TriggerKind] = {
    "cron": "cron",
    "dataset": "snapshot",
    "model": "alias",
    "pattern": "file",
    "webhook": "webhook",
    "pipeline": "pipeline",
    "monitor": "alert",
}
_BELONGS = {"zone": "cron", "jitter_s": "cron", "alias": "model", "on": "pipeline"}
Name = Annotated[str, Checked(check_name)]


class NotifySpec(Spec):
    """Who hears of what."""

    on: Annotated[tuple[Event, ...], Field(description="What is told.")] = ("failure", "recovery", "approval")
    to: Annotated[
        tuple[Secret, ...], Field(description="Where it is told: references to addresses, env:SLACK_URL.")
    ] = ()


class TriggerSpec(Spec):
    """What starts the pipeline: one of cron, dataset, model, pattern, webhook, pipeline, monitor."""

    name: SkipJsonSchema[StepName]
    cron: Annotated[Cron | None, Field(description="Five fields, like 30 6 * * 1-5.")] = None
    zone: Annotated[Zone, Field(description="IANA time zone of cron, like Europe/Vienna.")] = "UTC"
    jitter_s: Annotated[Seconds, Field(description="Start up to so much later, drawn once a slot.")] = 0.0
    dataset: Annotated[Name | None, Field(description="A new snapshot of this dataset.")] = None
    model: Annotated[Name | None, Field(description="A move of this model's alias.")] = None
    alias: Annotated[Name, Field(description="The alias of model that is watched.")] = "champion"
    pattern: Annotated[Location | None, Field(description="A new file, like incoming/*.csv.")] = None
    webhook: Annotated[
        Secret | None, Field(description="A signed call; the reference to its secret, env:HOOK_SECRET.")
    ] = None
    pipeline: Annotated[Name | None, Field(description="The end of another pipeline.")] = None
    on: Annotated[
        Literal["success", "failure", "end"], Field(description="Which end of it; end is either.")
    ] = "success"
    monitor: Annotated[Name | None, Field(description="An alert of this monitor.")] = None
    debounce_s: Annotated[Seconds, Field(description="Wait for quiet this long; what comes counts once.")] = (
        0.0
    )
    parameters: Annotated[
        dict[Identifier, Value],
        Field(description="Parameters of the pipeline; ${trigger.reference} is what fired."),
    ] = {}

    @property
    def kind(self) -> TriggerKind:
        """Which kind it is, by the key that it has."""
        return next(kind for key, kind in _KINDS.items() if getattr(self, key) is not None)

    @model_validator(mode="after")
    def _check(self) -> Self:
        keys = [key for key in _KINDS if getattr(self, key) is not None]
        if len(keys) != 1:
            said = " and ".join(keys) or "none"
            raise problem(
                f"a trigger has one of {', '.join(_KINDS)}; this one has {said}", "Keep one of them."
            )
        default = type(self).model_fields
        for key, owner in _BELONGS.items():
            if getattr(self, owner) is None and getattr(self, key) != default[key].default:
                raise problem(f"{key} goes with {owner}, and this trigger has none", f"Take {key} away.")
        return self
