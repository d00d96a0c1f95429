from __future__ import annotations

from typing import Any

import pytest

from jupyter_mlops.pipelines.running.checkpoint_plan import Plan


def group(*names: str, why: str = "") -> dict[str, Any]:
    return {"names": list(names), "blobs": [] if why else [["digest", 1]], "why": why}


def cell(*groups: dict[str, Any], needs: str = "", gone: str = "", touched: str = "") -> dict[str, Any]:
    made = [name for found in groups for name in found["names"]]
    return {
        "groups": list(groups),
        "needs": needs.split(),
        "touched": sorted({*made, *needs.split(), *touched.split()}),
        "gone": gone.split(),
        "secrets": {},
    }


UNKEPT = "it cannot be kept"


class TestReplay:
    def test_nothing_when_all_was_kept(self) -> None:
        """Every variable comes back."""
        plan = Plan([cell(group("a")), cell(group("b"), needs="a")])
        assert plan.replayed == {}
        assert plan.names == ["a", "b"]

    def test_the_cell_that_made_what_could_not_be_kept(self) -> None:
        """With its reason; what it needs is loaded, so its makers rest."""
        plan = Plan([cell(group("a")), cell(group("x", why=UNKEPT), needs="a"), cell(group("b"), needs="a")])
        assert plan.replayed == {1: [UNKEPT]}

    def test_all_that_changed_it_since(self) -> None:
        """A generator's place, for instance."""
        unkept = group("x", why=UNKEPT)
        plan = Plan([cell(unkept), cell(group("a")), cell(unkept, needs="x"), cell(group("b"))])
        assert sorted(plan.replayed) == [0, 2]

    def test_what_it_was_made_of_if_that_was_not_kept_either(self) -> None:
        """As far back as need be."""
        plan = Plan([cell(group("a", why=UNKEPT)), cell(group("x", why=UNKEPT), needs="a"), cell(group("b"))])
        assert sorted(plan.replayed) == [0, 1]

    def test_not_what_came_before_a_fresh_start(self) -> None:
        """An assignment needs no earlier value."""
        unkept = group("x", why=UNKEPT)
        plan = Plan([cell(unkept), cell(unkept, needs="x"), cell(unkept)])
        assert sorted(plan.replayed) == [2]

    def test_what_was_kept_later_after_all(self) -> None:
        """There was no time at first."""
        plan = Plan([cell(group("a", why="no time")), cell(group("a"), group("b"))])
        assert plan.replayed == {}

    def test_what_is_gone_is_not_missed(self) -> None:
        """Nor brought back."""
        plan = Plan([cell(group("x", why=UNKEPT)), cell(group("a"), gone="x", needs="x")])
        assert plan.replayed == {}
        assert plan.names == ["a"]

    def test_what_belongs_together(self) -> None:
        """A variable that shares something with what cannot be kept is rebuilt with it."""
        plan = Plan(
            [cell(group("a")), cell(group("a", "x", why=UNKEPT), needs="a"), cell(group("b"), needs="b")]
        )
        assert sorted(plan.replayed) == [1]


class TestGroups:
    @pytest.mark.parametrize(("place", "digest"), [(0, "one"), (1, "two")])
    def test_each_cell_finds_what_there_was_before(self, place: int, digest: str) -> None:
        """A variable has a version for each cell that changed it."""
        one, two = ({**group("a"), "blobs": [[name, 1]]} for name in ("one", "two"))
        plan = Plan([cell(one), cell(two, needs="a")])
        assert plan.groups(place, ["a", "b"]) == [{**group("a"), "blobs": [[digest, 1]]}]
