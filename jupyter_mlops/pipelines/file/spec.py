"""The steps of a pipeline file, and what each may say."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator
from pydantic.json_schema import SkipJsonSchema

from jupyter_mlops.pipelines.file.placeholder import steps_in
from jupyter_mlops.pipelines.file.scalar import (
    Identifier,
    Location,
    Placeholder,
    Plain,
    Reference,
    SecretOrParameter,
    StepName,
    Value,
    Variable,
    problem,
    unknown_key,
)

StepKind = Literal["notebook", "verb", "approval"]

Seconds = Annotated[float, Field(ge=0, allow_inf_nan=False)]
_KINDS: tuple[StepKind, ...] = ("notebook", "verb", "approval")
_LARGEST_MATRIX = 1_000


class Spec(BaseModel):
    """A table of the file: frozen, and without keys that nobody knows."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    @model_validator(mode="before")
    @classmethod
    def _check_keys(cls, given: object) -> object:
        if isinstance(given, Mapping):
            for key in given:
                if key not in cls.model_fields:
                    raise unknown_key(str(key), cls.model_fields)
        return given


class RetrySpec(Spec):
    """How often a failed step is tried again, and how long it waits: `backoff_s`, then `factor` times as long."""

    times: Annotated[int, Field(ge=0, le=100, description="Attempts after the first one.")] = 0
    backoff_s: Annotated[Seconds, Field(description="Wait before the second attempt.")] = 10.0
    factor: Annotated[float, Field(ge=1, le=100, description="Each wait is so many times the last.")] = 2.0
    max_s: Annotated[Seconds, Field(description="Longest wait.")] = 600.0

    def wait_s(self, attempt: int) -> float:
        """Return the seconds to wait after the failed attempt of that number, 1 for the first."""
        return float(min(self.backoff_s * self.factor ** min(attempt - 1, 100), self.max_s))


class ApprovalSpec(Spec):
    """People whom the pipeline waits for."""

    approvers: Annotated[int, Field(ge=1, le=20, description="How many people must agree.")] = 1
    expires_days: Annotated[float, Field(gt=0, le=3650, description="After so long it counts as denied.")] = (
        7.0
    )
    message: Annotated[str, Field(max_length=2_000, description="What they are asked.")] = ""


class StepSpec(Spec):
    """One step: a notebook, some cells of one, a verb, or an approval.

    Parameters
    ----------
    cells
        The step's name in the tags of the notebook's cells, `step:NAME`; the whole notebook when it is None.
    passes
        Variables that the cells take over, and the step that each comes from.
    matrix
        The step runs once for each combination; the names are parameters (arguments) of it.
    map
        The step runs once for each item of a list; the one name is a parameter (argument) of it.
    """

    name: SkipJsonSchema[StepName]
    description: Annotated[str, Field(max_length=2_000, description="What it does.")] = ""
    notebook: Annotated[Location | None, Field(description="A notebook, by its path from this file.")] = None
    cells: Annotated[StepName | None, Field(description="Run the cells tagged step:NAME only.")] = None
    verb: Annotated[str | None, Field(description="A verb by name, like register or promote.")] = None
    arguments: Annotated[dict[Identifier, Value], Field(description="What the verb takes, by name.")] = {}
    approval: Annotated[ApprovalSpec | None, Field(description="Wait for people to agree.")] = None
    needs: Annotated[tuple[str, ...], Field(description="Steps that must have succeeded before.")] = ()
    parameters: Annotated[
        dict[Identifier, Value], Field(description="The notebook's parameters: values, or ${…}.")
    ] = {}
    outputs: Annotated[
        tuple[Identifier, ...], Field(description="Variables of the notebook that later steps may use.")
    ] = ()
    reads: Annotated[
        tuple[Reference, ...],
        Field(description="Data that it reads, like snapshot:customers@latest or file:rates.csv."),
    ] = ()
    makes: Annotated[
        tuple[Reference, ...], Field(description="What it makes, like snapshot:scores or version:churn.")
    ] = ()
    passes: Annotated[
        dict[Identifier, StepName], Field(description="Variables taken over, each from the step named.")
    ] = {}
    matrix: Annotated[
        dict[Identifier, Annotated[tuple[Value, ...], Field(min_length=1)]],
        Field(description="Run once for each combination of these values."),
    ] = {}
    map: Annotated[
        dict[Identifier, Placeholder],
        Field(max_length=1, description="Run once for each item of a list, an output of an earlier step."),
    ] = {}
    retries: Annotated[RetrySpec, Field(description="Tried again after a failure.")] = RetrySpec()
    timeout_s: Annotated[float | None, Field(gt=0, description="Longest time it may take.")] = None
    memory_limit_mb: Annotated[int | None, Field(ge=64, description="Most memory it may take.")] = None
    cache: Annotated[bool, Field(description="Take the outputs of an earlier, equal execution.")] = False
    environment: Annotated[
        dict[Variable, Plain], Field(description="Environment variables of its kernel; no secrets.")
    ] = {}
    secrets: Annotated[
        dict[Variable, SecretOrParameter],
        Field(
            description="Variables of the notebook by reference: env:NAME, keyring:SERVICE/NAME, file:PATH."
        ),
    ] = {}
    kernel: Annotated[str | None, Field(description="A kernel, instead of the one the notebook names.")] = (
        None
    )
    keep_kernel_s: Annotated[Seconds, Field(description="Keep a failed kernel so long, to attach to it.")] = (
        0.0
    )

    @property
    def kind(self) -> StepKind:
        """Which of the three it is."""
        return next(kind for kind in _KINDS if getattr(self, kind) is not None)

    @property
    def is_fanned(self) -> bool:
        """Whether it runs several times at once; each of its outputs is then a list."""
        return bool(self.matrix or self.map)

    @model_validator(mode="before")
    @classmethod
    def _imply_needs(cls, given: object) -> object:
        """Add the steps whose outputs it uses to those that it needs."""
        if not isinstance(given, Mapping) or not isinstance(given.get("needs", ()), list | tuple):
            return given
        passes = given.get("passes")
        used = list(passes.values()) if isinstance(passes, Mapping) else []
        used += steps_in([given.get(key) for key in ("parameters", "arguments", "map")])
        needs = [*given.get("needs", ()), *(item for item in used if isinstance(item, str))]
        return {**given, "needs": list(dict.fromkeys(needs))} if needs else given

    @model_validator(mode="after")
    def _check(self) -> Self:
        kinds = [kind for kind in _KINDS if getattr(self, kind) is not None]
        if len(kinds) != 1:
            said = " and ".join(kinds) or "none"
            raise problem(
                f"a step has one of notebook, verb, approval; this one has {said}", "Keep one of them."
            )
        for key, owner in _OWNED:
            if getattr(self, key) and getattr(self, owner) is None:
                raise problem(f"{key} goes with {owner}, and this step has none", f"Take {key} away.")
        if self.matrix and self.map:
            raise problem("a step has matrix or map, not both", "Keep one of them.")
        size = 1
        for values in self.matrix.values():
            size *= len(values)
        if size > _LARGEST_MATRIX:
            raise problem(
                f"matrix has {size:,} combinations; at most {_LARGEST_MATRIX:,} are run", "Give fewer values."
            )
        return self


_OWNED = (
    ("cells", "notebook"),
    ("parameters", "notebook"),
    ("outputs", "notebook"),
    ("passes", "cells"),
    ("kernel", "notebook"),
    ("environment", "notebook"),
    ("secrets", "notebook"),
    ("memory_limit_mb", "notebook"),
    ("keep_kernel_s", "notebook"),
    ("arguments", "verb"),
)
