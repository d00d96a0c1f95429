"""What is wrong with a pipeline file, each with the key that it stands at."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from typing import TYPE_CHECKING

from jupyter_mlops.core.errors import MlopsError
from jupyter_mlops.core.redact import is_secret_name, redact
from jupyter_mlops.core.verb import did_you_mean
from jupyter_mlops.pipelines.file.placeholder import paths_in, whole
from jupyter_mlops.pipelines.file.scalar import texts

if TYPE_CHECKING:
    from pydantic import JsonValue, ValidationError

    from jupyter_mlops.pipelines.file.definition import Definition
    from jupyter_mlops.pipelines.file.spec import StepSpec

_AS_PARAMETER = 'Write { type = "secret", default = "env:NAME" }, and use it in the secrets of a step.'
_BY_NAME = 'Refer to it in the step: secrets = { NAME = "env:NAME" }.'
_BY_REFERENCE = {"secrets", "webhook", "to"}


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong.

    Parameters
    ----------
    key
        Where it stands, like `steps.train.needs`; empty for the whole file.
    """

    key: str
    what: str
    hint: str = ""

    def __str__(self) -> str:
        return f"{self.key}: {self.what}" if self.key else self.what


def of_validation(error: ValidationError, raw: Mapping[str, object]) -> Iterator[Problem]:
    """Yield what pydantic found, in our words."""
    for item in error.errors(include_url=False):
        key = _key(item["loc"], raw)
        context = item.get("ctx", {})
        if "what" in context:
            yield Problem(key, str(context["what"]), str(context["hint"]))
        else:
            is_table = item["type"] in {"model_type", "dict_type", "mapping_type"}
            said = "it is a table, { … }" if is_table else item["msg"][:1].lower() + item["msg"][1:]
            is_told = isinstance(item["input"], str | int | float) and not _BY_REFERENCE & set(key.split("."))
            given = f", not {redact(repr(item['input']))[:60]}" if is_told else ""
            yield Problem(key, said + given, "See the reference of pipeline files.")


def of_definition(definition: Definition) -> Iterator[Problem]:
    """Yield what is wrong with the steps, triggers and values taken together."""
    yield from _needs(definition)
    for step in definition.steps:
        for problem in (*_placeholders(definition, step), *_passes(definition, step), *_values(step)):
            yield Problem(f"steps.{step.name}.{problem.key}", problem.what, problem.hint)
    for name, spec in definition.parameters.items():
        if not spec.is_secret:
            for problem in _secrets(f"parameters.{name}", name, [spec.default, *spec.choices]):
                yield Problem(problem.key, problem.what, _AS_PARAMETER)
    for problem in _triggers(definition):
        yield Problem(f"triggers.{problem.key}", problem.what, problem.hint)


def _key(location: tuple[int | str, ...], raw: Mapping[str, object]) -> str:
    """Write where something stands; steps and triggers have lost their names on the way in."""
    parts = [part for part in location if part != "[key]" and not str(part).startswith("function-")]
    if len(parts) > 1 and parts[0] in {"steps", "triggers"} and isinstance(parts[1], int):
        table = raw.get(str(parts[0]))
        names = list(table) if isinstance(table, Mapping) else []
        parts[1] = names[parts[1]] if parts[1] < len(names) else parts[1]
        parts = parts[:2] if parts[2:] == ["name"] else parts
    return ".".join(map(str, parts))


def _needs(definition: Definition) -> Iterator[Problem]:
    names = [step.name for step in definition.steps]
    needs = {step.name: step.needs for step in definition.steps}
    for name, wanted in needs.items():
        for other in wanted:
            if other == name:
                yield Problem(f"steps.{name}.needs", "it needs itself", "Take it away.")
            elif other not in needs:
                hint = did_you_mean(other, names) or f"There are {', '.join(names)}."
                yield Problem(f"steps.{name}.needs", f"{other!r} is no step", hint)
    cycle = _cycle({name: tuple(item for item in wanted if item != name) for name, wanted in needs.items()})
    if cycle:
        shown = " → ".join(cycle)
        yield Problem(
            f"steps.{cycle[0]}.needs", f"steps need each other: {shown}", "Take one of their needs away."
        )


def _cycle(needs: Mapping[str, tuple[str, ...]]) -> list[str]:
    """Return the steps of a cycle, each needing the next, the first again at the end; none when there is none."""
    try:
        TopologicalSorter(needs).prepare()
    except CycleError as error:
        found = list(reversed(error.args[1]))[:-1]
        first = found.index(min(found, key=list(needs).index))
        return [*found[first:], *found[:first], found[first]]
    return []


