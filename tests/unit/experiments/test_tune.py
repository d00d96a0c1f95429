"""tune: a cell searched, every trial truthful, the best kept."""

from __future__ import annotations

import json
from typing import cast

import pytest

from jupyter_mlops.core import live
from jupyter_mlops.core.errors import Conflict, Invalid, NotFound
from jupyter_mlops.core.live import Picture
from jupyter_mlops.core.project import Project
from jupyter_mlops.experiments import spool
from jupyter_mlops.experiments.recorder.proof import UNWATCHED
from jupyter_mlops.experiments.recorder.run_record import PATH, RunRecord
from jupyter_mlops.experiments.reproduce import reproduce
from jupyter_mlops.experiments.tune import tune
from jupyter_mlops.experiments.tuning import study
from tests.fakes import FakeTracker
from tests.unit.experiments.cells import PlainCell

PARABOLA = "x = trial.suggest_float('x', -5, 5)\ny = (x - 2) ** 2\ny"
FITS = "from sklearn.dummy import DummyClassifier\nmodel = DummyClassifier().fit([[1]], [trial.number])\n"
RISES = "trial.suggest_int('n', 0, 9)\ntrial.number"


@pytest.fixture
def tracker(project: Project) -> FakeTracker:
    return cast(FakeTracker, project.tracker)


def runs_by_name(tracker: FakeTracker):  # type: ignore[no-untyped-def]
    return {run.name: run for run in tracker._runs.values()}


class TestSearch:
    def test_the_best_trial_is_near_the_optimum(self, project: Project) -> None:
        """Thirty trials find the bottom of a parabola."""
        found = tune(project, PlainCell(PARABOLA), "bowl", trials=30, direction="minimize")
        assert found.best is not None
        assert cast(float, found.best.params["x"]) == pytest.approx(2, abs=0.5)
        assert found.best.value == min(trial.value for trial in found.trials if trial.value is not None)

    def test_the_same_seed_proposes_the_same(self, project: Project) -> None:
        """Another name, the same parameters."""
        one = tune(project, PlainCell(PARABOLA), "one", trials=4, seed=3)
        other = tune(project, PlainCell(PARABOLA), "other", trials=4, seed=3)
        assert [trial.params for trial in one.trials] == [trial.params for trial in other.trials]

    def test_the_score_may_be_assigned_last(self, project: Project) -> None:
        """`score = …` at the end is a value too."""
        found = tune(project, PlainCell("score = trial.suggest_int('n', 1, 9)"), "assigned", trials=2)
        assert all(trial.value == trial.params["n"] for trial in found.trials)

    def test_the_best_so_far_never_falls(self, project: Project) -> None:
        """The curve of the record and the one of its run."""
        found = tune(project, PlainCell("trial.suggest_float('x', 0, 1)"), "up", trials=6)
        values = [value for _, value in found.curve]
        assert values == sorted(values)
        details = project.tracker.details(project.tracker.run(found.run))
        assert tuple(details.curves["best_so_far"]) == found.curve

    def test_side_by_side_runs_as_many(self, project: Project) -> None:
        """Two at a time, seven in all."""
        found = tune(project, PlainCell(RISES), "pair", trials=7, jobs=2)
        assert [trial.state for trial in found.trials] == ["complete"] * 7


