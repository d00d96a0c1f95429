"""Promoting past a gate: what it takes, what it uses up, and what is remembered of it."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest

from jupyter_mlops.core.errors import Conflict, MlopsError, NotFound, Refused, Unavailable
from jupyter_mlops.core.policy import Actor
from jupyter_mlops.core.project import Project
from jupyter_mlops.governance.approval import find
from jupyter_mlops.governance.approve import approve
from jupyter_mlops.governance.request import request
from jupyter_mlops.models.gates import judge
from jupyter_mlops.models.gates.behaviour import Size
from jupyter_mlops.models.gates.candidate import Candidate
from jupyter_mlops.models.gates.report import GateReport
from jupyter_mlops.models.promote import Promotion, promote
from jupyter_mlops.models.rollback import Rollback, rollback
from jupyter_mlops.project.history import history
from tests.fakes import FakeTracker
from tests.unit.models.conftest import Declare, add_version

pytestmark = pytest.mark.usefixtures("churn")
PASSES, FAILS = '{check = "size", mb = 10}', '{check = "size", mb = 1e-9}'


class TestGate:
    def test_what_passes_is_promoted_on_its_report(
        self, project: Project, declare: Declare, tracker: FakeTracker, through, lines
    ) -> None:
        """The answer, the ledger and the run hold the same digest."""
        declare(PASSES)
        answer = through(promote, version="churn@2", note="better")
        assert answer.report
        assert answer.report in lines()[-1].reason
        run = tracker.run(tracker.resolve("churn@2").run or "")
        assert f"gates/{answer.report}.json" in tracker.artifacts[run.id]

    def test_what_fails_is_refused_with_its_report(
        self, project: Project, declare: Declare, tracker: FakeTracker, through, lines
    ) -> None:
        """A refused promotion changes nothing and says which check failed."""
        declare(FAILS)
        with pytest.raises(Refused, match=r"fails the gate of champion: it takes .* not at most") as caught:
            through(promote, version="churn@2")
        assert isinstance(caught.value.report, GateReport)
        assert lines()[-1].outcome == "refused"
        with pytest.raises(NotFound):
            tracker.resolve("churn@champion")

    def test_what_nobody_knows_is_refused(self, project: Project, declare: Declare) -> None:
        """An open question is no yes."""
        declare('{check = "reproduced"}')
        with pytest.raises(
            Refused, match="does not pass the gate of champion: reproduced could not be answered"
        ):
            promote(project, "churn@2")

    def test_other_aliases_are_not_guarded(self, project: Project, declare: Declare) -> None:
        """A gate guards its own."""
        declare(FAILS)
        assert promote(project, "churn@2", "challenger").is_changed

    def test_a_warning_does_not_keep_it(self, project: Project, declare: Declare) -> None:
        """Where the gate says so."""
        declare('{check = "size", mb = 1e-9, severity = "warning"}')
        assert promote(project, "churn@2").is_changed

    def test_nor_does_a_warning_that_nobody_could_answer(self, project: Project, declare: Declare) -> None:
        """It is shown as one; what must be answered stays open."""
        declare('{check = "reproduced", severity = "warning"}')
        found = judge.judge(project, project.tracker.resolve("churn@2"), "champion")
        assert [(item.severity, item.message) for item in found.findings] == [
            ("warning", "not answered: nobody reproduced it")
        ]
        assert promote(project, "churn@2").gate.startswith("gate champion passed")


class TestApprovals:
    def test_too_few_are_refused(self, project: Project, declare: Declare, approved) -> None:
        """With how many there are, and how to ask."""
        declare(PASSES, approvals=2)
        approved("churn@2", "bo")
        with pytest.raises(Refused, match="waits for approval: 1 of 2: bo") as caught:
            promote(project, "churn@2")
        assert caught.value.hint == "Ask with `%mlops request churn@2 --needed 1`."

    def test_the_line_that_the_refusal_proposes_asks_for_what_lacks(
        self, project: Project, declare: Declare, approved, through
    ) -> None:
        """Whoever types it gets a request that, once approved, lets the version pass."""
        declare(PASSES, approvals=2)
        approved("churn@2", "bo")
        through(request, subject="churn@2", needed=1)
        with pytest.raises(Refused) as caught:
            promote(project, "churn@2")
        with project.store.read() as connection:
            ref = find(connection, "churn@2", now=project.clock.now()).ref
        assert caught.value.hint == (
            f"ada has asked: 0 of 1 approved; another approver says `%mlops approve {ref}`."
        )
        approve(Project(project.root, actor=Actor("cy", "os"), clock=project.clock), ref)
        assert {*promote(project, "churn@2").approved_by} == {"bo", "cy"}

    def test_they_serve_once(self, project: Project, declare: Declare, approved, through) -> None:
        """Promoting the same version again, after another, needs them anew."""
        declare(PASSES, approvals=1)
        approved("churn@2", "bo")
        assert through(promote, version="churn@2").approved_by == ("bo",)
        approved("churn@1", "bo")
        through(promote, version="churn@1")
        with pytest.raises(Refused, match="0 of 1"):
            through(promote, version="churn@2")

    def test_they_are_not_used_up_by_a_failure(
        self, project: Project, declare: Declare, approved, through, tracker: FakeTracker
    ) -> None:
        """The alias did not move, so the approval still stands."""
        declare(PASSES, approvals=1)
        approved("churn@2", "bo")
        tracker.fails["point"] = Unavailable("The tracker does not answer.")
        with pytest.raises(Unavailable):
            through(promote, version="churn@2")
        assert through(promote, version="churn@2").is_changed

    def test_an_approver_who_left_does_not_count(self, project: Project, declare: Declare, approved) -> None:
        """The role is asked for when it matters."""
        declare(PASSES, approvals=1)
        approved("churn@2", "bo")
        declare(PASSES, approvals=1, more='[tool.jupyter-mlops.roles]\nbo = "viewer"\n')
        with pytest.raises(Refused, match="0 of 1; bo may not approve any more"):
            promote(project, "churn@2")


class TestDespite:
    def test_an_admin_may_and_it_is_remembered(self, project: Project, declare: Declare, through) -> None:
        """The reason is in the answer, the ledger and the history."""
        declare(FAILS)
        answer = through(promote, version="churn@2", despite="the old one is down")
        assert answer.despite == "the old one is down"
        assert answer.card().state == "warning"
        assert "despite its gate: the old one is down; gate champion failed" in str(history(project, "churn"))

    def test_an_approver_may_not(self, project: Project, declare: Declare) -> None:
        """It takes an admin."""
        declare(FAILS, more='[tool.jupyter-mlops.roles]\nada = "approver"\n')
        with pytest.raises(Refused, match="only an admin may promote despite a gate"):
            promote(project, "churn@2", despite="I want to")

    def test_it_is_not_noted_where_the_gate_passes(self, project: Project, declare: Declare) -> None:
        """Nothing was overridden."""
        declare(PASSES)
        assert promote(project, "churn@2", despite="just in case").despite == ""


class TestMeanwhile:
    def test_a_champion_that_moved_while_the_gate_judged_is_a_conflict(
        self, project: Project, declare: Declare, tracker: FakeTracker, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """What it was compared with does not serve any more."""
        declare(PASSES)

        def find(_check: Size, subject: Candidate) -> list[object]:
            tracker.point("churn", "champion", 3)
            return []

        monkeypatch.setattr(Size, "find", find)
        with pytest.raises(Conflict, match="was moved to churn@3 while its gate judged churn@2"):
            promote(project, "churn@2")
        assert tracker.resolve("churn@champion").version == 3

    def test_a_version_that_was_deleted_meanwhile_is_not_found(
        self, project: Project, declare: Declare, tracker: FakeTracker, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Nothing points at what is gone."""
        declare(PASSES)

        def find(_check: Size, subject: Candidate) -> list[object]:
            tracker.delete(subject.version)
            return []

        monkeypatch.setattr(Size, "find", find)
        with pytest.raises(NotFound, match="no version '2'"):
            promote(project, "churn@2")

    def test_of_two_at_once_one_wins_or_both_come_in_turn(
        self, project: Project, declare: Declare, approved, through, lines
    ) -> None:
        """One approval moves one version once, and the ledger's last word is where the alias points."""
        declare(PASSES, approvals=1)
        approved("churn@1", "bo")
        approved("churn@2", "cy")
        answers: list[object] = []

        def run(version: str) -> None:
            try:
                answers.append(through(promote, version=version))
            except MlopsError as error:
                answers.append(error)

        threads = [threading.Thread(target=run, args=(f"churn@{1 + number % 2}",)) for number in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        moved = [item for item in answers if isinstance(item, Promotion) and item.is_changed]
        others = [item for item in answers if not isinstance(item, Promotion)]
        assert 1 <= len(moved) <= 2
        assert len({item.version for item in moved}) == len(moved)
        assert all(isinstance(item, Conflict | Refused) for item in others)
        last = [event for event in lines() if event.outcome == "ok" and event.verb == "promote"][-1]
        assert last.outputs == (f"version:{project.tracker.resolve('churn@champion').ref}",)


class TestRollback:
    def test_needs_no_gate(self, project: Project, declare: Declare, through) -> None:
        """What served before may serve again, whatever the gate says now, and the answer tells its grounds."""
        declare(PASSES)
        through(promote, version="churn@1")
        through(promote, version="churn@2")
        declare(FAILS, approvals=2)
        answer = through(rollback, name="churn")
        assert isinstance(answer, Rollback)
        assert answer.version == "churn@1"
        assert answer.grounds.startswith("promoted by ada on 2026-11-01: gate champion passed")
        assert "run @" in answer.serves

    def test_a_plan_moves_nothing(self, project: Project, through) -> None:
        """It says what would serve, and a rollback after it does that."""
        through(promote, version="churn@1")
        through(promote, version="churn@2")
        plan = through(rollback, name="churn", plan=True)
        assert plan.card().title == "champion of churn would be churn@1 again"
        assert project.tracker.resolve("churn@champion").version == 2
        assert through(rollback, name="churn").version == "churn@1"


class TestHistory:
    def test_shows_verdicts_and_approvals(
        self, project: Project, declare: Declare, approved, through
    ) -> None:
        """Who approved what the gate let pass."""
        declare(PASSES, approvals=1)
        approved("churn@2", "bo")
        through(promote, version="churn@2", note="monthly")
        assert "monthly · gate champion passed (1 checks, report" in str(history(project, "churn"))
        assert "approved by bo" in str(history(project, "churn"))

    def test_shows_what_was_moved_outside(self, project: Project, tracker: FakeTracker, through) -> None:
        """As it stands now, and as a promotion found it."""
        through(promote, version="churn@1")
        tracker.point("churn", "champion", 3)
        told = history(project, "churn").foreign
        assert told == (
            "champion points at churn@3, moved outside this project: the ledger has it at churn@1.",
        )
        through(promote, version="churn@2")
        assert "churn@3 had been made champion outside this project" in str(history(project, "churn"))


class TestKept:
    def test_a_version_without_a_run_is_judged_all_the_same(
        self, project: Project, declare: Declare, tracker: FakeTracker, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Its report is answered, and kept nowhere."""
        declare(PASSES)
        version = add_version(tracker, "alone", 1).model_copy(update={"run": None})
        report = judge.keep(project, version, judge.judge(project, version, "champion"))
        assert (report.run, len(report.digest)) == (None, 16)

    def test_other_actor_may_promote_what_was_approved(
        self, project: Project, declare: Declare, approved: Callable[..., None]
    ) -> None:
        """The approval is of the version, whoever moves the alias."""
        declare(PASSES, approvals=1)
        approved("churn@2", "bo")
        assert promote(project.acting(Actor("cy", "os")), "churn@2").is_changed
