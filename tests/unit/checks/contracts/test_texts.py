"""Contracts are written to be read, and changed without losing a comment."""

from __future__ import annotations

import tomllib

from jupyter_mlops.checks.contracts import texts

COLUMNS = {
    "id": {"type": "integer", "unique": True},
    "first name": {"length": [1, 20]},
    "price": {"range": {"least": 0, "severity": "warning"}},
}
TABLE = {"schema": "closed", "volume": {"least": 1}}


class TestMade:
    def test_it_says_what_was_given(self):
        """Whatever the columns are called."""
        found = tomllib.loads(texts.made("shop", ["shop@1"], TABLE, COLUMNS))
        assert found == {
            "format": 1,
            "dataset": "shop",
            "good": ["shop@1"],
            "enforce": False,
            "table": TABLE,
            "columns": COLUMNS,
        }

    def test_options_stand_on_one_line(self):
        """A rule is a line."""
        text = texts.made("shop", ["shop@1"], TABLE, COLUMNS)
        assert 'range = {least = 0, severity = "warning"}' in text.splitlines()


class TestChanged:
    def test_comments_stay(self):
        """And everything else that nobody asked to change."""
        before = "# ours\ngood = ['shop@1'] # first\n\n[columns.id]  # the key\nunique = true # always\nrange = [0, 9]\n"
        after = texts.changed(
            before, ["shop@2"], {"new one": {"nullable": False}}, {("columns", "id", "range"): [0, 99]}
        )
        assert after.startswith(
            '# ours\ngood = ["shop@2"] # first\n\n[columns.id]  # the key\nunique = true # always\n'
        )
        assert tomllib.loads(after)["columns"] == {
            "id": {"unique": True, "range": [0, 99]},
            "new one": {"nullable": False},
        }

    def test_the_first_column_may_be_added(self):
        """To a contract of the table alone."""
        after = texts.changed("[table]\nschema = 'open'\n", ["a@1"], {"id": {"unique": True}}, {})
        assert tomllib.loads(after) == {
            "table": {"schema": "open"},
            "columns": {"id": {"unique": True}},
            "good": ["a@1"],
        }
