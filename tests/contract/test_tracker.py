"""What every tracker promises, asked of the fake and of MLflow alike."""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LogisticRegression

from jupyter_mlops.core.errors import Invalid, NotFound
from jupyter_mlops.core.project import Project
from jupyter_mlops.core.tracker import Artifact, ModelFile, PastRun, Run, RunLog, Trace, Tracker
from jupyter_mlops.experiments.tracking.mlflow import MlflowTracker
from tests.fakes import FakeClock, FakeTracker

TABLE = pd.DataFrame({"age": [20.0, 30.0, 50.0, 60.0], "income": [1.0, 2.0, 8.0, 9.0]})


def fake(_root: Path, clock: FakeClock) -> Tracker:
    return FakeTracker(clock)


def embedded(root: Path, clock: FakeClock) -> Tracker:
    return MlflowTracker(Project(root, clock=clock))


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture(params=[fake, embedded], ids=["fake", "mlflow"])
def tracker(
    request: pytest.FixtureRequest, tmp_path: Path, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> Tracker:
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    (tmp_path / ".mlops").mkdir()
    make: Callable[[Path, FakeClock], Tracker] = request.param
    return make(tmp_path, clock)


def start(tracker: Tracker, name: str = "first", key: str = "k1") -> Run:
    return tracker.start(name, key=key, experiment="churn", tags={"colour": "blue"})


def past_run(began: datetime) -> PastRun:
    ended = began + timedelta(seconds=1.5)
    return PastRun(
        "late", "k1", "churn", "failed", began, ended, {"a": "1"}, {"auc": 0.9}, {"colour": "blue"}
    )


def model(fingerprint: str = "f1") -> ModelFile:
    estimator = LogisticRegression().fit(TABLE, [0, 0, 1, 1])
    return ModelFile("classifier", estimator, fingerprint, example=TABLE.head(2))


def traced(tracker: Tracker, run: Run, name: str) -> None:
    """Trace a call while *run* goes on: of the fake, a test says so; MLflow sees it."""
    if isinstance(tracker, FakeTracker):
        tracker.traced.setdefault(run.id, []).append(Trace(name, name, "ok"))
        return
    import mlflow

    with tracker.autolog(run):
        mlflow.trace(lambda: None, name=name)()


class TestRuns:
    def test_a_started_run_is_running_and_has_its_tags(self, tracker: Tracker) -> None:
        """A run begins with what it was given."""
        run = start(tracker)
        assert (run.name, run.status, run.experiment, run.tags["colour"]) == (
            "first",
            "running",
            "churn",
            "blue",
        )

    def test_the_same_key_makes_no_second_run(self, tracker: Tracker) -> None:
        """A retry finds the run that its first try made."""
        assert start(tracker).id == start(tracker).id
        assert len(tracker.runs().runs) == 1

    def test_what_is_logged_comes_back(self, tracker: Tracker) -> None:
        """Parameters, metrics and tags are read as they were written."""
        run = start(tracker)
        tracker.log(run, RunLog(params={"alpha": "0.1"}, metrics={"auc": 0.9}, tags={"size": "small"}))
        found = tracker.run(run.ref)
        assert (found.params["alpha"], found.metrics["auc"], found.tags["size"]) == ("0.1", 0.9, "small")

    def test_metrics_that_are_not_finite_come_back_as_they_are(self, tracker: Tracker) -> None:
        """An infinity is no large number, and NaN is no zero."""
        run = start(tracker)
        tracker.log(run, RunLog(metrics={"up": math.inf, "down": -math.inf, "none": math.nan}))
        metrics = tracker.run(run.ref).metrics
        assert metrics["up"] == math.inf
        assert metrics["down"] == -math.inf
        assert math.isnan(metrics["none"])

    def test_a_course_comes_back_in_order(self, tracker: Tracker) -> None:
        """Every step of it; the last one is the metric's value."""
        run = start(tracker)
        tracker.log(run, RunLog(curves={"loss": [(0, 3.0), (1, 2.0), (5, 1.0)]}))
        tracker.log(run, RunLog(curves={"loss": [(6, 0.5)]}))
        assert tracker.details(tracker.run(run.ref)).curves["loss"] == [
            (0, 3.0),
            (1, 2.0),
            (5, 1.0),
            (6, 0.5),
        ]
        assert tracker.run(run.ref).metrics["loss"] == 0.5

    def test_a_file_can_be_read_again(self, tracker: Tracker) -> None:
        """At the top and in a folder; None where there is none."""
        run = start(tracker)
        tracker.log(run, RunLog(artifacts=[Artifact("a.txt", b"one"), Artifact("b/c.bin", b"\x00two")]))
        read = [tracker.artifact(run, path) for path in ("a.txt", "b/c.bin", "c.bin", "b", "d/e.txt")]
        assert read == [b"one", b"\x00two", None, None, None]

    def test_a_part_of_a_run_is_not_listed(self, tracker: Tracker) -> None:
        """A trial or a candidate is found by its id, and leaves the list to whole runs."""
        whole = start(tracker)
        tags = {"jupyter_mlops.parent": whole.id, "jupyter_mlops.part": "trial"}
        part = tracker.start("part", key="k2", experiment="churn", tags=tags)
        assert [run.id for run in tracker.runs().runs] == [whole.id]
        assert tracker.run(part.ref).id == part.id

    def test_more_than_one_batch_is_kept(self, tracker: Tracker) -> None:
        """No number of parameters and metrics is too large."""
        run = start(tracker)
        params, metrics = {f"p{n}": str(n) for n in range(250)}, {f"m{n}": float(n) for n in range(1_900)}
        tracker.log(run, RunLog(params=params, metrics=metrics))
        found = tracker.run(run.ref)
        assert (found.params, found.metrics) == (params, metrics)

    def test_logging_the_same_twice_changes_nothing(self, tracker: Tracker) -> None:
        """A batch whose answer was lost may be sent again."""
        run = start(tracker)
        log = RunLog(params={"alpha": "0.1"}, metrics={"auc": 0.9}, artifacts=[Artifact("a.txt", b"a")])
        tracker.log(run, log)
        tracker.log(run, log)
        assert tracker.run(run.ref).metrics == {"auc": 0.9}

    def test_a_finished_run_says_how_long_it_took(self, tracker: Tracker, clock: FakeClock) -> None:
        """The clock of durations is not the clock of dates."""
        run = start(tracker)
        clock.advance(2.5)
        done = tracker.finish(run, "failed")
        assert (done.status, done.duration_s) == ("failed", 2.5)
        assert tracker.run(run.ref) == done

    def test_a_run_that_is_begun_again_is_open_until_it_ends_again(self, tracker: Tracker) -> None:
        """What a worker gave back goes on with another."""
        tracker.finish(start(tracker), "killed")
        again = start(tracker)
        assert (again.status, tracker.run(again.ref).status) == ("running", "running")
        tracker.finish(again, "finished")
        assert tracker.run(again.ref).status == "finished"

    def test_a_run_may_be_written_down_when_it_is_over(self, tracker: Tracker, clock: FakeClock) -> None:
        """It began and ended when it is said to have; said again, it is the same run."""
        past = past_run(clock.now())
        clock.advance(3_600)
        assert tracker.record(past) == tracker.record(past)
        (found,) = tracker.runs().runs
        assert (found.started_at, found.duration_s, found.status) == (past.started_at, 1.5, "failed")
        assert (found.params, found.metrics, found.tags["colour"]) == ({"a": "1"}, {"auc": 0.9}, "blue")

    def test_a_run_that_is_open_is_completed_and_closed_so(self, tracker: Tracker, clock: FakeClock) -> None:
        """It began when it was opened."""
        run = tracker.start("late", key="k1", experiment="churn", tags={})
        tracker.record(past_run(clock.now() + timedelta(seconds=2)))
        found = tracker.run(run.ref)
        assert (found.status, found.duration_s, found.tags["colour"]) == ("failed", 3.5, "blue")

    def test_runs_come_newest_first_and_by_the_page(self, tracker: Tracker, clock: FakeClock) -> None:
        """A page says where the next one starts, and the last one says that there is none."""
        for number in range(3):
            start(tracker, f"run{number}", f"k{number}")
            clock.advance(1)
        first = tracker.runs(limit=2)
        second = tracker.runs(limit=2, page=first.next_page)
        assert [run.name for run in (*first.runs, *second.runs)] == ["run2", "run1", "run0"]
        assert second.next_page is None

    def test_words_find_runs_by_name(self, tracker: Tracker, clock: FakeClock) -> None:
        """Every word must be in the name."""
        for name in ("forest deep", "forest", "linear"):
            start(tracker, name, name)
            clock.advance(1)
        assert [run.name for run in tracker.runs(query="forest").runs] == ["forest", "forest deep"]
        assert [run.name for run in tracker.runs(query="deep forest").runs] == ["forest deep"]

    def test_a_quote_in_a_query_is_harmless(self, tracker: Tracker) -> None:
        """What a person types does not become the store's own language."""
        start(tracker)
        assert tracker.runs(query="it's").runs == ()

    def test_latest_is_the_newest(self, tracker: Tracker, clock: FakeClock) -> None:
        """`@latest` names the run that began last."""
        start(tracker, "old", "k1")
        clock.advance(1)
        start(tracker, "new", "k2")
        assert tracker.run("@latest").name == "new"

    def test_no_run_is_not_found(self, tracker: Tracker) -> None:
        """An unknown run is said to be so, short or whole."""
        with pytest.raises(NotFound):
            tracker.run("@abcd")
        with pytest.raises(NotFound):
            tracker.run("@latest")

    def test_a_run_of_this_process_is_not_lost(self, tracker: Tracker) -> None:
        """What still runs is left alone."""
        start(tracker)
        assert list(tracker.close_lost()) == []


class TestTraces:
    def test_calls_are_listed_with_their_run_newest_first(self, tracker: Tracker) -> None:
        """Of each its name and how it ended, under an id of its own."""
        run = start(tracker)
        for name in ("first", "second"):
            traced(tracker, run, name)
        found = tracker.traces(run)
        assert [(one.name, one.status) for one in found] == [("second", "ok"), ("first", "ok")]
        assert len({one.id for one in found}) == 2

    def test_those_of_another_run_are_not(self, tracker: Tracker) -> None:
        """A run in which nothing was traced has none."""
        one, other = start(tracker), start(tracker, key="k2")
        traced(tracker, one, "call")
        assert (len(tracker.traces(one)), list(tracker.traces(other))) == (1, [])


class TestModels:
    @pytest.fixture
    def run(self, tracker: Tracker) -> Run:
        run = start(tracker)
        tracker.log(run, RunLog(models=[model()]))
        return run

    def test_a_version_comes_from_a_run_and_carries_its_tags(self, tracker: Tracker, run: Run) -> None:
        """The first registration makes version 1."""
        version = tracker.register("churn", run, "classifier", key="r1", tags={"data": "customers@3"})
        assert (version.ref, version.version, version.run) == ("churn@1", 1, run.ref)
        assert version.tags["data"] == "customers@3"

    def test_the_same_key_makes_no_second_version(self, tracker: Tracker, run: Run) -> None:
        """A retry finds the version that its first try made, another key makes the next."""
        first = tracker.register("churn", run, "classifier", key="r1", tags={})
        assert tracker.register("churn", run, "classifier", key="r1", tags={}) == first
        assert tracker.register("churn", run, "classifier", key="r2", tags={}).version == 2

    def test_the_loaded_model_predicts_the_same(self, tracker: Tracker, run: Run) -> None:
        """What was fitted is what comes back."""
        version = tracker.register("churn", run, "classifier", key="r1", tags={})
        loaded = tracker.load(version)
        assert isinstance(loaded, LogisticRegression)
        np.testing.assert_array_equal(loaded.predict_proba(TABLE), model().estimator.predict_proba(TABLE))  # type: ignore[attr-defined]

    def test_files_are_known_without_loading_them(self, tracker: Tracker, run: Run) -> None:
        """The same version has the same files, each with its digest."""
        version = tracker.register("churn", run, "classifier", key="r1", tags={})
        found = tracker.model_files(version)
        assert found == tracker.model_files(version)
        assert all(len(item.sha256) == 64 and item.size_bytes for item in found)
        tracker.load(version)
        assert found == tracker.model_files(version)

    def test_a_tag_is_added_to_a_version(self, tracker: Tracker, run: Run) -> None:
        """What it was registered with stays."""
        version = tracker.register("churn", run, "classifier", key="r1", tags={"data": "customers@3"})
        made = tracker.tag(version, {"stamp": "s1"})
        assert (made.tags["data"], made.tags["stamp"]) == ("customers@3", "s1")
        assert tracker.resolve("churn@1") == made

    def test_a_model_that_the_run_does_not_keep_is_not_found(self, tracker: Tracker, run: Run) -> None:
        """Nothing is registered from nothing."""
        with pytest.raises(NotFound):
            tracker.register("churn", run, "regressor", key="r1", tags={})
        assert list(tracker.versions()) == []

    def test_an_alias_points_at_one_version_and_moves(self, tracker: Tracker, run: Run) -> None:
        """An alias names what it was last pointed at."""
        for key in ("r1", "r2"):
            tracker.register("churn", run, "classifier", key=key, tags={})
        tracker.point("churn", "champion", 1)
        tracker.point("churn", "champion", 2)
        assert tracker.resolve("churn@champion").version == 2
        assert tracker.resolve("churn@1").aliases == ()

    def test_a_removed_alias_is_gone_and_may_be_removed_again(self, tracker: Tracker, run: Run) -> None:
        """Removing what is not there is no error."""
        tracker.register("churn", run, "classifier", key="r1", tags={})
        tracker.point("churn", "champion", 1)
        tracker.point("churn", "champion", None)
        tracker.point("churn", "champion", None)
        with pytest.raises(NotFound):
            tracker.resolve("churn@champion")

    def test_aliases_are_listed_by_model(self, tracker: Tracker, run: Run) -> None:
        """All, or those of one; a model that nobody knows has none."""
        assert tracker.aliases() == {}
        tracker.register("churn", run, "classifier", key="k1", tags={})
        tracker.point("churn", "champion", 1)
        tracker.point("churn", "challenger", 1)
        assert tracker.aliases() == {"churn": {"champion": 1, "challenger": 1}} == tracker.aliases("churn")
        assert tracker.aliases("sales") == {}

    def test_references_name_versions(self, tracker: Tracker, run: Run) -> None:
        """A number, `latest` or nothing at all."""
        for key in ("r1", "r2"):
            tracker.register("churn", run, "classifier", key=key, tags={})
        assert [tracker.resolve(ref).version for ref in ("churn@1", "churn@latest", "churn")] == [1, 2, 2]

    @pytest.mark.parametrize("ref", ["nobody", "nobody@1", "churn@7", "churn@challenger"])
    def test_an_unknown_version_is_not_found(self, tracker: Tracker, run: Run, ref: str) -> None:
        """An unknown model, number or alias is said to be so."""
        tracker.register("churn", run, "classifier", key="r1", tags={})
        with pytest.raises(NotFound):
            tracker.resolve(ref)

    def test_an_alias_cannot_point_at_nothing(self, tracker: Tracker, run: Run) -> None:
        """There is no version 7 to serve."""
        tracker.register("churn", run, "classifier", key="r1", tags={})
        with pytest.raises(NotFound):
            tracker.point("churn", "champion", 7)

    def test_versions_come_newest_first(self, tracker: Tracker, run: Run) -> None:
        """All versions of one model, or of every model; none of an unknown one."""
        for key in ("r1", "r2"):
            tracker.register("churn", run, "classifier", key=key, tags={})
        tracker.register("other", run, "classifier", key="r3", tags={})
        assert [version.version for version in tracker.versions("churn")] == [2, 1]
        assert len(tracker.versions()) == 3
        assert list(tracker.versions("nobody")) == []

    def test_a_file_outside_the_run_is_invalid(self, tracker: Tracker, run: Run) -> None:
        """An artifact stays within its run."""
        with pytest.raises(Invalid):
            tracker.log(run, RunLog(artifacts=[Artifact("../up.txt", b"")]))
