"""What a pipeline names outside its file: notebooks, and verbs."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import JsonValue, ValidationError

from jupyter_mlops.core.errors import MlopsError, NotFound
from jupyter_mlops.core.project import confined
from jupyter_mlops.core.record import Record
from jupyter_mlops.core.types import parts_of
from jupyter_mlops.core.verb import Registry, Verb, did_you_mean
from jupyter_mlops.pipelines.file.parameters import NotebookParameter, check
from jupyter_mlops.pipelines.file.placeholder import paths_in
from jupyter_mlops.pipelines.file.problems import Problem
from jupyter_mlops.pipelines.file.spec import StepSpec
from jupyter_mlops.pipelines.file.tagged import Cell, parameters_of, read_cells, read_tags

if TYPE_CHECKING:
    from jupyter_mlops.pipelines.file.definition import Definition

_SHOWN = 5


def of_notebooks(definition: Definition, root: Path) -> Iterator[Problem]:
    """Yield what is wrong with the notebooks: missing, without such cells, or without such parameters."""
    kept: dict[str, tuple[Cell, ...] | None] = {}
    for step in definition.steps:
        if step.notebook is None:
            continue
        key = f"steps.{step.name}"
        if step.notebook not in kept:
            kept[step.notebook] = None
            try:
                kept[step.notebook] = _read(root, step.notebook)
            except MlopsError as error:
                yield Problem(f"{key}.notebook", error.message.rstrip("."), error.hint)
        cells = kept[step.notebook]
        if cells is not None:
            yield from _of_cells(key, step, cells)


def of_verbs(definition: Definition, registry: Registry) -> Iterator[Problem]:
    """Yield what is wrong with the steps that call a verb, and with what others use of their answers."""
    for step in definition.steps:
        if step.verb is None:
            continue
        key = f"steps.{step.name}"
        try:
            found = registry.find(step.verb)
        except MlopsError as error:
            yield Problem(f"{key}.verb", error.message.rstrip("."), error.hint)
            continue
        given = {**step.arguments, **dict.fromkeys([*step.matrix, *step.map], "${parameters.any}")}
        for problem in _of_arguments(found, given):
            yield Problem(f"{key}.{problem.key}", problem.what, problem.hint)
        yield from _of_answers(definition, step.name, found)


def _read(root: Path, name: str) -> tuple[Cell, ...]:
    try:
        path = confined(root, name)
    except NotFound as error:
        raise NotFound(error.message, hint=_near(root, name) or error.hint) from None
    return read_cells(path)


def _near(root: Path, name: str) -> str:
    """Name a notebook of the same folder, or of the same name, that may be meant."""
    folder = (root / name).parent
    beside = list(folder.glob("*.ipynb")) if folder.is_dir() else []
    near = difflib.get_close_matches(Path(name).name, [path.name for path in beside], n=1)
    if near:
        return f"Did you mean {Path(name).with_name(near[0]).as_posix()!r}?"
    shown = sorted(path.name for path in beside)[:_SHOWN]
    return f"Beside it there are {', '.join(shown)}." if shown else ""


def _of_cells(key: str, step: StepSpec, cells: tuple[Cell, ...]) -> Iterator[Problem]:
    try:
        tags = read_tags(cells)
        if step.cells is not None and step.cells not in tags.steps:
            hint = did_you_mean(step.cells, tags.steps) or f"Tag its cells 'step:{step.cells}'."
            yield Problem(f"{key}.cells", f"no cell of {step.notebook} is tagged 'step:{step.cells}'", hint)
        parameters = parameters_of(cells)
    except MlopsError as error:
        yield Problem(f"{key}.notebook", f"{step.notebook}: {error.message.rstrip('.')}", error.hint)
        return
    given = {**step.parameters, **{name: values[0] for name, values in step.matrix.items()}}
    yield from _of_parameters(key, parameters, given, {*given, *step.map})


def _of_parameters(
    key: str, parameters: tuple[NotebookParameter, ...], given: Mapping[str, JsonValue], names: set[str]
) -> Iterator[Problem]:
    """Check the values that are known already, and that the others have a place."""
    literal = {name: value for name, value in given.items() if not list(paths_in(value))}
    known = {item.name for item in parameters}
    try:
        for name in sorted(names - literal.keys() - known):
            check(parameters, {name: ""})
        wanted = [item for item in parameters if item.name not in names or item.name in literal]
        check(wanted, literal)
    except MlopsError as error:
        yield Problem(f"{key}.parameters", error.message.rstrip("."), error.hint)


def _of_arguments(verb: Verb, given: Mapping[str, JsonValue]) -> Iterator[Problem]:
    for name, value in given.items():
        try:
            parameter = verb.parameter(name)
            if parameter.live is None and not list(paths_in(value)):
                parameter.adapter.validate_python(value)
        except MlopsError as error:
            yield Problem("arguments", error.message.rstrip("."), error.hint)
        except ValidationError as error:
            yield Problem(f"arguments.{name}", f"{value!r}: {error.errors()[0]['msg']}", parameter.help)
    missing = [item.name for item in verb.parameters if item.is_required and item.name not in given]
    if missing:
        yield Problem(
            "arguments", f"{verb.name} needs {', '.join(missing)}", f"See `%mlops {verb.name} --help`."
        )


def _of_answers(definition: Definition, name: str, verb: Verb) -> Iterator[Problem]:
    record = next(
        (part for part in parts_of(verb.answer) if isinstance(part, type) and issubclass(part, Record)), None
    )
    known = list(record.model_fields) if record is not None else []
    for step in definition.steps:
        for path in paths_in([step.parameters, step.arguments, step.map]):
            scope, _, rest = path.partition(".")
            parts = rest.split(".")
            if scope == "steps" and parts[0] == name and parts[2] not in known:
                hint = did_you_mean(parts[2], known) or f"It answers {', '.join(known)}."
                yield Problem(f"steps.{step.name}", f"{verb.name} answers no {parts[2]!r}", hint)
