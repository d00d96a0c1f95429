"""reproduce: the notebook of a run's record, run again, compared, and sealed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import cast

import pandas as pd
import pytest

from jupyter_mlops.core.errors import Conflict, Invalid, NotFound, Refused, Unavailable
from jupyter_mlops.core.project import Project
from jupyter_mlops.core.tracker import Artifact, Run, RunLog
from jupyter_mlops.data.snapshot import snapshot
from jupyter_mlops.experiments.comparison.predictions import PREDICTIONS, written
from jupyter_mlops.experiments.provenance import MODELS
from jupyter_mlops.experiments.recorder import run_record
from jupyter_mlops.experiments.recorder.run_record import (
    DataRead,
    Seeds,
)
from jupyter_mlops.experiments.recorder.session_notebook import SESSION
from jupyter_mlops.experiments.recorder.sources import Source
from jupyter_mlops.experiments.reproduce import REPRODUCED, REPRODUCES, reproduce
from jupyter_mlops.experiments.reproduction import judge
from jupyter_mlops.experiments.reproduction.harmless import harmless
from jupyter_mlops.experiments.reproduction.rebuild import pinned, rebuild
from jupyter_mlops.experiments.reproduction.scratch import scratch
from jupyter_mlops.models.gates.candidate import Candidate
from jupyter_mlops.models.gates.origin import Reproduced
from tests.fakes import FakeTracker
from tests.unit.experiments.reproducing import CELLS, Again, record_of, recorded, session, version_of


class TestReproduce:
    def test_the_same_metrics_seal_the_run_and_its_version(self, project: Project, again: Again) -> None:
        """Both say by which run, and when."""
        run = recorded(project)
        version = version_of(project, run)
        found = reproduce(project, run.ref)
        assert (found.is_reproduced, found.verdict) == (True, "1 metric, all equal")
        seal = f"yes by {found.made} on 2026-11-01: 1 metric, all equal"
        assert project.tracker.run(run.ref).tags[REPRODUCED] == seal
        assert project.tracker.resolve(version.ref).tags[REPRODUCED] == seal
        assert project.tracker.run(str(found.made)).tags[REPRODUCES] == run.id

    def test_the_gate_reads_the_seal(self, project: Project, again: Again) -> None:
        """`yes` passes the check `reproduced`, `no` does not."""
        run = recorded(project)
        version = version_of(project, run)
        said = []
        for auc in (0.9, 0.8):
            again.metrics = {"auc": auc}
            reproduce(project, run.ref)
            sealed = project.tracker.resolve(version.ref)
            said += Reproduced().find(Candidate(project, sealed, "champion"))
        assert [item.severity == "info" for item in said] == [True, False]
        assert "auc was 0.9, is 0.8" in said[1].message

    def test_the_first_cell_that_printed_something_else_is_named(
        self, project: Project, again: Again
    ) -> None:
        """Before the metric; addresses in memory are no difference."""
        run = recorded(project, None, Artifact(SESSION, session("<a at 0x7f00aa11>\n", "1\n")))
        again.printed, again.metrics = {0: "<a at 0x55bb0022>\n", 1: "2\n"}, {"auc": 0.8}
        found = reproduce(project, run.ref)
        assert found.first == "cell [5] printed '1', now '2'"
        assert "auc was 0.9, is 0.8" in str(found)

    def test_without_outputs_the_first_metric_is_named(self, project: Project, again: Again) -> None:
        """A metric that is missing now is a difference."""
        again.metrics = {}
        assert reproduce(project, recorded(project).ref).first == "auc was 0.9, is missing"

    def test_a_cell_that_fails_is_named_and_sealed(self, project: Project, again: Again) -> None:
        """By its label in the record; there is no new run."""
        run, again.fails_at = recorded(project), 1
        found = reproduce(project, run.ref)
        assert (found.made, found.verdict) == (None, "cell [5] failed: NameError: no n")
        assert project.tracker.run(run.ref).tags[REPRODUCED].startswith("no on 2026-11-01: cell [5] failed")

    def test_a_kernel_that_dies_says_nothing_of_the_run(self, project: Project, again: Again) -> None:
        """Nothing is sealed."""
        run, again.fails_at, again.cause = recorded(project), 1, "kernel_died"
        with pytest.raises(Unavailable, match="could not be run again"):
            reproduce(project, run.ref)
        assert REPRODUCED not in project.tracker.run(run.ref).tags

    def test_what_was_not_seeded_is_said_when_it_differs(self, project: Project, again: Again) -> None:
        """The record knows the generators that the cells drew from."""
        again.metrics = {"auc": 0.8}
        run = recorded(project, record_of(*CELLS, seeds=Seeds(drawn=("numpy",))))
        assert reproduce(project, run.ref).notes == ("It drew from numpy, which no cell seeded.",)

    def test_other_distributions_are_listed(self, project: Project, again: Again) -> None:
        """They do not decide."""
        record = record_of(*CELLS)
        older = ("numpy==0.1", *(pin for pin in record.environment.packages if not pin.startswith("numpy==")))
        changed = record.environment.model_copy(update={"packages": older})
        run = recorded(project, record.model_copy(update={"environment": changed}))
        found = reproduce(project, run.ref)
        assert found.is_reproduced
        assert [(item.name, item.recorded) for item in found.environment] == [("numpy", "0.1")]

    def test_predictions_decide_too(self, project: Project, again: Again) -> None:
        """One of two rows differs, and the metric does not show it."""
        tables = [pd.DataFrame({"truth": [0, 1], "prediction": [0, last]}) for last in (1, 0)]
        files = [Artifact(PREDICTIONS, written(table)) for table in tables]
        again.artifacts = (files[1],)
        found = reproduce(project, recorded(project, None, files[0]).ref)
        assert (found.is_reproduced, found.verdict) == (False, "1 of 2 predictions differ")


class TestBeforeItRuns:
    def test_a_run_without_a_record_is_told_so(self, project: Project, again: Again) -> None:
        """With what to do."""
        run = project.tracker.start("bare", key="bare", experiment="x", tags={})
        project.tracker.finish(run, "finished")
        with pytest.raises(NotFound, match="has no record") as error:
            reproduce(project, run.ref)
        assert "%%mlops record" in str(error.value.hint)

    def test_a_run_that_failed_is_refused(self, project: Project, again: Again) -> None:
        """There is nothing to come to again."""
        run = project.tracker.start("bad", key="bad", experiment="x", tags={})
        project.tracker.finish(run, "failed")
        with pytest.raises(Invalid, match="is failed"):
            reproduce(project, run.ref)

    def test_a_record_of_another_version_is_refused(self, project: Project, again: Again) -> None:
        """It names what it does not know."""
        run = recorded(project)
        cast(FakeTracker, project.tracker).artifacts[run.id][run_record.PATH] = b'{"format": 2}'
        with pytest.raises(Invalid, match="format"):
            reproduce(project, run.ref)

    def test_snapshots_must_be_there_as_they_were(self, project: Project, again: Again) -> None:
        """One is gone, one holds something else; nothing runs, and the session has not read them."""
        snapshot(project, pd.DataFrame({"a": [1]}), "sales")
        before = dict(project.session.snapshots)
        other = record_of(*CELLS, snapshots=(DataRead(ref="sales@1", digest="0" * 64),))
        run = recorded(project, other)
        with pytest.raises(Conflict, match="sales@1 holds other data"):
            reproduce(project, run.ref)
        gone = other.model_copy(update={"snapshots": (DataRead(ref="orders@1", digest=""),)})
        content = json.dumps(gone.wire()).encode()
        cast(FakeTracker, project.tracker).artifacts[run.id][run_record.PATH] = content
        with pytest.raises(NotFound, match="orders"):
            reproduce(project, run.ref)
        assert (again.job, project.session.snapshots) == (None, before)


class TestRebuild:
    def test_only_the_last_cell_records(self) -> None:
        """An earlier recorded cell runs as a plain one; the new run is found by a tag."""
        sources = [cell.source for cell in rebuild(record_of("%%record first\na = 1", *CELLS[1:]), "m").cells]
        assert sources[0] == "a = 1"
        assert sources[2] == "%%mlops record churn --tags team=risk --tags reproduction=m\nmodel = fit(n)"

    def test_a_cell_that_nobody_watched_records_under_the_runs_name(self) -> None:
        """As a script's source."""
        (cell,) = rebuild(record_of("a = 1"), "m").cells
        assert cell.source == '%%mlops record "churn" --tags reproduction=m\na = 1'

    def test_a_masked_source_is_refused_by_its_cell(self) -> None:
        """What was masked elsewhere is no reason, nor are asterisks of one's own."""
        with pytest.raises(Refused, match=r"Cell \[5\] holds a value that was masked"):
            rebuild(record_of("a = 1", "key = '***'", masked={"secret": 1}), "m")
        assert rebuild(record_of("a = 1", "print('***')"), "m").left_out == ()

    def test_a_search_is_refused(self) -> None:
        """Its trials would be runs."""
        with pytest.raises(Refused, match="searches for parameters"):
            rebuild(record_of("%%mlops tune deep\nx = 1", "a = 1"), "m")

    @pytest.mark.parametrize(
        ("source", "expected"),
        [
            ("df = %mlops load sales", "df = %mlops load sales@2"),
            ("df = %mlops load sales@latest --columns a", "df = %mlops load sales@2 --columns a"),
            ("df = mlops.load('sales')", "df = mlops.load('sales@2')"),
            ("df = %mlops load sales@1", "df = %mlops load sales@1"),
            ("df = %mlops load sales-eu", "df = %mlops load sales-eu"),
        ],
    )
    def test_the_newest_version_is_the_one_that_was_read(self, source: str, expected: str) -> None:
        """A version that is named stays."""
        assert pinned(source, ["sales@2"]) == expected


