"""Scheduling: what starts what when, checked, shown, and frozen."""

from __future__ import annotations

import pytest

from jupyter_mlops.core.errors import Conflict, Invalid, NotFound
from jupyter_mlops.core.project import Project
from jupyter_mlops.pipelines.durable.frozen import Frozen, thaw
from tests.notebooks.builder import write_notebook
from tests.unit.pipelines.timer import HOUR, MINUTE, PIPELINE, Timer, at

DECLARED = (
    PIPELINE
    + """
[triggers.nightly]
cron = "0 3 * * *"
zone = "Europe/Berlin"
parameters = { days = 30 }

[triggers.new-data]
dataset = "customers"
"""
)


@pytest.fixture
def timer(project: Project) -> Timer:
    """A pipeline that can be scheduled, at noon."""
    return Timer(project)


class TestSchedule:
    def test_it_says_when_in_words_and_the_next_five_times(self, timer: Timer) -> None:
        """On the clock of its zone."""
        made = timer.schedule(cron="30 6 * * MON-FRI", zone="Europe/Berlin")
        text = str(made)
        assert "retrain starts at 06:30 on Monday through Friday (Europe/Berlin)" in text
        assert made.schedules[0].next[:2] == ("Mon 2026-11-02 06:30 CET", "Tue 2026-11-03 06:30 CET")
        assert len(made.schedules[0].next) == 5

    def test_a_notebook_can_be_scheduled(self, timer: Timer) -> None:
        """Its parameters are typed by its parameters cell."""
        timer.schedule("train.ipynb", cron="30 * * * *", param=("days=3",))
        timer.look(30 * MINUTE)
        (row,) = timer.executions()
        assert (row["pipeline"], row["parameters"]) == ("train", {"days": 3})

    def test_the_files_own_triggers_are_installed(self, timer: Timer) -> None:
        """Without further options; each with its own name and parameters."""
        timer.pipeline(DECLARED)
        made = timer.schedule()
        assert [one.name for one in made.schedules] == ["retrain.nightly", "retrain.new-data"]
        assert made.schedules[0].parameters == {"days": 30}
        assert "when customers has a new snapshot" in str(made)

    def test_a_trigger_that_the_file_lost_is_removed(self, timer: Timer) -> None:
        """When it is scheduled again; what a person added stays."""
        timer.pipeline(DECLARED)
        timer.schedule()
        timer.schedule(cron="0 * * * *", name="mine")
        timer.pipeline(DECLARED.partition("[triggers.new-data]")[0])
        assert timer.schedule().removed == ("retrain.new-data",)
        assert timer.row("mine")["pipeline"] == "retrain"
        with pytest.raises(NotFound):
            timer.row("retrain.new-data")

    def test_scheduling_again_keeps_its_place(self, timer: Timer) -> None:
        """Nothing that was due is forgotten, and whoever paused it is respected."""
        timer.schedule(cron="30 * * * *", catchup="all")
        timer.clock.advance(2 * HOUR)
        timer.schedule(cron="30 * * * *", catchup="all", param=("days=1",))
        assert timer.look() == 2

    def test_another_time_begins_anew(self, timer: Timer) -> None:
        """Slots before it was said are no slots."""
        timer.schedule(cron="30 * * * *", catchup="all")
        timer.clock.advance(2 * HOUR)
        timer.schedule(cron="15 * * * *", catchup="all")
        assert timer.look() == 0

    def test_a_webhook_says_where_to_send_calls(self, timer: Timer, monkeypatch: pytest.MonkeyPatch) -> None:
        """And the secret is nowhere: only its reference is kept."""
        monkeypatch.setenv("HOOK_SECRET", "0123456789abcdef0123")
        made = timer.schedule(on="webhook:env:HOOK_SECRET")
        assert "/jupyter-mlops/v1/hooks/retrain" in str(made)
        assert "0123456789abcdef0123" not in str(dict(timer.row())) + str(timer.events("schedule"))

    @pytest.mark.parametrize(
        ("options", "what"),
        [
            ({}, "no triggers"),
            ({"name": "x"}, "neither --cron nor --on"),
            ({"cron": "0 0 * * *", "on": "snapshot:x"}, "both --cron and --on"),
            ({"cron": "0 30 6 * * *"}, "would be seconds"),
            ({"cron": "0 6 * * *", "zone": "Europe/Berln"}, "no time zone"),
            ({"on": "snapshot:x", "zone": "UTC", "jitter": 5}, "jitter_s goes with cron"),
            ({"on": "snapshots:x"}, "nothing that starts"),
            ({"on": "snapshot"}, "does not say of what"),
            ({"on": "snapshot:a/../b"}, "is not a name"),
            ({"on": "file:../x/*.csv"}, "no pattern within the project"),
            ({"on": "file:/etc/*"}, "no path within the project"),
            ({"on": "webhook:hunter2"}, "by reference"),
            ({"on": "pipeline:x@sometimes"}, "Input should be"),
            ({"cron": "0 6 * * *", "param": ("day=3",)}, "'day' is no parameter"),
            ({"cron": "0 6 * * *", "param": ("days=many",)}, "days"),
            ({"cron": "0 6 * * *", "param": ("days=${steps.x.outputs.y}",)}, "nothing that a schedule knows"),
            ({"cron": "0 6 * * *", "jitter": 1e9}, "no jitter"),
            ({"update": True, "keep": True}, "exclude each other"),
            ({"update": True, "cron": "0 6 * * *"}, "without other options"),
        ],
    )
    def test_what_makes_no_sense_is_explained(
        self, timer: Timer, options: dict[str, object], what: str
    ) -> None:
        """And nothing is scheduled."""
        with pytest.raises((Invalid, NotFound)) as error:
            timer.schedule(**options)
        assert what in str(error.value)
        with pytest.raises(NotFound):
            timer.row()

    def test_a_missing_parameter_is_told_when_scheduling(self, timer: Timer) -> None:
        """Not when it fires; a webhook's caller may give it."""
        timer.pipeline(PIPELINE.replace("days = 7", 'days = { type = "int" }'))
        with pytest.raises(Invalid, match="needs days"):
            timer.schedule(cron="0 6 * * *")
        assert timer.schedule(on="webhook:env:HOOK").schedules

    def test_what_is_not_there_is_not_found(self, timer: Timer) -> None:
        """A pipeline, a notebook, a schedule."""
        for target in ("retrian", "nothing.ipynb"):
            with pytest.raises(NotFound):
                timer.schedule(target, cron="0 6 * * *")
        with pytest.raises(NotFound):
            timer.schedule("nothing", update=True)

    def test_a_name_belongs_to_one_pipeline_and_one_kind(self, timer: Timer) -> None:
        """Taking it for something else is a conflict, not a silent change."""
        timer.pipeline(PIPELINE, "other")
        timer.schedule(cron="0 6 * * *")
        with pytest.raises(Conflict, match="a schedule of retrain"):
            timer.schedule("other", cron="0 6 * * *", name="retrain")
        with pytest.raises(Conflict, match="waits for cron"):
            timer.schedule(on="snapshot:customers")

    def test_a_pipeline_cannot_start_itself(self, timer: Timer) -> None:
        """Neither directly nor around a corner."""
        for name in ("a", "b", "c"):
            timer.pipeline(PIPELINE, name)
        with pytest.raises(Conflict, match="start itself"):
            timer.schedule("a", on="pipeline:a")
        timer.schedule("b", on="pipeline:a")
        timer.schedule("c", on="pipeline:b")
        with pytest.raises(Conflict, match="start itself"):
            timer.schedule("a", on="pipeline:c@failure")


