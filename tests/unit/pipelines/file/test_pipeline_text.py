from __future__ import annotations

import re
import tomllib
from itertools import permutations

import pytest
import tomlkit
from hypothesis import given, settings
from hypothesis import strategies as st

from jupyter_mlops.core.errors import Invalid
from jupyter_mlops.pipelines.file.edits import Edits
from jupyter_mlops.pipelines.file.pipeline_text import edited, headed, is_ours, parts, schema_line

TABLES = (
    '[steps.a] # A\nnotebook = "a.ipynb" # n\n',
    "[parameters]\nx = 1 # x\n",
    '[steps.b]\nnotebook = "b.ipynb"\n[steps.b.parameters] # p\ny = 1\n',
    '[triggers.n] # t\ncron = "1 * * * *"\n',
)
NAMES = st.sampled_from(["load", "train", "check-all", "show"])
KEYS = st.sampled_from(["timeout_s", "cache", "needs", "retries", "description"])
VALUES = st.sampled_from(
    [
        "9.5",
        "true",
        '["load", "train"]',
        "{ times = 3 }",
        "'a # b'",
        '"""a\n# no comment\n"""',
        "[\n  1, # one\n  2,\n]",
    ]
)
COMMENTS = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), max_size=8).map(
    lambda text: f"# {text}"
)
BLANKS = st.sampled_from(["", "\n", "  \n\n"])


@st.composite
def texts(draw: st.DrawFn) -> str:
    """Draw a file that a person may have written: comments everywhere, any layout."""
    lines = [draw(COMMENTS), f"priority = {draw(st.integers(1, 100))}   {draw(COMMENTS)}"]
    for name in draw(st.lists(NAMES, min_size=1, unique=True)):
        lines += [draw(BLANKS), draw(COMMENTS), f"[steps.{name}]  {draw(COMMENTS)}"]
        for key in draw(st.lists(KEYS, unique=True)):
            lines += [draw(COMMENTS), f"  {key}={draw(VALUES)}  {draw(COMMENTS)}"]
    return draw(st.sampled_from(["\n", "\r\n"])).join(lines) + "\n" + draw(BLANKS)


def comments(text: str) -> list[str]:
    """Return the comments of a file, those within lists apart."""
    values = r'"""(?:.|\n)*?"""|\'[^\'\n]*\'|\[\r?\n(?:.|\n)*?\]'
    bare = re.sub(rf"^(\s*\w+=)(?:{values})", r"\1", text, flags=re.MULTILINE)
    return [line[line.index("#") :].rstrip("\r") for line in bare.split("\n") if "#" in line]


class TestRoundTrip:
    @settings(max_examples=60, deadline=None)
    @given(texts())
    def test_reading_and_writing_keeps_every_byte(self, text: str) -> None:
        """Nothing to edit, nothing changed."""
        assert edited(text, Edits()) == text
        assert headed(*reversed(parts(text)[1:]), "train.ipynb").endswith(text) or text.startswith("#:schema")

    @settings(max_examples=60, deadline=None)
    @given(texts(), NAMES, st.sampled_from(["notebook", "cache", "passes"]))
    def test_editing_one_key_keeps_every_comment(self, text: str, name: str, key: str) -> None:
        """And every other value."""
        value: object = {"notebook": "a.ipynb", "cache": False, "passes": {"x": "load"}}[key]
        made = edited(text, Edits({("steps", name, key): value}))
        assert sorted(comments(made)) == sorted(comments(text))
        before, after = tomllib.loads(text), tomllib.loads(made)
        before["steps"].setdefault(name, {})[key] = value
        assert after == before

    @settings(max_examples=40, deadline=None)
    @given(texts())
    def test_taking_a_step_away_leaves_the_others(self, text: str) -> None:
        """Their comments too."""
        first = next(iter(tomllib.loads(text)["steps"]))
        made = edited(text, Edits(drops=[("steps", first)]))
        assert first not in tomllib.loads(made).get("steps", {})
        assert tomllib.loads(made)["priority"] == tomllib.loads(text)["priority"]

    @pytest.mark.parametrize("order", [*permutations(TABLES)])
    def test_tables_may_come_in_any_order(self, order: tuple[str, ...]) -> None:
        """Those of the steps too, with others between them."""
        text = "\n".join(order)
        made = edited(text, Edits({("steps", "a", "needs"): ["b"], ("steps", "b", "parameters", "z"): 1}))
        assert sorted(comments(made)) == sorted(comments(text))

    def test_what_cannot_be_edited_safely_is_refused(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """All steps on one line; and were the editor to lose a value, the file would stay as it is."""
        with pytest.raises(Invalid, match="cannot be edited safely"):
            edited("steps = { a = {} }\n", Edits({("steps", "b", "notebook"): "b.ipynb"}))
        monkeypatch.setattr(tomlkit, "dumps", lambda _: "x = 1\n")
        with pytest.raises(Invalid, match="cannot be edited safely"):
            edited("a = 1\n", Edits({("b",): 2}))


class TestHead:
    def test_our_own_file_is_known(self) -> None:
        """Until somebody changes a byte of it, a comment even."""
        text = headed("\na = 1\n", schema_line(".mlops/pipeline.schema.json"), "train.ipynb")
        assert text.startswith("#:schema .mlops/pipeline.schema.json\n# Inferred from train.ipynb · ")
        assert is_ours(text)
        assert not is_ours(text + "# mine\n")
        assert not is_ours("a = 1\n")

    def test_a_head_is_replaced_and_not_repeated(self) -> None:
        """The schema that somebody named stays."""
        text = headed("a = 1\n", schema_line("my.json"), "train.ipynb")
        schema, line, rest = parts(text)
        assert (schema, rest) == ("#:schema my.json\n", "a = 1\n")
        assert headed(rest, schema, "train.ipynb") == schema + line + rest
