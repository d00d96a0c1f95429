from __future__ import annotations

import ast

import pytest

from jupyter_mlops.pipelines.file.python_source import Line, mlops_lines, parse


class TestParse:
    @pytest.mark.parametrize(
        ("source", "python"),
        [
            ("x = 1", "x = 1"),
            ("%matplotlib inline\nx = 1", "(inline,)\nx = 1"),
            ("df = %mlops load customers", "df = ()"),
            ("%mlops snapshot df customers --note 'a b'", "(df, customers)"),
            ("if x:\n    %mlops register model churn", "if x:\n    (model, churn)"),
            ("files = !ls", "files = ()"),
            ("df?\nx = 1", "pass\nx = 1"),
            ("%%mlops record churn\nmodel = fit(x)", "(churn,)\nmodel = fit(x)"),
            ("%%time\nx = 1", "()\nx = 1"),
            ("%%bash\necho $x `", "()"),
            ("x = 7 \\\n  %2\n'''\n%no magic\n'''", "x = 7 % 2\n'\\n%no magic\\n'"),
            ("await f(x)", "await f(x)"),
        ],
    )
    def test_magics_become_what_they_mention(self, source: str, python: str) -> None:
        """Python stays; a cell in another language is empty."""
        assert ast.unparse(parse(source)) == python

    def test_what_is_no_python(self) -> None:
        """It is refused as Python refuses it."""
        with pytest.raises(SyntaxError):
            parse("x = = 1")


class TestLines:
    def test_our_own_magics_are_found(self) -> None:
        """With the variable that takes the answer, wherever they stand."""
        source = "df = %mlops load customers@3\nif x:\n    %mlops snapshot df scores # why\n%time x\nprint('%mlops')"
        assert list(mlops_lines(source)) == [
            Line("load", ("customers@3",), "df"),
            Line("snapshot", ("df", "scores")),
        ]
