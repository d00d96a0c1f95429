"""Parity: every verb is on every face, the same."""

from __future__ import annotations

import inspect
import json
from contextlib import suppress
from pathlib import Path
from typing import get_args

import pytest
from pydantic import TypeAdapter, ValidationError

from jupyter_mlops import catalog
from jupyter_mlops.core import door, ledger
from jupyter_mlops.core.project import Project
from jupyter_mlops.core.record import MIME, Record
from jupyter_mlops.core.verb import Role, Verb
from jupyter_mlops.faces import code, completion, openapi, parser, reference, rest, usage
from jupyter_mlops.faces.facade import Facade

ROOT = Path(__file__).parents[2]
VERBS = list(catalog.registry().values())
every_verb = pytest.mark.parametrize("verb", VERBS, ids=lambda verb: verb.name)

PROMISED = (
    "init status doctor demo show history snapshot load datasets record runs register models promote rollback run "
    "audit settings plugins magics"
)


def words_for(verb: Verb) -> dict[str, object]:
    """Return a value of the right form for every required argument."""
    forms = {
        "alias": "champion",
        "run": "@8c1d",
        "any": "thing@1",
        "snapshot": "thing@1",
        "version": "thing@1",
    }
    given = {
        item: forms.get(item.word.kind if item.word else "", item.example)
        for item in verb.parameters
        if item.is_required
    }
    return {item.name: [form, form] if item.is_repeated else form for item, form in given.items()}


def test_the_promised_verbs_are_there() -> None:
    """The vocabulary is complete."""
    assert set(PROMISED.split()) <= set(catalog.registry())


@every_verb
class TestVerb:
    def test_it_lives_in_a_file_of_its_name(self, verb: Verb) -> None:
        """One verb, one file, one test, one name."""
        module = verb.function.__module__
        assert module.rpartition(".")[2] == verb.name == verb.function.__name__
        assert list((ROOT / "tests").rglob(f"test_{verb.name}.py")), (
            f"no test file is named after {verb.name}"
        )

    def test_it_explains_itself(self, verb: Verb) -> None:
        """A sentence for the verb, and a description for every argument."""
        assert verb.summary.endswith(".")
        assert len(verb.summary) <= 110
        assert [item.name for item in verb.parameters if not item.help] == []
        assert verb.role in get_args(Role)

    def test_help_shows_every_argument(self, verb: Verb) -> None:
        """On the command line and in a cell."""
        shown = usage.in_shell(catalog.registry(), verb) + usage.of_verb(verb).card().text()
        for item in verb.parameters:
            assert (
                shown.upper().count(item.name.upper().replace("_", "-")) or item.name.upper() in shown.upper()
            )

    def test_completion_offers_it_and_its_options(self, verb: Verb) -> None:
        """The verb by its first letters, its options by their dashes."""
        registry = catalog.registry()
        assert verb.name in completion.candidates(registry, [], verb.name[:2])
        offered = completion.candidates(registry, [verb.name], "--")
        assert {parser.option_of(item) for item in verb.parameters if not item.is_word} <= set(offered)

    def test_a_line_parses_and_writes_back(self, verb: Verb) -> None:
        """What is parsed from a line writes the same line again."""
        given = words_for(verb)
        line = parser.line_of(verb, dict(given))
        said = parser.parse(catalog.registry(), parser.split(line))
        assert said.verb is verb
        assert said.given == given
        assert code.call_of(verb, said.given).startswith(f"mlops.{verb.name}(")

    def test_python_has_it_as_a_method(self, verb: Verb) -> None:
        """The facade's method has the verb's own documentation."""
        method = getattr(Facade(), verb.name)
        assert method.__doc__ == verb.function.__doc__
        assert list(inspect.signature(method).parameters) == [item.name for item in verb.parameters]
        assert verb.name in dir(Facade())

    def test_rest_has_one_route_for_it(self, verb: Verb) -> None:
        """POST, and nothing else."""
        routes = dict(rest.handlers())
        handler = routes[f"/jupyter-mlops/v1/{verb.name}"]
        assert "post" in vars(handler)
        assert "get" not in vars(handler)

    def test_the_document_and_the_typed_client_have_it(self, verb: Verb) -> None:
        """OpenAPI names its arguments and its answer; the generated client has its types."""
        operation = openapi.document(catalog.registry())["paths"][f"/jupyter-mlops/v1/{verb.name}"]["post"]  # type: ignore[index]
        body = operation["requestBody"]["content"]["application/json"]["schema"]
        assert set(body.get("properties", {})) == {item.name for item in verb.parameters}
        client = (ROOT / "labextension/src/api/generated.ts").read_text(encoding="utf-8")
        assert f'"/jupyter-mlops/v1/{verb.name}"' in client
        assert all(record.__name__ in client for record in openapi.answers_of(verb))

    def test_the_reference_page_has_it(self, verb: Verb) -> None:
        """The documentation is made from the same words."""
        page = reference.pages(catalog.registry())["verbs.md"]
        assert f"### {verb.name}\n\n{verb.summary}" in page

    def test_a_write_leaves_its_line_and_a_read_leaves_none(self, verb: Verb, project: Project) -> None:
        """Whatever comes of it: here most end in an error, since what they name does not exist."""
        (project.root / "taken.ipynb").write_text("not a notebook")
        ends = {"demo": {"folder": str(project.root)}, "worker": {"until_idle": True}}
        given = dict(words_for(verb)) | ends.get(verb.name, {})
        with suppress(Exception):
            door.enter(project, verb, given)
        with project.store.read() as connection:
            verbs = {event.verb for event in ledger.entries(connection)}
        assert verbs == ({verb.name} if verb.effect == "write" else set())

    def test_its_answer_survives_the_wire_and_shows_itself(self, verb: Verb) -> None:
        """JSON round trip; text and HTML."""
        for record in map(example_of, openapi.answers_of(verb)):
            assert (
                TypeAdapter(type(record)).validate_json(json.dumps(record.wire(), allow_nan=False)) == record
            )
            bundle = record._repr_mimebundle_()
            assert bundle[MIME]["kind"] == type(record).__name__  # type: ignore[index]
            assert str(bundle["text/html"]).startswith("<div")
            assert str(bundle["text/plain"]).strip()

    def test_one_of_several_answers_is_told_from_the_others(self, verb: Verb) -> None:
        """What fits one record of a union fits no other, so that a client need not guess."""
        records = openapi.answers_of(verb)
        for record in records:
            wire = example_of(record).wire()
            assert [kind for kind in records if _fits(kind, wire)] == [record]


