"""A pipeline, as its file `NAME.pipeline.toml` defines it."""

from __future__ import annotations

import hashlib
import json
import posixpath
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Annotated, Literal, cast

from pydantic import BeforeValidator, Field, JsonValue, ValidationError
from pydantic.json_schema import SkipJsonSchema

from jupyter_mlops.core.errors import Invalid, MlopsError, NotFound
from jupyter_mlops.core.types import check_name
from jupyter_mlops.core.verb import Registry, did_you_mean
from jupyter_mlops.pipelines.file.outside import of_notebooks, of_verbs
from jupyter_mlops.pipelines.file.parameter_spec import ParameterEntry, ParameterSpec
from jupyter_mlops.pipelines.file.pipeline_file import find_all, locate, name_of, parse, read, shown
from jupyter_mlops.pipelines.file.problems import Problem, of_definition, of_validation
from jupyter_mlops.pipelines.file.scalar import Checked, Identifier, problem
from jupyter_mlops.pipelines.file.spec import (
    ApprovalSpec,
    RetrySpec,
    Spec,
    StepSpec,
)
from jupyter_mlops.pipelines.file.trigger_spec import NotifySpec, TriggerSpec

__all__ = [
    "ApprovalSpec",
    "Catchup",
    "Definition",
    "NotifySpec",
    "Overlap",
    "ParameterSpec",
    "RetrySpec",
    "StepSpec",
    "TriggerSpec",
    "find_all",
    "inspect",
    "load",
]

Overlap = Literal["forbid", "queue", "replace"]
Catchup = Literal["none", "last", "all"]


def _named(given: object) -> object:
    """Give each table of a table of tables its key as its name."""
    if not isinstance(given, Mapping):
        return given
    for key, item in given.items():
        if isinstance(item, Mapping) and "name" in item:
            raise problem(f"'name' is no key of {key}", "Its name is that of its table.")
    return [{**item, "name": key} if isinstance(item, Mapping) else item for key, item in given.items()]