class TestTrials:
    def test_each_is_a_run_within_the_studys(self, project: Project, tracker: FakeTracker) -> None:
        """Parameters and value, and the parent that it belongs to."""
        found = tune(project, PlainCell(RISES), "nested", trials=2)
        run = runs_by_name(tracker)["nested-1"]
        parent = tracker.run(found.run)
        assert run.tags["jupyter_mlops.parent"] == parent.id
        assert (run.metrics["score"], run.status) == (1.0, "finished")
        assert run.params == {"n": str(found.trials[1].params["n"])}

    def test_one_that_raises_or_gives_nan_has_failed_and_is_not_the_end(
        self, project: Project, tracker: FakeTracker
    ) -> None:
        """The others go on."""
        cell = PlainCell("{0: float('nan'), 1: 3.0}[trial.number] if trial.number < 2 else 1 / 0")
        found = tune(project, cell, "rough", trials=3)
        assert [trial.state for trial in found.trials] == ["failed", "complete", "failed"]
        assert [trial.reason for trial in found.trials] == [
            "The score is NaN.",
            "",
            "ZeroDivisionError: division by zero",
        ]
        assert [runs_by_name(tracker)[f"rough-{number}"].status for number in range(3)] == [
            "failed",
            "finished",
            "failed",
        ]

    def test_a_score_that_is_no_number_has_failed(self, project: Project) -> None:
        """None, text, a list: each is named."""
        found = tune(project, PlainCell("[None, 'high', []][trial.number]"), "words", trials=3)
        assert [trial.reason for trial in found.trials] == [
            "The score is missing, not a number.",
            "The score is a str, not a number.",
            "The score is a list, not a number.",
        ]
        assert not found.is_well

    def test_a_pruned_one_says_so_and_keeps_its_course(self, project: Project, tracker: FakeTracker) -> None:
        """Neither complete nor failed."""
        cell = PlainCell(
            "import optuna\nfor step in range(3):\n    trial.report(-trial.number, step)\n"
            "if trial.number: raise optuna.TrialPruned()\n1.0"
        )
        found = tune(project, cell, "cut", trials=2)
        assert [trial.state for trial in found.trials] == ["complete", "pruned"]
        run = runs_by_name(tracker)["cut-1"]
        assert (run.status, run.tags["jupyter_mlops.trial"]) == ("killed", "pruned")
        assert tracker.details(run).curves["score.course"] == [(0, -1.0), (1, -1.0), (2, -1.0)]

    def test_names_stay_in_their_trial_and_the_bests_are_kept(self, project: Project) -> None:
        """The notebook has what the best trial bound; the others leave nothing."""
        cell = PlainCell("seen = 'before' if 'made' in globals() else 'new'\nmade = trial.number\n5 - made")
        tune(project, cell, "own", trials=3)
        assert cell.namespace["made"] == 0
        assert cell.namespace["seen"] == "new"
        assert "trial" not in cell.namespace

    @pytest.mark.parametrize(
        ("jobs", "is_resumed", "reason"),
        [(2, False, "trials ran side by side"), (1, True, "its study was resumed"), (1, False, UNWATCHED)],
    )
    def test_a_model_that_searching_again_may_not_find_is_unproven(
        self, project: Project, jobs: int, reason: str, *, is_resumed: bool
    ) -> None:
        """Its run says why, and what to do; of one that it would find the cells say it."""
        cell = PlainCell(
            "from sklearn.dummy import DummyClassifier\n"
            "model = DummyClassifier(constant=trial.suggest_int('n', 0, 9)).fit([[1]], [2])\ntrial.number"
        )
        if is_resumed:
            tune(project, cell, "doubt", trials=1)
        found = tune(project, cell, "doubt", trials=2, jobs=jobs, resume=is_resumed)
        assert found.best is not None
        tags = project.tracker.run(str(found.best.run)).tags
        assert tags["mlops.proven"] == "false"
        assert tags["mlops.unproven_reasons"].startswith(reason)

    def test_the_best_model_can_be_registered(self, project: Project, tracker: FakeTracker) -> None:
        """It is kept in the best trial's run, and is a variable."""
        cell = PlainCell(
            "from sklearn.tree import DecisionTreeClassifier\n"
            "model = DecisionTreeClassifier(max_depth=trial.suggest_int('depth', 1, 3)).fit([[0], [1]], [0, 1])\n"
            "trial.number"
        )
        found = tune(project, cell, "trees", trials=2)
        assert found.models == ("model",)
        assert list(tracker.files[runs_by_name(tracker)["trees-1"].id]) == ["model"]

    def test_the_best_trials_run_keeps_the_record_of_its_cells(
        self, project: Project, tracker: FakeTracker
    ) -> None:
        """As one that was recorded does; making it again is refused with what to do instead."""
        found = tune(project, PlainCell(RISES), "told", trials=2)
        files = tracker.artifacts[runs_by_name(tracker)["told-1"].id]
        assert RunRecord.model_validate_json(files[PATH]).cells[0].source == RISES
        with pytest.raises(NotFound, match="is a search") as refused:
            reproduce(project, found.run)
        assert "Write the parameters" in str(refused.value.hint)