class TestHarmless:
    @pytest.mark.parametrize(
        ("source", "expected"),
        [
            ("%mlops register model churn", "pass"),
            ("if ok:\n    %mlops promote churn@1\nb = 2", "if ok:\n    pass\nb = 2"),
            ("v = %mlops snapshot df sales\nb = 2", "pass\nb = 2"),
            ("!jupyter mlops rollback churn", "pass"),
            ("a = 1; mlops.register(model, 'é', 'x'); b = 2", "a = 1; pass; b = 2"),
            ("v = mlops.snapshot(\n    df,\n    'sales',\n)\nb = 2", "pass\nb = 2"),
            ("mlflow.register_model('runs:/1/m', 'churn')", "pass"),
            ("def keep(m):\n    return mlops.register(m, 'churn')", "def keep(m):\n    pass"),
        ],
    )
    def test_what_writes_is_left_out(self, source: str, expected: str) -> None:
        """And told."""
        clean, left_out = harmless(source)
        assert (clean, len(left_out)) == (expected, 1)

    @pytest.mark.parametrize(
        "source",
        ["df = %mlops load sales", "%matplotlib inline\na = 1", "!ls", "df = mlops.load('sales')", "a = ("],
    )
    def test_the_rest_stays(self, source: str) -> None:
        """Also where it is no Python."""
        assert harmless(source) == (source, ())


