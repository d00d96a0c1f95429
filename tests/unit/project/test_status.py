"""status: the project at a glance, without asking anybody else."""

from __future__ import annotations

from dataclasses import asdict

import pandas as pd
import pytest

from jupyter_mlops.core import door, ledger
from jupyter_mlops.core.ledger import AuditEvent
from jupyter_mlops.core.project import Project
from jupyter_mlops.core.verb import verb_of
from jupyter_mlops.data.snapshot import snapshot
from jupyter_mlops.pipelines.durable.frozen import freeze
from jupyter_mlops.pipelines.durable.launch import launch
from jupyter_mlops.pipelines.durable.workers import WORKERS, Worker
from jupyter_mlops.pipelines.file.definition import Definition
from jupyter_mlops.project.status import status
from tests.unit.governance.ledgers import write


def moved(project: Project, verb: str, version: str, alias: str = "champion") -> None:
    with project.store.write() as connection:
        entry = AuditEvent(
            at="2026-11-20T12:00:00+00:00",
            actor="ada",
            source="os",
            face="python",
            verb=verb,
            phase="outcome",
            outcome="ok",
            arguments={"to": alias},
            outputs=(f"version:{version}",),
        )
        ledger.append(connection, entry)


def told_of_aliases(project: Project) -> None:
    """Let the ledger and the registry agree on three aliases."""
    for verb, version, alias in (
        ("promote", "churn@1", "champion"),
        ("promote", "churn@2", "champion"),
        ("promote", "churn@3", "challenger"),
        ("rollback", "churn@1", "champion"),
        ("promote", "risk@7", "champion"),
    ):
        moved(project, verb, version, alias)
    project.tracker._aliases = {  # type: ignore[attr-defined]
        "churn": {"champion": 1, "challenger": 3},
        "risk": {"champion": 7},
    }


class TestForeign:
    def test_a_move_made_outside_is_noticed(self, project: Project) -> None:
        """It says what serves, and what the ledger thought."""
        told_of_aliases(project)
        project.tracker._aliases["churn"]["champion"] = 2  # type: ignore[attr-defined]
        answer = status(project)
        said = "champion points at churn@2, moved outside this project: the ledger has it at churn@1."
        assert (answer.champions, answer.warnings[-1]) == (("churn@2", "risk@7"), said)

    def test_a_removed_alias_is_noticed(self, project: Project) -> None:
        """Nothing serves any more, whatever the ledger says."""
        told_of_aliases(project)
        del project.tracker._aliases["risk"]  # type: ignore[attr-defined]
        assert status(project).champions == ("churn@1",)
        assert "champion of risk was removed outside this project" in str(status(project))

    def test_one_question_is_asked(self, project: Project) -> None:
        """However many models there are."""
        told_of_aliases(project)
        project.tracker.calls.clear()  # type: ignore[attr-defined]
        status(project)
        assert project.tracker.calls == ["aliases"]  # type: ignore[attr-defined]

    def test_of_many_the_first_are_named(self, project: Project) -> None:
        """Nobody reads a thousand sentences."""
        project.tracker._aliases = {f"m{number}": {"champion": 1} for number in range(8)}  # type: ignore[attr-defined]
        warnings = status(project).warnings
        assert len([said for said in warnings if "knows of no promotion" in said]) == 5
        assert "3 more aliases were moved outside." in warnings

    def test_of_many_that_serve_the_first_are_shown(self, project: Project) -> None:
        """The record names them all."""
        project.tracker._aliases = {f"m{number:02}": {"champion": 1} for number in range(12)}  # type: ignore[attr-defined]
        answer = status(project)
        assert len(answer.champions) == 12
        assert dict(answer.card().facts)["serving"].endswith("m09@1 and 2 more")

    def test_in_a_shared_store_the_models_of_others_are_theirs(
        self, project: Project, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Only what this ledger has heard of can be moved outside it."""
        monkeypatch.setenv("MLFLOW_TRACKING_URI", "http://host")
        project.tracker._aliases = {"theirs": {"champion": 1}}  # type: ignore[attr-defined]
        assert status(project).champions == ()
        assert "outside" not in str(status(project))


class TestStatus:
    def test_a_fresh_project_teaches_the_first_step(self, project: Project) -> None:
        """Nothing there: it says what to type."""
        answer = status(project)
        assert (answer.datasets, answer.lines, answer.champions) == (0, 0, ())
        assert "%mlops snapshot" in str(answer)

    def test_it_counts_what_is_there(self, project: Project) -> None:
        """Datasets and the last lines of the ledger."""
        found = verb_of(snapshot)
        assert found is not None
        door.enter(project, found, {"table": pd.DataFrame({"a": [1]}), "name": "customers"})
        answer = status(project)
        assert (answer.datasets, answer.lines) == (1, 1)
        assert "customers@1" in str(answer)

    def test_what_serves_is_the_last_champion(self, project: Project) -> None:
        """Promotions and rollbacks of other aliases do not count."""
        told_of_aliases(project)
        assert status(project).champions == ("churn@1", "risk@7")

    def test_with_the_registry_down_the_ledger_tells_what_serves(self, project: Project) -> None:
        """And it says that it is the ledger's word only."""
        told_of_aliases(project)
        project.tracker.is_down = True  # type: ignore[attr-defined]
        answer = status(project)
        assert answer.champions == ("churn@1", "risk@7")
        assert "whether others moved it is not known. The tracker does not answer." in str(answer)

    def test_it_says_who_works_and_when_nobody_does(self, project: Project) -> None:
        """With the age of the heartbeat; what is queued and has no worker is a warning."""
        here = Worker.of_here(project.clock.now(), kind="worker", slots=2, name="w")
        plan = freeze(
            project, Definition.model_validate({"name": "p", "steps": [{"name": "s", "verb": "status"}]})
        )
        launch(project, plan, {})
        assert "No worker is at work for 1 execution" in str(status(project))
        with project.store.write() as connection:
            connection.execute(WORKERS.insert().values(asdict(here)))
        assert "w: 2 at once, seen 0 s ago" in str(status(project))
        assert not any("No worker" in warning for warning in status(project).warnings)

    def test_a_call_that_was_cut_off_shows(self, project: Project) -> None:
        """An intent without an outcome is said plainly."""
        entry = AuditEvent(
            at="x", actor="ada", source="os", face="magic", verb="record", phase="intent", outcome="started"
        )
        with project.store.write() as connection:
            ledger.append(connection, entry)
        assert "record of line 1 has not ended" in str(status(project))

    def test_it_asks_nobody_else(self, project: Project) -> None:
        """With the tracker down it answers all the same."""
        project.tracker.is_down = True  # type: ignore[attr-defined]
        assert status(project).root

    def test_a_password_in_an_address_is_masked(
        self, project: Project, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The address is shown, the secret is not."""
        monkeypatch.setenv("MLFLOW_TRACKING_URI", "http://ann:s3cret@host")
        assert "s3cret" not in str(status(project))

    def test_it_says_how_far_the_ledger_is_protected(self, project: Project) -> None:
        """As long as no copy lies elsewhere: locally only."""
        write(project, 1)
        assert "tamper-evidence: local only" in str(status(project))
