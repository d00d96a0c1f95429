"""Code compared by its meaning."""

from __future__ import annotations

from jupyter_mlops.experiments.comparison.code import changes


class TestForm:
    def test_comments_spaces_and_breaks_are_no_difference(self) -> None:
        """The same program in other clothes."""
        found = changes(["a = fit( 1,2 ) # quick"], ["# slow\na = fit(\n    1,\n    2,\n)\n"])
        assert (found.cells, found.share, found.is_form_only) == ((), 0.0, True)

    def test_a_docstring_is_none_either(self) -> None:
        """Nor the kind of quotes."""
        one = ['def f():\n    "Say."\n    return "x"']
        other = ["def f():\n    return 'x'"]
        assert changes(one, other).is_form_only

    def test_the_same_is_the_same(self) -> None:
        """Not even its form differs."""
        found = changes(["a = 1"], ["a = 1"])
        assert not found.is_form_only


class TestMeaning:
    def test_a_changed_statement_is_shown_both_ways(self) -> None:
        """And the cell it stands in."""
        (cell,) = changes(["import x", "a = 1\nb = f(2)"], ["import x", "a = 1\nb = f(3)"]).cells
        assert (cell.kind, cell.cell, cell.lines) == ("changed", 2, ("- b = f(2)", "+ b = f(3)"))

    def test_an_added_cell_and_a_removed_one(self) -> None:
        """Each is named by its number."""
        assert str(changes(["a = 1"], ["a = 1", "b = 2"]).cells[0]) == "cell 2 added:\n+ b = 2"
        assert str(changes(["a = 1", "b = 2"], ["b = 2"]).cells[0]) == "cell 1 removed:\n- a = 1"

    def test_another_order_is_told_as_such(self) -> None:
        """Nothing is added or removed."""
        found = changes(["a = 1", "b = 2"], ["b = 2", "a = 1"])
        assert (found.is_moved, found.cells) == (True, ())

    def test_magics_count_and_do_not_hinder(self) -> None:
        """`%pip install` is a line of its own, the Python around it is read."""
        found = changes(["%pip install a\nx = 1"], ["%pip install b\nx = 1  # one"])
        assert found.cells[0].lines == ("- %pip install a", "+ %pip install b")

    def test_what_is_no_python_is_compared_by_lines(self) -> None:
        """A comment at the end is none there either."""
        assert changes(["select a from b  # x"], ["select a from b"]).cells == ()
        assert changes(["select a from b"], ["select a from c"]).cells[0].kind == "changed"

    def test_the_share_grows_with_what_differs(self) -> None:
        """One of four statements, then all."""
        base = "a = 1\nb = 2\nc = 3\nd = 4"
        small = changes([base], [base.replace("4", "5")]).share
        assert 0 < small < changes([base], ["e = 9\nf = 8\ng = 7\nh = 6"]).share <= 1