class TestScratch:
    def test_modules_are_as_they_were_and_the_projects_files_stay(
        self, project: Project, again: Again
    ) -> None:
        """The recorded text where the file has changed, though it is gone; other files are copies."""
        folder = project.root / "work"
        folder.mkdir()
        (folder / "shop.py").write_text("n = 2")
        (folder / "data.csv").write_text("a\n1\n")
        run = recorded(project, record_of(*CELLS, modules={"shop": _source("work/shop.py", "n = 1")}))
        reproduce(project, run.ref)
        assert again.folder == {"shop.py": "n = 1", "data.csv": "a\n1\n"}
        assert (folder / "shop.py").read_text() == "n = 2"
        assert [path.suffix for path in (project.folder / "reproduced").iterdir()] == [".ipynb"]

    def test_a_module_whose_text_is_not_recorded_is_told(self, project: Project) -> None:
        """Masked, too large, or from elsewhere."""
        masked = _source("work/shop.py", "n = 1").model_copy(update={"text": "n = ***"})
        with scratch(project, record_of(*CELLS, modules={"shop": masked}), "m") as (_, lost):
            assert lost == ("work/shop.py is not as it was, and its text is not recorded.",)

    def test_a_path_that_leads_out_of_the_project_is_not_written(self, project: Project) -> None:
        """A record is data."""
        evil = record_of(*CELLS, notebook="../../x.ipynb", modules={"x": _source("../evil.py", "n = 1")})
        with scratch(project, evil, "m") as (place, lost):
            assert place == project.folder / "reproduced" / "m" / "x.ipynb"
            assert len(lost) == 1
        assert not list(project.root.parent.rglob("evil.py"))

    def test_what_links_point_at_stays(self, project: Project) -> None:
        """Folders beside the notebook's are links."""
        (project.root / "data").mkdir()
        (project.root / "data" / "a.csv").write_text("1")
        with scratch(project, record_of(*CELLS), "m") as (place, _):
            assert (place.parent / "../data/a.csv").resolve().read_text() == "1"
        assert (project.root / "data" / "a.csv").exists()


