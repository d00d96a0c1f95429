"""The schema of pipeline files is the one that editors get, and says what loading says."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

import jsonschema
import pytest

from jupyter_mlops.faces import pipeline_schema
from tests.docs.pages import blocks

ROOT = Path(__file__).parents[2]
EXAMPLES = [path.read_text(encoding="utf-8") for path in (ROOT / "examples").glob("*.pipeline.toml")]
CHECK = jsonschema.Draft202012Validator(pipeline_schema.schema())


class TestSchema:
    def test_the_file_is_fresh(self) -> None:
        """What the package ships is what the models say."""
        shipped = (ROOT / "jupyter_mlops/pipelines/pipeline.schema.json").read_text(encoding="utf-8")
        assert json.loads(shipped) == pipeline_schema.schema()

    def test_it_is_a_schema(self) -> None:
        """By its own rules."""
        jsonschema.Draft202012Validator.check_schema(pipeline_schema.schema())

    @pytest.mark.parametrize("text", [*blocks("docs/how-to/pipelines.md", "toml"), *EXAMPLES])
    def test_what_we_show_is_valid(self, text: str) -> None:
        """Every file on the page, and every example."""
        CHECK.validate(json.loads(json.dumps(tomllib.loads(text), default=str)))

    @pytest.mark.parametrize(
        "text",
        [
            "",
            'name = "x"\n[steps.a]\nnotebook = "a.ipynb"',
            '[steps.a]\nnotebook = "a.ipynb"\nned = 1',
            '[steps.a]\nname = "b"\nnotebook = "a.ipynb"',
            '[[steps]]\nnotebook = "a.ipynb"',
            'overlap = "never"\n[steps.a]\nnotebook = "a.ipynb"',
            '[steps.a]\nnotebook = "a.ipynb"\nretries = { times = -1 }',
        ],
    )
    def test_an_editor_marks_what_loading_refuses(self, text: str) -> None:
        """Unknown keys, wrong types, names that are not keys."""
        with pytest.raises(jsonschema.ValidationError):
            CHECK.validate(tomllib.loads(text))

    def test_the_reference_page_has_every_key(self) -> None:
        """Of every table."""
        page = pipeline_schema.page()
        definitions = [pipeline_schema.schema(), *pipeline_schema.schema()["$defs"].values()]  # type: ignore[attr-defined]
        keys = {key for item in definitions for key in item.get("properties", {})}
        assert [key for key in keys if f"| `{key}` |" not in page] == []
