"""A parameter of a notebook or a pipeline, as a form needs it."""

from __future__ import annotations

from typing import get_args

from jupyter_mlops.core.record import Record
from jupyter_mlops.core.redact import redact
from jupyter_mlops.core.types import parts_of
from jupyter_mlops.pipelines.file.parameter_spec import ParameterSpec
from jupyter_mlops.pipelines.file.parameters import NotebookParameter


class ParameterShown(Record):
    """One parameter of a notebook or a pipeline, as a form needs it.

    Parameters
    ----------
    default
        As it would be written in Python; None when a value must be given.
    choices
        The values it can take, when they are few.
    """

    name: str
    type: str
    default: str | None
    help: str
    choices: tuple[str, ...]
    is_required: bool


def of_notebook(item: NotebookParameter) -> ParameterShown:
    """Return what a form shows of a notebook's parameter; a secret's value is none of it."""
    return ParameterShown(
        name=item.name,
        type=item.type,
        default=None if item.source is None else "***" if item.is_secret else redact(item.source),
        help=item.help,
        choices=_choices(item.annotation),
        is_required=item.is_required,
    )


def of_pipeline(name: str, spec: ParameterSpec) -> ParameterShown:
    """Return what a form shows of a pipeline's parameter."""
    return ParameterShown(
        name=name,
        type=spec.type,
        default=None if spec.is_required else repr(spec.default),
        help=spec.description,
        choices=tuple(map(str, spec.choices)) or _choices(spec.annotation),
        is_required=spec.is_required,
    )


def _choices(annotation: object) -> tuple[str, ...]:
    found = next((get_args(part) for part in parts_of(annotation) if "Literal" in str(part)), ())
    return tuple(str(choice) for choice in found)
