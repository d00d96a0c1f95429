"""graph: what came from what, as the ledger's lines say it."""

from __future__ import annotations

import pytest

from jupyter_mlops.core.errors import NotFound
from jupyter_mlops.core.project import Project
from jupyter_mlops.governance import graph
from jupyter_mlops.governance.graph import Graph, Link
from tests.unit.governance.conftest import Tell


def read(project: Project) -> Graph:
    with project.store.read() as connection:
        return graph.read(connection)


def sources(found: Graph, thing: str) -> list[str]:
    return [link.source for link in found.up.get(thing, ())]


class TestRead:
    def test_what_a_call_makes_comes_from_what_it_reads(self, project: Project, tell: Tell) -> None:
        """Once, however often it is said."""
        for _ in range(2):
            tell("record", ("snapshot:a@1", "notebook:t.py"), ("run:@1",))
        assert sources(read(project), "run:@1") == ["snapshot:a@1", "notebook:t.py"]

    def test_what_failed_made_nothing(self, project: Project, tell: Tell) -> None:
        """Nor did what was refused, or only begun."""
        for outcome in ("failed", "refused", "started"):
            tell("record", ("snapshot:a@1",), ("run:@1",), outcome=outcome)
        assert read(project).things == {}

    def test_a_decision_derives_nothing(self, project: Project, tell: Tell) -> None:
        """The champion before is no ancestor of the next one."""
        tell("promote", ("version:m@2", "version:m@1"), ("version:m@2",))
        tell("rollback", ("version:m@2",), ("version:m@1",))
        tell("approve", ("approval:1", "version:m@1"), ("approval:1",))
        assert read(project).up == {}

    def test_a_table_from_a_file_comes_from_the_file(self, project: Project, tell: Tell) -> None:
        """One from memory comes from nowhere that the ledger knows."""
        tell("snapshot", (), ("snapshot:a@1",), arguments={"table": "data/a.csv", "name": "a"})
        tell("snapshot", (), ("snapshot:b@1",), arguments={"table": "<DataFrame 3×2>", "name": "b"})
        found = read(project)
        assert sources(found, "snapshot:a@1") == ["source:data/a.csv"]
        assert sources(found, "snapshot:b@1") == []

    def test_a_call_around_others_does_not_take_their_work_for_its_own(
        self, project: Project, tell: Tell
    ) -> None:
        """What an inner call made came from what that one read."""
        outer = tell("run", (), (), phase="intent", outcome="started")
        tell("snapshot", (), ("snapshot:b@1",), parent=outer)
        tell("record", ("snapshot:b@1",), ("run:@2",), parent=outer)
        tell("run", ("notebook:n.ipynb", "snapshot:b@1"), ("run:@1", "run:@2", "snapshot:b@1"), intent=outer)
        found = read(project)
        assert sources(found, "run:@2") == ["snapshot:b@1"]
        assert sources(found, "run:@1") == ["notebook:n.ipynb"]


class TestFind:
    @pytest.fixture
    def found(self, project: Project, tell: Tell) -> Graph:
        for number in (2, 10, 9):
            tell("snapshot", (), (f"snapshot:churn@{number}",), arguments={"table": "churn.csv"})
        tell("register", ("run:@8c1d22f0", "snapshot:churn@9"), ("version:churn@1",))
        tell("promote", ("version:churn@1",), ("version:churn@1",), arguments={"to": "challenger"})
        return read(project)

    @pytest.mark.parametrize(
        ("ref", "expected"),
        [
            ("churn@9", ["snapshot:churn@9"]),
            ("churn@1", ["version:churn@1"]),
            ("churn@challenger", ["version:churn@1"]),
            ("churn@latest", ["snapshot:churn@10", "version:churn@1"]),
            ("dataset:churn@latest", ["snapshot:churn@10"]),
            ("model:churn", ["version:churn@1"]),
            ("@8c1d", ["run:@8c1d22f0"]),
            ("source:churn.csv", ["source:churn.csv"]),
            ("churn.csv", ["source:churn.csv"]),
        ],
    )
    def test_a_thing_is_found_as_people_name_it(self, found: Graph, ref: str, expected: list[str]) -> None:
        """By number, alias, digits, kind, or the newest by number and not by letter."""
        assert found.find(ref) == expected

    @pytest.mark.parametrize("ref", ["churn@3", "chur", "@9", "nobody", "", "model:nobody"])
    def test_what_the_ledger_does_not_know_is_said(self, found: Graph, ref: str) -> None:
        """No guess."""
        with pytest.raises(NotFound, match="knows of nothing"):
            found.find(ref)


class TestReduced:
    def test_what_a_longer_way_says_is_not_said_twice(self) -> None:
        """A circle, should the ledger ever say one, is survived."""
        links = [
            Link(a, b, "v", 1, "", "")
            for a, b in (("a", "b"), ("b", "c"), ("a", "c"), ("x", "y"), ("y", "x"))
        ]
        kept = [(link.source, link.target) for link in graph.reduced(links)]
        assert kept[:2] == [("a", "b"), ("b", "c")]
        assert ("a", "c") not in kept


class TestPredictions:
    def test_judging_a_version_makes_its_predictions(self, project: Project, tell: Tell) -> None:
        """Of that snapshot; the model did not learn from it, so it has not seen it."""
        tell("register", ("run:@aaaa",), ("version:churn@1",))
        tell("evaluate", ("version:churn@1", "snapshot:holdout@1"), ())
        found = read(project)
        assert [link.target for link in found.down["snapshot:holdout@1"]] == [
            "predictions:churn@1 of holdout@1"
        ]
        assert [link.source for link in found.up["version:churn@1"]] == ["run:@aaaa"]

    def test_a_table_at_hand_has_no_name_to_keep_it_by(self, project: Project, tell: Tell) -> None:
        """Nothing is guessed."""
        tell("evaluate", ("version:churn@1",), ())
        assert not read(project).things
