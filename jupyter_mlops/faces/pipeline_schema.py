"""The JSON Schema of pipeline files: `python -m jupyter_mlops.faces.pipeline_schema`."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import cast

from jupyter_mlops.pipelines.file.definition import Definition
from jupyter_mlops.pipelines.file.parameter_spec import ParameterSpec
from jupyter_mlops.pipelines.file.spec import ApprovalSpec, RetrySpec, Spec, StepSpec
from jupyter_mlops.pipelines.file.trigger_spec import NotifySpec, TriggerSpec

_TABLES: tuple[tuple[str, type[Spec]], ...] = (
    ("The file", Definition),
    ("[parameters] NAME", ParameterSpec),
    ("[steps.NAME]", StepSpec),
    ("[steps.NAME.retries]", RetrySpec),
    ("[steps.NAME.approval]", ApprovalSpec),
    ("[triggers.NAME]", TriggerSpec),
    ("[notify]", NotifySpec),
)
_HEAD = """# Pipeline files

```ipython
%mlops pipelines
```

A file `NAME.pipeline.toml` is the pipeline NAME. Editors that know JSON Schema complete and check it, from
the line `#:schema` at its top. [How to write one](../how-to/pipelines.md).
"""


def schema() -> dict[str, object]:
    """Return the schema of what a file may say."""
    made = cast(dict[str, object], _plain(Definition.model_json_schema()))
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "jupyter_mlops pipeline",
        **{key: value for key, value in made.items() if key != "title"},
    }


def page() -> str:
    """Return the reference page: every key of every table."""
    return "\n".join([_HEAD, *(line for title, spec in _TABLES for line in _table(title, spec))])


def _table(title: str, spec: type[Spec]) -> Iterator[str]:
    yield f"## {title.replace('[', '`[').replace(']', ']`')}\n"
    yield f"{(spec.__doc__ or '').partition(chr(10))[0]}\n"
    yield "| key | type | default | meaning |"
    yield "|---|---|---|---|"
    schema_of = cast(Mapping[str, object], spec.model_json_schema()["properties"])
    for name, field in spec.model_fields.items():
        if name in schema_of:
            default = "required" if field.is_required() else _shown(field.get_default())
            meaning = str(field.description or "").replace("|", "\\|")
            kind = " \\| ".join(_types(schema_of[name]))
            yield f"| `{name}` | {kind} | {default} | {meaning} |"
    yield ""


def _types(schema: object) -> list[str]:
    """Name the types that a schema takes."""
    known = cast(Mapping[str, object], schema)
    if "anyOf" in known:
        found = [name for part in cast(list[object], known["anyOf"]) for name in _types(part)]
        return [name for name in found if name != "null"]
    if "enum" in known:
        return [f"`{json.dumps(value)}`" for value in cast(list[object], known["enum"])]
    if "$ref" in known:
        return ["value" if str(known["$ref"]).endswith("JsonValue") else "table"]
    return [{"object": "table"}.get(str(known.get("type")), str(known.get("type", "value")))]


def _shown(default: object) -> str:
    if default is None or default in ({}, ()) or isinstance(default, Spec):
        return ""
    return f"`{json.dumps(default)}`"


def _plain(value: object) -> object:
    """Drop the titles that pydantic makes of names, and what only readers of the code need."""
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if not isinstance(value, dict):
        return value
    kept = {key: item for key, item in value.items() if not (key == "title" and isinstance(item, str))}
    if isinstance(kept.get("description"), str):
        kept["description"] = kept["description"].partition("\n")[0]
    return {key: _plain(item) for key, item in kept.items()}


def main() -> None:
    """Print the schema."""
    print(json.dumps(schema(), indent=2, ensure_ascii=False))


if __name__ == "__main__":
    main()