def _fits(kind: type[Record], wire: dict[str, object]) -> bool:
    try:
        kind.model_validate(wire)
    except ValidationError:
        return False
    return True


def example_of(record: type[Record]) -> Record:
    """Build an answer from its own schema."""
    schema = record.model_json_schema(mode="serialization")
    return record.model_validate(_value(schema, schema.get("$defs", {})))


def _value(schema: dict[str, object], definitions: dict[str, dict[str, object]]) -> object:
    if "$ref" in schema:
        return _value(definitions[str(schema["$ref"]).rpartition("/")[2]], definitions)
    if "const" in schema:
        return schema["const"]
    if "enum" in schema:
        return schema["enum"][0]  # type: ignore[index]
    if "anyOf" in schema:
        return _value(schema["anyOf"][0], definitions)  # type: ignore[index]
    if "examples" in schema:
        return schema["examples"][0]  # type: ignore[index]
    return _typed_value(schema, definitions)


def _typed_value(schema: dict[str, object], definitions: dict[str, dict[str, object]]) -> object:
    if "prefixItems" in schema:
        return [_value(item, definitions) for item in schema["prefixItems"]]  # type: ignore[attr-defined]
    kind = schema.get("type")
    if kind == "object":
        properties: dict[str, dict[str, object]] = schema.get("properties", {})  # type: ignore[assignment]
        return {name: _value(inner, definitions) for name, inner in properties.items()}
    if kind == "array":
        return [_value(schema["items"], definitions)] if "items" in schema else []  # type: ignore[arg-type]
    if schema.get("format") == "date-time":
        return "2026-11-20T12:00:00Z"
    return {"string": "thing", "integer": 3, "number": 0.5, "boolean": True, "null": None}.get(str(kind), {})
