"""replay: two runs run again with one factor swapped at a time, and what each explains."""

from __future__ import annotations

import itertools
import re
from collections.abc import Mapping
from typing import cast

import pandas as pd
import pytest

from jupyter_mlops.core import progress
from jupyter_mlops.core.errors import Invalid, Refused, Unavailable
from jupyter_mlops.core.policy import Actor
from jupyter_mlops.core.project import Project
from jupyter_mlops.core.tracker import Run
from jupyter_mlops.data.snapshot import snapshot
from jupyter_mlops.experiments.compare import compare
from jupyter_mlops.experiments.comparison.replayed import attributed
from jupyter_mlops.experiments.comparison.swap import assigned, factors, mixed
from jupyter_mlops.experiments.recorder.run_record import DataRead, RunRecord, Seeds, parameters_of
from jupyter_mlops.experiments.recorder.sources import Source
from jupyter_mlops.experiments.replay import REPLAYS, TAKEN, replay
from tests.fakes import FakeClock
from tests.unit.experiments.reproducing import Again, record_of, recorded

LOAD = "table = %mlops load sales"


def side(depth: int = 2, seed: int = 0, data: int = 1, fit: str = "tree", **known: object) -> RunRecord:
    """Return the record of a run whose code, data, parameter and seed can differ."""
    sources = (
        LOAD,
        f"depth = {depth}  # of the tree\nseed = {seed}",
        f"%%mlops record churn\n{fit}(table, depth, seed)",
    )
    found = record_of(
        *sources, snapshots=(DataRead(ref=f"sales@{data}", digest=""),), parameters=parameters_of(sources)
    )
    return found.model_copy(update=known)


def measured(source: str) -> Mapping[str, float]:
    """Give an accuracy to which all factors add, and two of them together."""
    depth, seed, data = (
        int(found[1])
        for found in (re.search(what, source) for what in (r"depth = (\d)", r"seed = (\d)", r"sales@(\d)"))
        if found
    )
    together = 0.01 * (depth - 2) * (data - 1)
    code = 0.2 if "forest(" in source else 0.0
    return {"accuracy": 0.5 + 0.1 * (depth - 2) + 0.05 * (data - 1) + 0.001 * seed + code + together}


@pytest.fixture
def shop(project: Project, again: Again) -> Project:
    """A project with two versions of its data."""
    again.measure = measured
    for number in (1, 2):
        snapshot(project, pd.DataFrame({"price": [number]}), "sales")
    return project


def run(project: Project, record: RunRecord, number: int) -> Run:
    """Make a run that measured what its cells give."""
    source = "\n".join(cell.source for cell in record.cells).replace(
        "load sales", f"load {record.snapshots[0].ref}"
    )
    return recorded(project, record, auc=float(number), metrics=measured(source))


