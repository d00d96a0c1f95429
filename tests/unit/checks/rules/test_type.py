"""A column holds what it is said to hold."""

from __future__ import annotations

import pandas as pd
import pytest


class TestType:
    @pytest.mark.parametrize(
        ("wanted", "column"),
        [
            ("number", [1.5]),
            ("number", [1]),
            ("integer", [1]),
            ("integer", [1.0, None]),
            ("truth", [True]),
            ("text", pd.Categorical(["a"])),
            ("time", pd.to_datetime(["2026-01-01"])),
            ("duration", pd.to_timedelta([1])),
            ("text", [None, None]),
        ],
    )
    def test_any_dtype_of_the_type_passes(self, examine, wanted, column):
        """Integers with gaps are floats to pandas; a column without values may be anything."""
        assert examine(f"[columns.a]\ntype = '{wanted}'", pd.DataFrame({"a": column})).is_well

    def test_another_type_is_said(self, examine):
        """In words."""
        report = examine("[columns.a]\ntype = 'number'", pd.DataFrame({"a": ["1"]}))
        assert report.headline == "the table: a holds texts, not numbers"

    def test_fractions_are_no_integers(self, examine):
        """They are named by their rows."""
        (finding,) = examine("[columns.a]\ntype = 'integer'", pd.DataFrame({"a": [1.0, 2.5, None]})).findings
        assert (finding.rows, finding.sample) == ((1,), ("2.5",))


class TestDtype:
    def test_it_is_exact(self, examine):
        """Where a model needs it so."""
        report = examine("[columns.a]\ndtype = 'float32'", pd.DataFrame({"a": [1.0]}))
        assert report.headline == "the table: a is float64, not float32"