def _placeholders(definition: Definition, step: StepSpec) -> Iterator[Problem]:
    for key in ("parameters", "arguments", "map", "environment", "reads", "makes"):
        for path in paths_in(getattr(step, key)):
            yield from _path(definition, key, path)
    for name, reference in step.secrets.items():
        said = whole(reference)
        spec = definition.parameters.get(said.removeprefix("parameters.")) if said else None
        if said and (spec is None or not spec.is_secret):
            hint = 'Declare it with type = "secret".'
            yield Problem(f"secrets.{name}", f"{reference} is no parameter that refers to a secret", hint)
    for key in ("matrix", "map"):
        twice = set(getattr(step, key)) & {*step.parameters, *step.arguments}
        yield from (Problem(key, f"{name!r} is given twice", "Give it once.") for name in sorted(twice))


def _path(definition: Definition, key: str, path: str) -> Iterator[Problem]:
    scope, _, rest = path.partition(".")
    if scope == "trigger":
        yield Problem(
            key, f"${{{path}}} is known to triggers only", "Give it to a parameter in [triggers.NAME]."
        )
    elif scope == "parameters":
        spec = definition.parameters.get(rest)
        if spec is None:
            hint = did_you_mean(rest, definition.parameters) or f"Declare it in [parameters], {rest} = …"
            yield Problem(key, f"{rest!r} is no parameter of the pipeline", hint)
        elif spec.is_secret:
            yield Problem(key, f"{rest!r} refers to a secret", 'Use it in secrets: KEY = "${…}".')
    elif scope == "steps":
        name, _, output = rest.split(".")[:3]
        yield from _output(definition, key, name, output)


def _output(definition: Definition, key: str, name: str, output: str) -> Iterator[Problem]:
    step = next((step for step in definition.steps if step.name == name), None)
    if step is None or step.kind == "verb":
        return  # said with the needs; a verb's outputs are what it answers
    if output not in step.outputs:
        hint = did_you_mean(output, step.outputs) or f"Add it: [steps.{name}] outputs = [{output!r}]."
        yield Problem(key, f"{name} promises no output {output!r}", hint)


def _passes(definition: Definition, step: StepSpec) -> Iterator[Problem]:
    known = {item.name: item for item in definition.steps}
    for variable, name in step.passes.items():
        source = known.get(name)
        if source is None:
            continue  # said with the needs
        if variable not in source.outputs:
            yield Problem(
                f"passes.{variable}", f"{name} promises no output {variable!r}", "Add it to its outputs."
            )
        elif source.is_fanned:
            hint = "Give it as a parameter, ${steps.…}: a list."
            yield Problem(f"passes.{variable}", f"{name} runs several times, so it has many of them", hint)


def _values(step: StepSpec) -> Iterator[Problem]:
    for key in ("parameters", "arguments", "environment"):
        for name, value in getattr(step, key).items():
            yield from _secrets(f"{key}.{name}", name, [value])
    for name, values in step.matrix.items():
        yield from _secrets(f"matrix.{name}", name, list(values))


def _secrets(key: str, name: str, values: list[JsonValue]) -> Iterator[Problem]:
    """Find what is, or is called, a secret among values that will be written down."""
    found = list(texts(values))
    if is_secret_name(name) and any(whole(text) is None for text in found):
        yield Problem(key, "it looks secret, and its value would be written down", _BY_NAME)
    elif any(redact(text) != text for text in found):
        yield Problem(key, "its value looks like a secret", _BY_NAME)


def _triggers(definition: Definition) -> Iterator[Problem]:
    for trigger in definition.triggers:
        if trigger.pipeline == definition.name:
            yield Problem(
                trigger.name, "the pipeline would start itself without end", "Name another pipeline."
            )
        for path in paths_in(trigger.parameters):
            if not path.startswith("trigger."):
                yield Problem(f"{trigger.name}.parameters", f"${{{path}}} is not known yet when it fires")
        literal = {key: item for key, item in trigger.parameters.items() if not list(paths_in(item))}
        try:
            definition.values(literal, later=trigger.parameters.keys() - literal.keys())
        except MlopsError as error:
            yield Problem(f"{trigger.name}.parameters", error.message.rstrip("."), error.hint)