def _source(path: str, text: str) -> Source:
    return Source(path=path, sha256=hashlib.sha256(text.encode()).hexdigest(), text=text)


class TestJudge:
    @pytest.mark.parametrize(
        ("one", "other", "tolerance", "expected"),
        [
            (0.9, 0.9, 0.0, "equal"),
            (float("nan"), float("nan"), 0.0, "equal"),
            (float("inf"), float("inf"), 0.0, "equal"),
            (1.0, 1.0 + 5e-7, 1e-6, "close"),
            (1.0, 1.0 + 5e-6, 1e-6, "other"),
            (0.0, 1e-12, 1e-6, "other"),
            (1.0, float("nan"), 0.1, "other"),
            (1.0, None, 0.1, "other"),
        ],
    )
    def test_a_tolerance_is_relative(
        self, one: float, other: float | None, tolerance: float, expected: str
    ) -> None:
        """And none of it is needed for what is equal."""
        assert judge.sameness(one, other, tolerance) == expected

    def test_metrics_that_evaluate_added_do_not_count(self) -> None:
        """Nor those of the machine."""
        assert judge.metrics({"eval.test.auc": 0.9, "system/cpu": 5.0}, {"system/cpu": 9.0}, 0.0) == ()

    def test_predictions_are_paired_by_their_ids(self) -> None:
        """In whatever order they are; numbers within the tolerance are close."""
        one = pd.DataFrame({"id": [1, 2], "truth": [0.5, 1.0], "prediction": [0.4, 1.0]})
        other = one.iloc[::-1].assign(prediction=[1.0 + 1e-9, 0.4])
        found = judge.predictions(one, other, 1e-6)
        assert found == judge.Predicted(rows=2, differing=0, sameness="close")

    def test_predictions_of_other_rows_differ(self) -> None:
        """They cannot be told apart row by row."""
        one = pd.DataFrame({"truth": [0, 1], "prediction": [0, 1]})
        found = judge.predictions(one, one.assign(truth=[1, 1]), 1e-6)
        assert found is not None
        assert (found.sameness, found.why) == ("other", "they are of other rows")


def test_the_scratch_folder_is_below_the_projects_own(project: Project) -> None:
    """So that the extension finds the project around it."""
    with scratch(project, record_of(*CELLS), "m") as (place, _):
        assert Path(project.folder) in place.parents


class TestWithoutMetrics:
    @pytest.mark.parametrize(("digest", "is_same"), [("f" * 32, True), ("0" * 32, False)])
    def test_models_decide(self, project: Project, again: Again, digest: str, *, is_same: bool) -> None:
        """By their digests, as the runs' tags hold them."""
        run, again.metrics = bare(project, {MODELS: json.dumps({"model": "f" * 32})}), {}
        again.tags = {MODELS: json.dumps({"model": digest})}
        assert reproduce(project, run.ref).is_reproduced is is_same

    def test_a_run_that_kept_nothing_is_not_reproduced(self, project: Project, again: Again) -> None:
        """Nothing speaks against it, and nothing for it."""
        run, again.metrics = bare(project, {}), {}
        assert reproduce(project, run.ref).verdict == "it kept no metric, prediction or model to compare"


def bare(project: Project, tags: Mapping[str, str]) -> Run:
    """Make a run to be reproduced without metrics."""
    run = project.tracker.start("churn", key="bare", experiment="x", tags=tags)
    content = json.dumps(record_of(*CELLS).wire()).encode()
    project.tracker.log(run, RunLog(artifacts=[Artifact(run_record.PATH, content)]))
    return project.tracker.finish(run, "finished")