class TestSwap:
    def test_the_differing_factors_are_named(self) -> None:
        """Each with what differs; comments are no difference."""
        other = side(3, 1, 2, "forest")
        assert factors(side(), other) == {
            "code": "1 cell",
            "data": "sales@1 → sales@2",
            "parameters": "depth: 2 → 3",
            "seeds": "seed: 0 → 1",
        }
        assert factors(side(), side()) == {}

    def test_every_mixture_differs_from_the_first_in_what_was_taken(self) -> None:
        """And from the second in what was not."""
        one, other = side(), side(3, 1, 2, "forest")
        every = list(factors(one, other))
        for size in range(len(every) + 1):
            for taken in itertools.combinations(every, size):
                record = mixed(one, other, taken)
                assert set(factors(one, record)) == {*taken}
                assert set(factors(record, other)) == {*every} - {*taken}

    def test_the_last_plain_assignment_counts(self) -> None:
        """In its place: what stands around it stays, in words of other alphabets too."""
        cells = ["rate = 1; größe = 'ü'; rate = 2", "n = [\n  1,\n  2]  # two\nrate = rate * 2"]
        assert assigned(cells, {"rate": "7", "größe": "'x'", "n": "[3]"}) == [
            "rate = 1; größe = 'x'; rate = 7",
            "n = [3]  # two\nrate = rate * 2",
        ]

    def test_a_version_that_is_named_is_swapped(self) -> None:
        """Not one whose name only ends alike."""
        record = side().model_copy(
            update={"cells": record_of("%mlops load sales@1\n%mlops load my-sales@1").cells}
        )
        found = mixed(record.model_copy(update={"slice": (0,)}), side(data=2), {"data"})
        assert found.cells[0].source == "%mlops load sales@2\n%mlops load my-sales@1"

    def test_of_several_versions_that_a_session_read_the_named_one_counts(self) -> None:
        """The record of the second run keeps what the first one read as well."""
        both = tuple(DataRead(ref=f"sales@{number}", digest="") for number in (1, 2))
        one, other = (record_of(f"%mlops load sales@{number}", snapshots=both[:number]) for number in (1, 2))
        assert factors(one, other) == {"data": "sales@1 → sales@2"}

    def test_own_modules_are_code(self) -> None:
        """They go with the cells."""
        modules = [{"shop": Source(path="shop.py", sha256=digest, text="")} for digest in ("a", "b")]
        one, other = (side(modules=found) for found in modules)
        assert factors(one, other) == {"code": "module shop"}
        assert mixed(one, other, {"code"}).modules["shop"].sha256 == "b"

    def test_distributions_are_the_environment(self) -> None:
        """This package's own version is none of it."""
        had = side().environment
        one, other = (
            side(environment=had.model_copy(update={"packages": (f"numpy=={n}", f"jupyter-mlops=={n}")}))
            for n in "12"
        )
        assert factors(one, other) == {"environment": "numpy: 1 → 2"}


class TestReplay:
    def test_two_factors_share_the_change_without_rest(self, shop: Project) -> None:
        """What they do together is shared evenly: Shapley's value."""
        one, other = run(shop, side(), 1), run(shop, side(3, data=2), 2)
        found = replay(shop, one.ref, other.ref)
        (accuracy,) = found.attributions
        effects = {effect.factor: effect for effect in accuracy.effects}
        assert accuracy.change == pytest.approx(0.16)
        assert (effects["data"].alone, effects["data"].last) == (pytest.approx(0.05), pytest.approx(0.06))
        assert effects["data"].explains == pytest.approx(0.055)
        assert effects["parameters"].explains == pytest.approx(0.105)
        assert accuracy.rest == pytest.approx(0.0, abs=1e-12)
        assert len(found.turns) == 4

    def test_with_more_factors_the_rest_is_told(self, shop: Project) -> None:
        """Each is tried alone, and last."""
        one, other = run(shop, side(), 1), run(shop, side(3, 5, 2, "forest"), 2)
        found = replay(shop, one.ref, other.ref)
        assert len(found.turns) == 10
        (accuracy,) = found.attributions
        explained = sum(effect.explains or 0.0 for effect in accuracy.effects)
        assert accuracy.rest == pytest.approx(accuracy.change - explained)
        said = str(found)
        assert "0.5 → 0.865 (+0.365)" in said
        assert re.search(r"code: \+0.2, 55%\n", said)
        assert re.search(r"parameters: \+0.105, 29% \(alone \+0.1, last \+0.11\)", said)

    def test_each_turn_is_a_run_that_says_what_it_is(self, shop: Project) -> None:
        """A reader of the tracker sees what was taken."""
        one, other = run(shop, side(), 1), run(shop, side(3), 2)
        found = replay(shop, one.ref, other.ref)
        runs = [shop.tracker.run(str(turn.run)) for turn in found.turns]
        assert [made.tags[TAKEN] for made in runs] == ["nothing", "parameters"]
        assert {made.tags[REPLAYS] for made in runs} == {f"{one.id} {other.id}"}

    def test_what_moves_by_itself_is_told_as_chance(self, shop: Project, again: Again) -> None:
        """An effect that is smaller says nothing."""
        one, other = run(shop, side(), 1), run(shop, side(seed=1, seeds=Seeds(drawn=("numpy",))), 2)
        again.measure = lambda source: {"accuracy": measured(source)["accuracy"] + 0.02}
        said = str(replay(shop, one.ref, other.ref))
        assert "accuracy of the same cells moved by 0.02" in said
        assert "seeds: +0.001; no more than chance" in said
        assert "Not swapped. Chance: the cells draw from numpy" in said

    def test_the_time_is_bounded(self, shop: Project, again: Again) -> None:
        """What was found by then is told."""
        clock = cast(FakeClock, shop.clock)

        def slow(source: str) -> Mapping[str, float]:
            clock.advance(60)
            return measured(source)

        one, other = run(shop, side(), 1), run(shop, side(3, data=2), 2)
        again.measure = slow
        found = replay(shop, one.ref, other.ref, minutes=2.5)
        assert len(found.turns) == 3
        assert "The time was up after 3 of 4 runs" in str(found)
        assert found.attributions[0].rest is not None

    def test_a_mixture_that_fails_is_told(self, shop: Project, again: Again) -> None:
        """The others count."""
        one, other = run(shop, side(), 1), run(shop, side(3, fit="forest"), 2)
        again.breaks = lambda source: "forest(" in source and "depth = 2" in source
        found = replay(shop, one.ref, other.ref)
        effects = {effect.factor: effect for effect in found.attributions[0].effects}
        assert (effects["code"].alone, effects["code"].last) == (None, pytest.approx(0.2))
        assert "With code of" in str(found)
        assert "NameError" in str(found)

    def test_it_can_be_cancelled(self, shop: Project, again: Again) -> None:
        """No further turn is begun."""
        one, other = run(shop, side(), 1), run(shop, side(3), 2)
        again.fails_at, again.cause = 0, "cancelled"
        with progress.listening(lambda *_: None, lambda: True), pytest.raises(Unavailable):
            replay(shop, one.ref, other.ref)

    def test_a_run_is_not_compared_with_itself(self, shop: Project) -> None:
        """Nothing runs."""
        one = run(shop, side(), 1)
        with pytest.raises(Invalid, match="itself"):
            replay(shop, one.ref, one.ref)