class TestEnds:
    def test_an_interrupt_keeps_the_best(self, project: Project, tracker: FakeTracker) -> None:
        """The trial under way is closed as killed, the study is well."""
        found = tune(
            project, PlainCell("if trial.number == 2: raise KeyboardInterrupt\ntrial.number"), "stopped"
        )
        assert (found.stopped, found.best and found.best.value) == ("interrupted", 1.0)
        assert runs_by_name(tracker)["stopped-2"].status == "killed"
        assert tracker.run(found.run).status == "finished"

    def test_no_trial_begins_after_the_time_is_up(self, project: Project) -> None:
        """The clock decides, not the number of trials."""
        cell = PlainCell("clock.advance(40)\ntrial.number", {"clock": project.clock})
        found = tune(project, cell, "timed", trials=50, timeout=100)
        assert (found.stopped, len(found.trials)) == ("timeout", 3)

    def test_what_the_tracker_misses_while_it_is_away_is_sent_by_the_next(
        self, project: Project, tracker: FakeTracker
    ) -> None:
        """Trials, the best model and the study: the answer says that they wait."""
        source = f"{FITS}tracker.is_down = trial.number >= 1\ntrial.report(0.5, 1)\ntrial.report(0.6, 2)\ntrial.number"
        found = tune(project, PlainCell(source, {"tracker": tracker}), "away", trials=3)
        assert [trial.value for trial in found.trials] == [0.0, 1.0, 2.0]
        assert ("The tracker failed" in found.notes[0], spool.waiting(project)) == (True, 3)
        tracker.is_down = False
        tune(project, PlainCell(RISES), "next", trials=1)
        runs = runs_by_name(tracker)
        assert [runs[f"away-{number}"].metrics["score"] for number in range(3)] == [0.0, 1.0, 2.0]
        assert tracker.details(runs["away-2"]).curves["score.course"] == [(1, 0.5), (2, 0.6)]
        assert list(tracker.files[runs["away-2"].id]) == ["model"]
        assert (tracker.run(found.run).status, spool.waiting(project)) == ("finished", 0)

    def test_one_that_is_back_at_the_end_gets_all_at_once(
        self, project: Project, tracker: FakeTracker
    ) -> None:
        """Nothing waits, and each trial names its run."""
        cell = PlainCell("tracker.is_down = trial.number == 1\ntrial.number", {"tracker": tracker})
        found = tune(project, cell, "blip", trials=3)
        named = [project.tracker.run(str(trial.run)).metrics["score"] for trial in found.trials]
        assert (named, found.notes, spool.waiting(project)) == ([0.0, 1.0, 2.0], (), 0)

    def test_the_run_has_the_trials_the_curve_and_the_source(
        self, project: Project, tracker: FakeTracker
    ) -> None:
        """What the answer says can be read again later."""
        found = tune(project, PlainCell(RISES), "kept", trials=3)
        files = tracker.artifacts[tracker.run(found.run).id]
        assert [trial["number"] for trial in json.loads(files["trials.json"])] == [0, 1, 2]
        assert {"source.py", "figures/01-tune.plotly.json"} <= set(files)
        assert tracker.run(found.run).params == {"best.n": str(found.trials[2].params["n"])}


