"""The OpenAPI document of the REST face, made from the verbs: `python -m jupyter_mlops.faces.openapi`."""

from __future__ import annotations

import json
from collections.abc import Sequence

from pydantic import TypeAdapter, create_model
from pydantic.json_schema import models_json_schema

from jupyter_mlops import __version__
from jupyter_mlops.core.errors import Conflict, Invalid, MlopsError, NoProject, NotFound, Refused, Unavailable
from jupyter_mlops.core.preview import Preview
from jupyter_mlops.core.record import Record
from jupyter_mlops.core.types import parts_of
from jupyter_mlops.core.verb import Parameter, Registry, Verb

_ERRORS: tuple[type[MlopsError], ...] = (Refused, NotFound, Conflict, Invalid, Unavailable)
_SCHEMAS = "#/components/schemas/{model}"


def document(registry: Registry) -> dict[str, object]:
    """Return the document: one POST a verb, its arguments as the body, its record as the answer."""
    answers = {verb.name: answers_of(verb) for verb in registry.values()}
    records = {record: None for found in answers.values() for record in found}
    names, definitions = models_json_schema(
        [(record, "serialization") for record in records], ref_template=_SCHEMAS
    )
    schemas = dict(definitions.get("$defs", {})) | {"Error": _error_schema()}
    for record in records:
        schemas.setdefault(record.__name__, names[record, "serialization"])
    paths = {
        f"/jupyter-mlops/v1/{verb.name}": {"post": _operation(verb, answers[verb.name])}
        for verb in registry.values()
    }
    return {
        "openapi": "3.1.0",
        "info": {"title": "jupyter_mlops", "version": __version__},
        "paths": paths,
        "components": {"schemas": dict(sorted(schemas.items()))},
    }


def answers_of(verb: Verb) -> tuple[type[Record], ...]:
    """Return the records that a verb answers with on the wire: one, or one of several."""
    if verb.answers_table:
        return (Preview,)
    parts = parts_of(verb.answer)
    found = tuple(part for part in parts if isinstance(part, type) and issubclass(part, Record))
    if not found:
        raise Invalid(f"{verb.name} does not answer with a Record.", hint="Annotate what it returns.")
    return found


def _operation(verb: Verb, records: Sequence[type[Record]]) -> dict[str, object]:
    choices: list[object] = [{"$ref": f"#/components/schemas/{record.__name__}"} for record in records]
    schema = choices[0] if len(choices) == 1 else {"oneOf": choices}
    answers: dict[str, object] = {"200": {"description": "Done.", "content": _json(schema)}}
    for error in _ERRORS:
        reason = (error.__doc__ or "").partition("\n")[0]
        answers[str(error.status)] = {
            "description": reason,
            "content": _json({"$ref": "#/components/schemas/Error"}),
        }
    return {
        "operationId": verb.name,
        "summary": verb.summary,
        "tags": [verb.group],
        "x-effect": verb.effect,
        "x-role": verb.role,
        "requestBody": {"required": False, "content": _json(_body(verb))},
        "responses": answers,
    }


def _body(verb: Verb) -> dict[str, object]:
    fields: dict[str, object] = {
        item.name: (_wire_type(item), ... if item.is_required else item.default) for item in verb.parameters
    }
    model = create_model(verb.name, **fields)  # type: ignore[call-overload]
    schema = TypeAdapter(model).json_schema(ref_template=_SCHEMAS)
    properties = schema.get("properties", {})
    for item in verb.parameters:
        properties[item.name]["description"] = item.help
    shown = {key: value for key, value in schema.items() if key not in {"title", "description"}}
    return {**shown, "additionalProperties": False}


def _wire_type(item: Parameter) -> object:
    return str if item.live is not None else item.annotation


def _json(schema: object) -> dict[str, object]:
    return {"application/json": {"schema": schema}}


def _error_schema() -> dict[str, object]:
    codes = [*(error.code for error in _ERRORS), NoProject.code]
    text = {"type": "string"}
    return {
        "type": "object",
        "description": "What is wrong, with the value, and what to do next.",
        "required": ["code", "message", "hint", "docs"],
        "properties": {
            "code": {"enum": codes, "type": "string"},
            "message": text,
            "hint": text,
            "docs": text,
        },
    }


def main() -> None:
    """Print the document."""
    from jupyter_mlops import catalog

    print(json.dumps(document(catalog.registry()), indent=2, ensure_ascii=False))


if __name__ == "__main__":
    main()