class TestCompare:
    def test_compare_shows_what_was_replayed(self, shop: Project) -> None:
        """Above what may be why, as it is measured."""
        one, other = run(shop, side(), 1), run(shop, side(3), 2)
        found = compare(shop, (one.ref, other.ref), replay=True)
        assert found.replay is not None
        assert found.card().facts[0] == ("why accuracy", "0.5 → 0.6 (+0.1)\n    parameters: +0.1, 100%")
        assert compare(shop, (one.ref, other.ref)).replay is None

    def test_three_are_refused(self, shop: Project) -> None:
        """Before anything runs."""
        with pytest.raises(Invalid, match="3 runs cannot be replayed"):
            compare(shop, ("@aaaa", "@bbbb", "@cccc"), replay=True)

    def test_whoever_may_only_look_starts_no_kernel(
        self, shop: Project, again: Again, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Comparing reads, replaying writes."""
        one, other = run(shop, side(), 1), run(shop, side(3), 2)
        monkeypatch.setenv("JUPYTER_MLOPS_ROLES", '{"viv": "viewer"}')
        seen = Project(shop.root, actor=Actor("viv", "os"), clock=shop.clock, services=shop._services)
        with pytest.raises(Refused):
            compare(seen, (one.ref, other.ref), replay=True)
        assert again.job is None


class TestAttribution:
    def test_what_is_no_number_leaves_no_trace(self) -> None:
        """A metric that a turn lacks has no effect; one that is not finite has no rest."""
        nothing, every = frozenset(), frozenset({"data"})
        given = {nothing: {"a": 1.0, "b": float("nan")}, every: {"a": 2.0, "b": 1.0}}
        found = attributed(({"a": 1.0, "b": 1.0, "c": 1.0}, {"a": 2.0, "b": 1.0, "c": 2.0}), ["data"], given)
        assert [(one.metric, one.rest, one.noise) for one in found] == [("a", 0.0, 0.0), ("b", None, 0.0)]
