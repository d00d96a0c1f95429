from __future__ import annotations

import math

import pytest

from jupyter_mlops.pipelines.running.inside.names import mentioned, use_of

LINE = "get_ipython().run_line_magic({!r}, {!r})"


class TestUse:
    @pytest.mark.parametrize(
        ("code", "needs", "fresh"),
        [
            ("x = 1\ny = x", set(), {"x", "y"}),
            ("x = f(x)", {"f", "x"}, set()),
            ("x += 1", {"x"}, set()),
            ("if a:\n    x = 1", {"a"}, set()),
            ("import a.b as c, d.e", set(), {"c", "d"}),
            ("def f():\n    global z\n    z = q", {"z", "q"}, {"f"}),
            ("x: int", {"int"}, set()),
            ("del x", {"x"}, set()),
        ],
    )
    def test_what_a_cell_needs_and_what_it_makes(self, code: str, needs: set[str], fresh: set[str]) -> None:
        """Assigned for certain is fresh; read before that, or in a function, is needed."""
        found = use_of(code, {})
        assert (found.needs, found.fresh - {"z"}) == (needs, fresh)
        assert found.names >= needs | fresh

    def test_a_magic_may_use_every_word_it_is_given(self) -> None:
        """IPython looks variables up by their names in the line."""
        assert {"df", "customers"} <= use_of(LINE.format("mlops", "snapshot df customers"), {}).needs

    @pytest.mark.parametrize("code", ["eval('x')", "globals()['x'] = 1", "this is no Python", "a = vars()"])
    def test_what_cannot_be_read_may_touch_all(self, code: str) -> None:
        """Better too much than too little."""
        assert use_of(code, {}).is_opaque

    def test_every_import_is_noted(self) -> None:
        """Also one within a block, and a submodule that binds no name of its own."""
        code = "import a.b\ntry:\n    from c.d import e\nexcept ImportError:\n    pass"
        assert use_of(code, {}).imports == ["a.b", "c.d"]


class TestSettings:
    @pytest.mark.parametrize(
        "code",
        [
            "math.set_option('x', 3)",
            "math.seed(SEED)",
            "math.rcParams['a'] = 2",
            "math.options.display = 5",
            LINE.format("load_ext", "jupyter_mlops"),
        ],
    )
    def test_what_only_configures_can_be_repeated(self, code: str) -> None:
        """A module's options, and IPython's."""
        assert use_of(code, {"math": math}).settings == [code]

    @pytest.mark.parametrize(
        "code",
        [
            "math.rmtree('out')",
            "math.set_x(compute())",
            "other.set_x(1)",
            "math.x = compute()",
            "x = math.set_x(1)",
            LINE.format("mlops", "register model churn"),
        ],
    )
    def test_what_does_more_is_not(self, code: str) -> None:
        """It would do it twice."""
        assert use_of(code, {"math": math, "other": object()}).settings == []


class TestMentioned:
    def test_names_in_functions_within(self) -> None:
        """Nested code looks them up too."""

        def outer() -> object:
            return [lambda: inner_name for _ in outer_name]  # noqa: F821

        assert {"outer_name", "inner_name"} <= set(mentioned(outer.__code__))
