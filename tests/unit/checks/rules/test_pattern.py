"""Texts match from end to end."""

from __future__ import annotations

import pandas as pd
import pytest

from jupyter_mlops.core.errors import Invalid


class TestPattern:
    def test_the_whole_text_matches(self, examine):
        """Neither a part of it, nor a line of it."""
        frame = pd.DataFrame({"a": ["AB", "ABC", "xAB", "AB\n", "AB\nAB", None]})
        assert examine("[columns.a]\npattern = '[A-Z]{2}'", frame).findings[0].rows == (1, 2, 3, 4)

    def test_alternatives_are_one_whole(self, examine):
        """They need no brackets."""
        frame = pd.DataFrame({"a": ["yes", "no", "yesno", "nope"]})
        assert examine("[columns.a]\npattern = 'yes|no'", frame).findings[0].rows == (2, 3)

    @pytest.mark.parametrize("pattern", ["(", "a(?=b)", "(?<!a)b", "(?>a)", r"(a)\\1", "a{1,2000}"])
    def test_what_is_no_pattern_is_said_when_the_contract_is_read(self, examine, pattern):
        """Look-around and back-references could take for ever, so there are none."""
        with pytest.raises(Invalid, match="is no pattern"):
            examine(f'[columns.a]\npattern = "{pattern}"', pd.DataFrame({"a": ["x"]}))

    def test_no_pattern_takes_for_ever(self, examine):
        """One that would keep an engine that tries back busy for ever: the text is read once."""
        report = examine("[columns.a]\npattern = '(a+)+b'", pd.DataFrame({"a": ["a" * 5000]}))
        assert report.findings[0].rows == (0,)