class TestResume:
    def test_it_goes_on_where_it_was(self, project: Project) -> None:
        """The numbers go on, and no proposal is repeated."""
        tune(project, PlainCell(PARABOLA), "long", trials=2, sampler="random")
        found = tune(project, PlainCell(PARABOLA), "long", trials=2, sampler="random", resume=True)
        assert [trial.number for trial in found.trials] == [0, 1, 2, 3]
        assert len({cast(float, trial.params["x"]) for trial in found.trials}) == 4

    def test_a_taken_name_is_a_conflict(self, project: Project) -> None:
        """Nobody's study is continued by accident."""
        tune(project, PlainCell(RISES), "taken", trials=1)
        with pytest.raises(Conflict, match="'taken' already, of 1 trials"):
            tune(project, PlainCell(RISES), "taken")

    def test_what_is_not_there_cannot_go_on(self, project: Project) -> None:
        """A slip of the name makes no new study."""
        with pytest.raises(NotFound, match="No study 'tipo'"):
            tune(project, PlainCell(RISES), "tipo", resume=True)

    def test_it_cannot_turn_round(self, project: Project) -> None:
        """A study to maximize stays one."""
        tune(project, PlainCell(RISES), "way", trials=1)
        with pytest.raises(Invalid, match="is to maximize"):
            tune(project, PlainCell(RISES), "way", direction="minimize", resume=True)

    def test_a_trial_whose_process_died_has_failed(self, project: Project) -> None:
        """It is neither running for ever nor forgotten."""
        tune(project, PlainCell(RISES), "dead", trials=1)
        opened = study.open_study(project, "dead", study.Search(), is_resumed=True)
        opened.ask().set_user_attr(study.OWNER, [__import__("socket").gethostname(), 2**22 + 1, 0.0])
        found = tune(project, PlainCell(RISES), "dead", trials=1, resume=True)
        assert [trial.state for trial in found.trials] == ["complete", "failed", "complete"]


class TestBadInput:
    def test_without_a_cell_there_is_nothing(self, project: Project) -> None:
        """It says what to write."""
        for given in (None, 7):
            with pytest.raises(Invalid, match="nothing to tune"):
                tune(project, given)  # type: ignore[arg-type]

    def test_a_cell_takes_no_space(self, project: Project) -> None:
        """It asks the trial."""
        with pytest.raises(Invalid, match="asks `trial`"):
            tune(project, PlainCell(RISES), space=("n=int(0,9)",))


class TestShown:
    def test_it_draws_while_it_runs(self, project: Project) -> None:
        """A picture after each trial, with the best so far."""
        screen = Kept()
        with live.watching(screen):
            tune(project, PlainCell(RISES), "seen", trials=3)
        assert screen.texts == [f"{n + 1}/3 trials, best {n} (trial {n})" for n in range(3)]

    def test_the_card_says_the_best_and_what_comes_next(self, project: Project) -> None:
        """Value, parameters, how to go on."""
        shown = str(tune(project, PlainCell(RISES), "told", trials=2))
        assert "1 by trial 1" in shown
        assert "%%mlops tune told --resume" in shown

    def test_importance_sums_to_one(self, project: Project) -> None:
        """The parameter that moves the score matters most."""
        cell = PlainCell(
            "a = trial.suggest_float('a', 0, 1)\nb = trial.suggest_float('b', 0, 1)\n10 * a + 0.1 * b"
        )
        found = tune(project, cell, "weights", trials=15)
        assert sum(found.importance.values()) == pytest.approx(1)
        assert next(iter(found.importance)) == "a"
        figure = found.figure()
        assert figure is not None
        assert [trace["type"] for trace in cast("list[dict[str, object]]", figure["data"])] == [
            "scatter",
            "scatter",
            "bar",
        ]


class Kept:
    """A screen that keeps what it is shown."""

    def __init__(self) -> None:
        self.texts: list[str] = []

    def draw(self, picture: Picture) -> None:
        """Keep the text, and make the figure as a reader would."""
        assert picture.figure() is not None
        self.texts.append(picture.text)

    def point(self, name: str, step: int, value: float) -> None:
        """Nothing logs here."""
