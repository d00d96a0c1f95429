"""prove: what is unproven, run clean, and stamped proven where the same comes of it."""

from __future__ import annotations

from typing import cast

import pytest

from jupyter_mlops.core.door import validate
from jupyter_mlops.core.errors import Invalid, NotFound, Refused, Unavailable
from jupyter_mlops.core.project import Project
from jupyter_mlops.core.tracker import Run, RunLog
from jupyter_mlops.core.verb import Verb, verb_of
from jupyter_mlops.experiments.prove import prove
from jupyter_mlops.experiments.provenance import NOTEBOOK
from jupyter_mlops.experiments.recorder.proof import PROVEN, REASONS
from jupyter_mlops.experiments.reproduction.seal import PROVEN_BY
from jupyter_mlops.models import proven
from jupyter_mlops.models.gates.candidate import Candidate
from jupyter_mlops.models.gates.origin import Proven
from tests.unit.experiments.reproducing import CELLS, Again, record_of, recorded, version_of

UNPROVEN = {PROVEN: "false", REASONS: "cell [5] is edited", NOTEBOOK: "work/train.ipynb"}


@pytest.fixture
def doubted(project: Project, again: Again) -> Run:
    """A run that is unproven, with a version that is as well."""
    run = recorded(project, tags=UNPROVEN)
    project.tracker.tag(version_of(project, run), {PROVEN: "false", REASONS: UNPROVEN[REASONS]})
    return run


class TestProve:
    @pytest.mark.parametrize("subject", ["churn@1", "churn@latest", "work/train.ipynb", "@latest"])
    def test_a_version_a_notebook_or_a_run_is_mended_in_one_action(
        self, project: Project, doubted: Run, subject: str
    ) -> None:
        """The run and its version are stamped with the run that came out the same, and the reasons are gone."""
        found = prove(project, subject)
        assert (found.run, found.is_proven, found.was) == (doubted.ref, True, "cell [5] is edited")
        assert found.versions == ("churn@1",)
        made = found.reproduction and found.reproduction.made
        for tags in (project.tracker.run(doubted.ref).tags, project.tracker.resolve("churn@1").tags):
            assert (tags[PROVEN], tags.get(REASONS, "")) == ("true", "")
            assert tags[PROVEN_BY] == f"{made} on 2026-11-01: 1 metric, all equal"

    def test_the_gate_and_the_settings_let_it_pass_then(self, project: Project, doubted: Run) -> None:
        """The check `proven` read no before."""
        before = next(Proven().find(Candidate(project, project.tracker.resolve("churn@1"), "champion")))
        prove(project, "churn@1")
        version = project.tracker.resolve("churn@1")
        after = next(Proven().find(Candidate(project, version, "champion")))
        assert (before.severity, after.severity) == ("error", "info")
        assert proven.said(version.tags) == "yes"

    def test_what_differs_leaves_it_unproven_and_is_said(
        self, project: Project, doubted: Run, again: Again
    ) -> None:
        """Neither the run nor its version is stamped."""
        again.metrics = {"auc": 0.7}
        found = prove(project, "churn@1")
        assert not found.is_proven
        assert "still unproven: auc was 0.9, is 0.7" in str(found)
        assert project.tracker.run(doubted.ref).tags[REASONS] == "cell [5] is edited"
        assert project.tracker.resolve("churn@1").tags[PROVEN] == "false"

    def test_where_the_slice_does_not_suffice_the_whole_session_runs(
        self, project: Project, again: Again
    ) -> None:
        """But for cells that failed, and those after the recorded one."""
        record = record_of("import hidden", "1 / 0", *CELLS, "late = 1")
        failed = record.cells[1].model_copy(update={"error": "ZeroDivisionError"})
        cells = (record.cells[0], failed, *record.cells[2:])
        run = recorded(project, record.model_copy(update={"cells": cells, "slice": (2, 3, 4)}), tags=UNPROVEN)
        again.measure = lambda source: {"auc": 0.9 if "import hidden" in source else 0.1}
        found = prove(project, run.ref)
        assert (found.is_proven, found.rests_on) == (True, "session")
        assert again.job is not None
        sources = [cell.source for cell in again.job.notebook.node.cells]
        assert not {"1 / 0", "late = 1"} & {*sources}

    def test_what_is_proven_runs_no_second_time(self, project: Project, doubted: Run, again: Again) -> None:
        """A version that was registered while the run was unproven takes the stamp over."""
        project.tracker.log(doubted, RunLog(tags={PROVEN: "true"}))
        found = prove(project, doubted.ref)
        assert (found.is_proven, found.reproduction, again.job) == (True, None, None)
        assert project.tracker.resolve("churn@1").tags[PROVEN] == "true"

    def test_a_kernel_that_dies_stamps_nothing(self, project: Project, doubted: Run, again: Again) -> None:
        """It says nothing of the model."""
        again.fails_at, again.cause = 0, "kernel_died"
        with pytest.raises(Unavailable):
            prove(project, doubted.ref)
        assert project.tracker.run(doubted.ref).tags[PROVEN] == "false"


class TestSubject:
    def test_a_notebook_without_runs_is_told_what_to_do(self, project: Project) -> None:
        """The path counts from the project's root."""
        with pytest.raises(NotFound, match=r"No finished run of other.ipynb") as caught:
            prove(project, "other.ipynb")
        assert "%%mlops record" in caught.value.hint

    def test_runs_of_clean_runs_do_not_count(self, project: Project, doubted: Run) -> None:
        """The newest of the notebook is the one that a person made."""
        prove(project, "work/train.ipynb")
        assert prove(project, "work/train.ipynb").run == doubted.ref

    @pytest.mark.parametrize("given", ["train.txt/x", "churn@", "@zz"])
    def test_what_names_nothing_is_refused(self, given: str) -> None:
        """With one sentence."""
        with pytest.raises(Invalid):
            validate(cast(Verb, verb_of(prove)), {"subject": given})


class TestUnprovenSaysHow:
    def test_a_refusal_names_the_command(self, project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
        """By the run, where there is one."""
        monkeypatch.setenv("JUPYTER_MLOPS_REQUIRE_PROVEN", "true")
        run, hints = recorded(project), []
        for source in (run, None):
            with pytest.raises(Refused, match="churn is unproven") as caught:
                proven.require(project, UNPROVEN, "churn", source)
            hints.append(caught.value.hint)
        assert f"%mlops prove {run.ref}" in hints[0]
        assert "%mlops prove @latest" in hints[1]
