"""An expression holds in every row."""

from __future__ import annotations

import pandas as pd
import pytest

from jupyter_mlops.core.errors import Invalid

FRAME = pd.DataFrame({"ordered": [1, 5, 3], "paid": [2, 4, None]})


class TestExpression:
    def test_rows_show_all_columns_of_the_rule(self, examine):
        """With the reason that somebody wrote down."""
        rules = "[[table.rule]]\nthat = 'paid >= ordered'\nbecause = 'nobody pays before'"
        (finding,) = examine(rules, FRAME).findings
        assert (finding.rows, finding.sample, finding.subject) == ((1,), ("4.0, 5",), "paid, ordered")
        assert finding.message == "1 of 3 rows break paid >= ordered (nobody pays before)"

    def test_several_rules_are_told_apart(self, examine):
        """By what they say."""
        rules = "[[table.rule]]\nthat = 'paid > 0'\n[[table.rule]]\nthat = 'nope > 0'"
        assert list(examine(rules, FRAME).unknown) == ["rule: nope > 0"]

    def test_code_is_refused_when_the_contract_is_read(self, examine):
        """Nothing of it is ever run."""
        with pytest.raises(Invalid, match=r"__import__.* is no function here"):
            examine('''[[table.rule]]\nthat = "__import__('os').system('true')"''', FRAME)