class Definition(Spec):
    """A pipeline: its parameters, steps and triggers.

    Parameters
    ----------
    name
        The name of its file, without `.pipeline.toml`.
    file
        Where it was read, by its path from the project's root; not part of what it is.
    overlap
        What a start does while an earlier execution has not ended: nothing, wait for it, or replace it.
    catchup
        Which of the slots are made up for that went by while no worker ran.
    """

    name: SkipJsonSchema[Annotated[str, Checked(check_name)]]
    file: SkipJsonSchema[str] = ""
    description: Annotated[str, Field(max_length=10_000, description="What it is for.")] = ""
    parameters: Annotated[
        dict[Identifier, ParameterEntry], Field(description="What can be given to an execution.")
    ] = {}
    steps: Annotated[
        tuple[StepSpec, ...],
        BeforeValidator(_named, json_schema_input_type=dict[str, StepSpec]),
        Field(min_length=1, description="The steps by name."),
    ]
    triggers: Annotated[
        tuple[TriggerSpec, ...],
        BeforeValidator(_named, json_schema_input_type=dict[str, TriggerSpec]),
        Field(description="What starts it, by name."),
    ] = ()
    overlap: Annotated[Overlap, Field(description="A start while an earlier execution has not ended.")] = (
        "queue"
    )
    catchup: Annotated[Catchup, Field(description="Slots that went by while no worker ran.")] = "last"
    queue: Annotated[str, Checked(check_name), Field(description="The queue that its steps wait in.")] = (
        "default"
    )
    priority: Annotated[int, Field(ge=1, le=100, description="1 is the most urgent, 100 the least.")] = 50
    concurrency: Annotated[int | None, Field(ge=1, description="Most steps at a time.")] = None
    retention_days: Annotated[float | None, Field(gt=0, description="Executions are kept so long.")] = None
    timeout_s: Annotated[float | None, Field(gt=0, description="Longest time an execution may take.")] = None
    notify: Annotated[NotifySpec, Field(description="Who hears of what.")] = NotifySpec()

    @property
    def digest(self) -> str:
        """SHA-256 of what it says, whatever the file's comments and layout."""
        said = self.model_dump(mode="json", exclude={"file"})
        text = json.dumps(said, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
        return hashlib.sha256(text.encode()).hexdigest()

    def step(self, name: str) -> StepSpec:
        """Return the step called *name*.

        Raises
        ------
        NotFound
            There is none.
        """
        for step in self.steps:
            if step.name == name:
                return step
        known = [step.name for step in self.steps]
        hint = did_you_mean(name, known) or f"It has {', '.join(known)}."
        raise NotFound(f"{self.name} has no step {name!r}.", hint=hint)

    def order(self) -> tuple[str, ...]:
        """Return the steps' names, each after those that it needs; as the file has them where that leaves a choice.

        Raises
        ------
        Invalid
            Some need each other.
        """
        waiting = {step.name: set(step.needs) for step in self.steps}
        done: dict[str, None] = {}
        while waiting:
            name = next((name for name, needs in waiting.items() if needs <= done.keys()), None)
            if name is None:
                raise Invalid(
                    f"{self.name} has steps that need each other.", hint="Take one of their needs away."
                )
            del waiting[name]
            done[name] = None
        return tuple(done)

    def values(
        self, given: Mapping[str, object] | None = None, *, later: Iterable[str] = ()
    ) -> dict[str, JsonValue]:
        """Return the value of every parameter: those *given*, else the defaults.

        Parameters
        ----------
        later
            Names that get their values later.

        Raises
        ------
        Invalid
            One is unknown, missing or ill-typed.
        """
        found = dict(given or {})
        for name in (*found, *later):
            if name not in self.parameters:
                hint = (
                    did_you_mean(name, self.parameters) or f"It takes {', '.join(self.parameters) or 'none'}."
                )
                raise Invalid(f"{name!r} is no parameter of {self.name}.", hint=hint)
        missing = [
            name
            for name, spec in self.parameters.items()
            if spec.is_required and name not in {*found, *later}
        ]
        if missing:
            raise Invalid(f"{self.name} needs {', '.join(missing)}.", hint=f"Write {missing[0]}=VALUE.")
        return {
            name: spec.value(name, found[name]) if name in found else spec.default
            for name, spec in self.parameters.items()
        }

    def wire(self) -> dict[str, JsonValue]:
        """Return it as plain JSON types; `Definition.model_validate` takes them back."""
        return cast(dict[str, JsonValue], self.model_dump(mode="json"))


def load(project_root: Path, target: str, *, registry: Registry | None = None) -> Definition:
    """Read the pipeline that *target* names: its file's path, or its name.

    Parameters
    ----------
    registry
        The verbs; with it, the steps that call one are checked against it.

    Raises
    ------
    NotFound
        There is no such file.
    Invalid
        The file is wrong; the sentence says where.
    """
    path = locate(project_root, target)
    definition, problems = inspect(project_root, path, registry=registry)
    if problems or definition is None:
        more = f" ({len(problems) - 1} more)" if len(problems) > 1 else ""
        first = problems[0]
        raise Invalid(f"{shown(project_root, path)}: {first}{more}.", hint=first.hint)
    return definition


def inspect(
    root: Path, path: Path, *, text: str | None = None, registry: Registry | None = None
) -> tuple[Definition | None, tuple[Problem, ...]]:
    """Read the pipeline in a file, as far as that can be done, and say all that is wrong with it.

    Parameters
    ----------
    text
        What the file says, or would say.
    """
    said: Mapping[str, object] = {}
    try:
        said = parse(read(path) if text is None else text)
        definition = _located(_defined(said, shown(root, path)), root, path)
    except ValidationError as error:
        return None, tuple(of_validation(error, said))
    except MlopsError as error:
        return None, (Problem("", error.message.rstrip("."), error.hint),)
    found = [*of_definition(definition), *of_notebooks(definition, root)]
    if registry is not None:
        found += of_verbs(definition, registry)
    return definition, tuple(found)


def _defined(raw: Mapping[str, object], file: str) -> Definition:
    for key in ("name", "file"):
        if key in raw:
            raise Invalid(f"{key!r} is no key here", hint="Its name is that of its file.")
    for key in ("steps", "triggers"):
        if isinstance(raw.get(key), list):
            raise Invalid(f"{key} are tables with names", hint=f"Write [{key}.NAME] for [[{key}]].")
    return Definition.model_validate({**raw, "name": name_of(Path(file)), "file": file})


def _located(definition: Definition, root: Path, path: Path) -> Definition:
    """Return it with paths from the project's root, where the file has them from its own folder."""
    folder = path.resolve().parent.relative_to(root.resolve()).as_posix()

    def moved(given: str) -> str:
        return posixpath.normpath(posixpath.join(folder, given))

    steps = tuple(
        step.model_copy(
            update={
                "notebook": step.notebook and moved(step.notebook),
                "reads": tuple(_moved_file(item, moved) for item in step.reads),
                "makes": tuple(_moved_file(item, moved) for item in step.makes),
            }
        )
        for step in definition.steps
    )
    triggers = tuple(
        item.model_copy(update={"pattern": item.pattern and moved(item.pattern)})
        for item in definition.triggers
    )
    return definition.model_copy(update={"steps": steps, "triggers": triggers})


def _moved_file(reference: str, moved: Callable[[str], str]) -> str:
    kind, _, rest = reference.partition(":")
    return f"file:{moved(rest)}" if kind == "file" else reference
