"""The parameters of a frozen pipeline: checked when it is scheduled, filled when it fires."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import cast

from pydantic import JsonValue

from jupyter_mlops.core.errors import Invalid
from jupyter_mlops.core.project import Project
from jupyter_mlops.pipelines.durable.frozen import Frozen, thaw
from jupyter_mlops.pipelines.file.parameters import NotebookParameter, check, read_parameters
from jupyter_mlops.pipelines.file.placeholder import TRIGGER, fill, paths_in
from jupyter_mlops.pipelines.file.scalar import as_json
from jupyter_mlops.pipelines.file.secrecy import split

Values = dict[str, JsonValue]
_PATHS = {f"trigger.{name}" for name in TRIGGER}


def with_secrets(
    project: Project, frozen: Frozen, given: Mapping[str, object]
) -> tuple[Frozen, Mapping[str, object]]:
    """Take what a single notebook is given by reference among its secrets, and return the rest."""
    if not frozen.is_notebook:
        return frozen, given
    (step,) = frozen.definition.steps
    rest, secrets = split(_parameters(project, frozen), given)
    steps = (step.model_copy(update={"secrets": secrets}),)
    definition = frozen.definition.model_copy(update={"steps": steps})
    return frozen.model_copy(update={"definition": definition}), rest


def check_given(project: Project, frozen: Frozen, given: Mapping[str, object], *, is_whole: bool) -> Values:
    """Return the parameters that a schedule gives, those without placeholders typed.

    Parameters
    ----------
    is_whole
        Nobody gives more when it fires, so that none may be missing.

    Raises
    ------
    Invalid
        One is unknown or ill-typed, or one is missing.
    """
    late = {name: value for name, value in given.items() if any(paths_in(value))}
    unknown_paths = [path for path in paths_in(list(late.values())) if path not in _PATHS]
    if unknown_paths:
        raise Invalid(
            f"${{{unknown_paths[0]}}} is nothing that a schedule knows.",
            hint="Write ${trigger.reference} for what fired, or ${trigger.slot} for the due time.",
        )
    plain = {name: value for name, value in given.items() if name not in late}
    if frozen.is_notebook:
        typed = _of_notebook(project, frozen, plain, late=late, is_whole=is_whole)
        return {**typed, **cast(Values, late)}
    known = frozen.definition.parameters
    unknown = {name: value for name, value in given.items() if name not in known}
    asked = {name: known[name] for name in known if name in plain or (is_whole and name not in late)}
    part = frozen.definition.model_copy(update={"parameters": known if unknown else asked})
    values = part.values({**plain, **unknown})
    return {**{name: values[name] for name in plain}, **cast(Values, late)}


def filled(
    project: Project,
    frozen: Frozen,
    own: Mapping[str, JsonValue],
    given: Mapping[str, object],
    trigger: Mapping[str, JsonValue],
) -> Values:
    """Return the value of every parameter for one execution.

    Parameters
    ----------
    own
        What the schedule gives, placeholders and all.
    given
        What whoever fires it gives.
    trigger
        What `${trigger.…}` stands for.
    """
    scope: Values = {"trigger": dict(trigger)}
    values = {**{name: fill(value, scope) for name, value in own.items()}, **given}
    if not frozen.is_notebook:
        return frozen.definition.values(values)
    if given or any(paths_in(list(own.values()))):
        return _of_notebook(project, frozen, values)
    return cast(Values, values)  # typed when it was scheduled


def _of_notebook(
    project: Project,
    frozen: Frozen,
    given: Mapping[str, object],
    *,
    late: Collection[str] = (),
    is_whole: bool = True,
) -> Values:
    """Return parameters of a single notebook as its parameters cell types them."""
    (step,) = frozen.definition.steps
    known = _parameters(project, frozen)
    names = {item.name for item in known}
    unknown = dict.fromkeys(name for name in (*given, *late) if name not in names)
    asked = [item for item in known if item.name in given or (is_whole and item.name not in late)]
    made = check(known if unknown else asked, {**unknown, **given}, step.secrets)
    return {name: as_json(name, value) for name, value in made.items()}


def _parameters(project: Project, frozen: Frozen) -> tuple[NotebookParameter, ...]:
    (step,) = frozen.definition.steps
    return read_parameters(thaw(project, frozen, str(step.notebook)).node.cells)
