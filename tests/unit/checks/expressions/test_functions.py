"""The functions are those that the language names."""

from __future__ import annotations

from contextlib import suppress

import pandas as pd
import pytest

from jupyter_mlops.checks.case import Case
from jupyter_mlops.checks.cells import Cells
from jupyter_mlops.checks.check import Unknown
from jupyter_mlops.checks.expressions import functions, operands
from jupyter_mlops.checks.expressions.expression import FUNCTIONS
from jupyter_mlops.core.project import Project

SAMPLES = {"number": [1.5], "text": ["x"], "time": [pd.Timestamp("2026-01-01")], "truth": [True]}


class TestCall:
    @pytest.mark.parametrize("name", sorted(FUNCTIONS.keys() - {"column"}))
    def test_every_one_that_is_offered_is_there(self, project: Project, name):
        """With some kind and number of values it answers."""
        given = [operands.of_cells(Cells("x", pd.Series(values))) for values in SAMPLES.values()]
        tries = [[], *([item] for item in given), *([item, item] for item in given)]
        tries.append([given[1], operands.of_constant("x")])
        answers = []
        for values in tries:
            with suppress(Unknown):
                answers.append(functions.call(name, values, Case("t", pd.DataFrame(), project)))
        assert answers

    def test_nothing_stays_nothing(self, project: Project):
        """A column without values has no length."""
        nothing = operands.of_constant(None)
        assert functions.call("len", [nothing], Case("t", pd.DataFrame(), project)).kind == "nothing"