class TestFrozen:
    def test_it_runs_what_was_reviewed(self, timer: Timer) -> None:
        """Whatever becomes of the files: the notebook and the pipeline as they were."""
        timer.schedule(cron="30 * * * *")
        write_notebook(timer.project.root / "train.ipynb", "print('edited')", parameters="days: int = 7")
        timer.pipeline(PIPELINE.replace("days = 7", "days = 8"))
        timer.look(30 * MINUTE)
        kept = Frozen.model_validate(timer.executions()[0]["definition"])
        notebook = thaw(timer.project, kept, "train.ipynb")
        assert notebook.node.cells[-1].source == "print(days)"
        assert timer.executions()[0]["parameters"]["days"] == 7

    def test_update_takes_the_files_as_they_are(self, timer: Timer) -> None:
        """From the next slot on, with the same time and parameters."""
        timer.schedule(cron="30 * * * *", param=("source=mail",), overlap="forbid")
        timer.pipeline(PIPELINE.replace("days = 7", "days = 8"))
        timer.schedule("retrain", update=True)
        timer.look(30 * MINUTE)
        assert timer.executions()[0]["parameters"] == {"days": 8, "source": "mail"}
        assert timer.row()["overlap"] == "forbid"
        assert timer.firings() == {at("12:30"): "launched"}

    def test_update_of_a_declared_trigger_reads_it_again(self, timer: Timer) -> None:
        """Its time too; one that is gone is not found."""
        timer.pipeline(DECLARED)
        timer.schedule()
        timer.pipeline(DECLARED.replace("0 3 * * *", "0 4 * * *"))
        assert "at 04:00" in str(timer.schedule("retrain.nightly", update=True))
        timer.pipeline(PIPELINE)
        with pytest.raises(NotFound, match="no trigger 'nightly'"):
            timer.schedule("retrain.nightly", update=True)


class TestSecrets:
    def test_a_notebook_takes_one_by_reference(self, timer: Timer) -> None:
        """It is kept with what is frozen, also when that is renewed; the schedule's own parameters do not have it."""
        path = timer.project.root / "fetch.ipynb"
        write_notebook(path, "print(days)", parameters="days: int = 7\napi_key: str")
        (made,) = timer.schedule(
            "fetch.ipynb", cron="0 6 * * *", param=("api_key=env:SHOP_KEY", "days=3")
        ).schedules
        assert made.parameters == {"days": 3}
        write_notebook(path, "print('edited')", parameters="days: int = 7\napi_key: str")
        timer.schedule("fetch", update=True)
        (step,) = timer.row("fetch")["definition"]["definition"]["steps"]
        assert step["secrets"] == {"api_key": "env:SHOP_KEY"}
        assert timer.row("fetch")["parameters"] == {"days": 3}

    def test_a_value_is_refused(self, timer: Timer) -> None:
        """It would lie in the store for as long as the schedule does."""
        write_notebook(timer.project.root / "fetch.ipynb", "1", parameters="api_key: str")
        with pytest.raises(Invalid, match="by reference") as caught:
            timer.schedule("fetch.ipynb", cron="0 6 * * *", param=("api_key=hunter2-hunter2",))
        assert "hunter2" not in str(caught.value)
