"""A captured function runs by itself, or is refused with what it leans on."""

from __future__ import annotations

import pandas as pd
import pytest

from jupyter_mlops.core.errors import Invalid, NotFound
from jupyter_mlops.data.derivation.functions import capture, load, run

FILE = """
import math
import numpy as np
from statistics import mean as average
from helpers import twice

LIMITS = {"low": 1, "high": [2, 3]}
TABLE = object()

class Pair:
    def __init__(self, left):
        self.left = left

def even(n):
    return n == 0 or odd(n - 1)

def odd(n):
    return n != 0 and even(n - 1)

def decorated(function):
    return function

@decorated
def uses(table, extra=LIMITS["low"]):
    inner = lambda value: math.floor(value) + extra
    return table.assign(a=[inner(value) for value in table.a], b=twice(average([np.pi, 1])), c=Pair(even(4)).left)

def leans(table):
    return TABLE

def outer():
    hidden = 5
    def inside(table):
        return table * hidden
    return inside

closed = outer()
"""


@pytest.fixture
def of(tmp_path):
    """Functions of a file that imports another one of the project."""
    (tmp_path / "features.py").write_text(FILE)
    (tmp_path / "helpers.py").write_text("def twice(value):\n    return 2 * value\n")
    return lambda name: load(tmp_path, tmp_path / "features.py", name)


class TestCapture:
    def test_it_takes_along_what_it_leans_on(self, of, tmp_path):
        """Imports, constants, classes, helpers that call each other, and helpers of other files."""
        code, packages = capture(of("uses"), tmp_path)
        table = pd.DataFrame({"a": [1.5, 2.5]})
        made = run("uses", code, [table], {"extra": 10}, tmp_path / "elsewhere")
        assert made.a.tolist() == [11, 12]
        assert made.c.tolist() == [True, True]
        assert {"math", "numpy", "statistics"} <= packages
        assert "TABLE" not in code

    @pytest.mark.parametrize(
        ("name", "what"),
        [
            ("leans", "leans leans on TABLE, a object of the notebook, so it could not be run again"),
            ("closed", "inside leans on hidden of the function around it"),
        ],
    )
    def test_what_has_no_text_is_named(self, of, tmp_path, name, what):
        """With what to do instead."""
        with pytest.raises(Invalid, match=what):
            capture(of(name), tmp_path)

    def test_an_installed_function_is_imported(self, tmp_path):
        """Its source is the package's own."""
        code, packages = capture(pd.concat, tmp_path)
        assert code.strip().endswith("import concat")
        assert packages == {"pandas"}

    def test_a_large_constant_is_refused(self, tmp_path):
        """Data is no part of a recipe."""
        (tmp_path / "big.py").write_text(
            "DATA = list(range(9999))\ndef uses(table):\n    return table[DATA]\n"
        )
        with pytest.raises(Invalid, match="leans on DATA, which is too large"):
            capture(load(tmp_path, tmp_path / "big.py", "uses"), tmp_path)


class TestLoad:
    def test_a_broken_file_and_a_missing_function(self, tmp_path):
        """One sentence each."""
        (tmp_path / "broken.py").write_text("1 / 0\n")
        with pytest.raises(Invalid, match=r"broken\.py does not run in line 1, `1 / 0`: ZeroDivisionError"):
            load(tmp_path, tmp_path / "broken.py", "uses")
        (tmp_path / "empty.py").write_text("")
        with pytest.raises(NotFound, match=r"empty\.py defines no function 'uses'"):
            load(tmp_path, tmp_path / "empty.py", "uses")
