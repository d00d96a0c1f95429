"""The language of expressions is small, and nothing else gets in."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jupyter_mlops.checks.expressions import expression

HARMFUL = [
    "__import__('os').system('true')",
    "().__class__.__bases__[0].__subclasses__()",
    "open('/etc/passwd')",
    "eval('1')",
    "[x for x in y]",
    "lambda: 1",
    "a.b == 1",
    "a[0] == 1",
    "(a := 1) > 0",
    "f'{a}' == 'x'",
    "b'x' == a",
    "1j == a",
    "{1: 2} == a",
    "{*a} == b",
    "len(*a) > 1",
    "round(a, digits=2) > 1",
    "a if b else c",
    "await a",
    "a ** 9 > 1",
    "a << 99 > 1",
    "~a > 1",
    "... == a",
    "a == 1; b == 2",
    "import os",
    "print('x')",
    "column(a) > 1",
    "column('a', 'b') > 1",
    "",
    "a ==",
    "\0",
    "a > 0 " * 1000,
    "-" * 500 + "1 > 0",
    "not " * 60 + "a",
]


class TestParse:
    @pytest.mark.parametrize("text", HARMFUL, ids=lambda text: text[:30])
    def test_what_is_not_listed_is_refused(self, text):
        """Before anything is computed, and with a sentence."""
        with pytest.raises(ValueError, match=r"."):
            expression.parse(text)

    @given(st.text(max_size=60))
    def test_any_text_is_parsed_or_refused(self, text):
        """Never another kind of error."""
        try:
            expression.parse(text)
        except ValueError:
            return

    def test_lines_may_be_broken(self):
        """A long rule is written over several."""
        assert expression.columns_of(expression.parse("a > 0\n  and b > 0")) == ["a", "b"]


class TestColumns:
    def test_they_are_named_once_in_order(self):
        """Functions are no columns, and odd names are quoted."""
        tree = expression.parse("min(b, a) > b and column('first name') != 'x' and len(a) in (1, 2)")
        assert expression.columns_of(tree) == ["b", "a", "first name"]
