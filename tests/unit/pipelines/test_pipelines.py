from __future__ import annotations

import pytest

from jupyter_mlops.core.project import Project
from jupyter_mlops.pipelines.cancel import cancel
from jupyter_mlops.pipelines.pause import pause
from jupyter_mlops.pipelines.pipelines import pipelines
from jupyter_mlops.pipelines.run import run
from jupyter_mlops.pipelines.schedule import schedule
from tests.fakes import FakeClock
from tests.unit.pipelines.files import write_pipeline, write_tagged

TRAIN = '[steps.train]\nnotebook = "train.ipynb"\n'
TRIGGERS = """
[triggers.a]
cron = "30 6 * * *"
zone = "Europe/Vienna"
[triggers.b]
dataset = "customers"
[triggers.c]
model = "churn"
[triggers.d]
pattern = "in/*.csv"
[triggers.e]
pipeline = "ingest"
[triggers.f]
monitor = "drift"
[triggers.g]
webhook = "env:HOOK"
"""


@pytest.fixture(autouse=True)
def _notebook(project: Project) -> None:
    write_tagged(project, "x = 1")


class TestPipelines:
    def test_each_file_is_a_row(self, project: Project) -> None:
        """Its steps in their order, what it is for, and what starts it."""
        steps = '[steps.b]\nnotebook = "train.ipynb"\nneeds = ["a"]\n[steps.a]\nnotebook = "train.ipynb"\n'
        write_pipeline(project, f'description = "Nightly."\n{steps}{TRIGGERS}')
        (entry,) = pipelines(project).pipelines
        assert (entry.name, entry.description, entry.steps) == ("retrain", "Nightly.", ("a", "b"))
        assert entry.triggers == (
            "30 6 * * * Europe/Vienna",
            "new snapshot of customers",
            "churn@champion moves",
            "new file in/*.csv",
            "success of ingest",
            "alert of drift",
            "webhook",
        )

    def test_a_broken_file_is_a_row_that_says_what_is_wrong(self, project: Project) -> None:
        """All of it at once; the others are shown as ever, and the answer is no good news."""
        write_pipeline(project, TRAIN)
        write_pipeline(project, TRAIN + 'ned = 1\ntimeout_s = "long"\n', "validate")
        write_pipeline(project, "[steps\n", "score")
        found = pipelines(project)
        assert [bool(entry.problems) for entry in found.pipelines] == [False, True, True]
        assert not found.is_well
        shown = found.card().text()
        assert "score.pipeline.toml: it is no TOML" in shown
        assert "steps.train: 'ned' is no key here. Did you mean 'needs'?" in shown
        assert found.card().next == ("%mlops run retrain",)

    def test_two_files_of_one_name(self, project: Project) -> None:
        """Both say so."""
        (project.root / "jobs").mkdir()
        write_pipeline(project, TRAIN)
        write_pipeline(project, TRAIN.replace("train.ip", "../train.ip"), "jobs/retrain")
        problems = [entry.problems for entry in pipelines(project).pipelines]
        assert problems == [("another file has this name. Rename one of them.",)] * 2

    def test_none_yet(self, project: Project) -> None:
        """The way to the first is shown."""
        found = pipelines(project)
        assert found.is_well
        assert "%mlops pipeline" in found.card().next[0]

    def test_verbs_are_checked_too(self, project: Project) -> None:
        """By the names that every face knows."""
        write_pipeline(project, '[steps.a]\nverb = "promot"\narguments = { version = "churn@1" }\n')
        assert "Did you mean 'promote'?" in pipelines(project).pipelines[0].problems[0]

    def test_a_form_for_its_parameters_can_be_drawn(self, project: Project) -> None:
        """Types, defaults as Python writes them, choices and what must be given."""
        given = "[parameters]\n"
        given += 'mode = { type = "Literal[\'fast\', \'exact\']", default = "fast", description = "How." }\n'
        given += 'start = { type = "date" }\n'
        write_pipeline(project, f"{given}{TRAIN}")
        mode, start = pipelines(project).pipelines[0].parameters
        assert (mode.default, mode.choices, mode.help) == ("'fast'", ("fast", "exact"), "How.")
        assert (start.default, start.is_required) == (None, True)

    def test_how_the_newest_execution_of_each_stands(self, project: Project) -> None:
        """Of those that have any."""
        write_pipeline(project, TRAIN)
        write_pipeline(project, TRAIN, "idle")
        cancel(project, run(project, "retrain", detach=True).ref)
        assert pipelines(project).last == {"retrain": "cancelled"}
        assert isinstance(project.clock, FakeClock)
        project.clock.advance(1)
        run(project, "retrain", detach=True)
        assert pipelines(project).last == {"retrain": "queued"}


class TestSchedules:
    def test_each_says_when_it_is_due_and_how_it_stands(self, project: Project) -> None:
        """Those of notebooks too, which have no file."""
        write_pipeline(project, TRAIN)
        schedule(project, "retrain", cron="30 6 * * *", zone="Europe/Vienna")
        schedule(project, "train.ipynb", on="snapshot:customers")
        pause(project, "train")
        retrain, train = pipelines(project).schedules
        assert retrain.when == "at 06:30 every day (Europe/Vienna)"
        assert retrain.next_at is not None
        assert (train.pipeline, train.next_at, train.is_paused) == ("train", None, True)
        assert "train: starts train when customers has a new snapshot, paused." in str(pipelines(project))

    def test_a_file_that_changed_since_is_named(self, project: Project) -> None:
        """Until somebody updates it, or keeps it as it is."""
        write_pipeline(project, TRAIN)
        schedule(project, "retrain", cron="30 6 * * *")
        write_tagged(project, "x = 2")
        assert pipelines(project).schedules[0].changed == ("train.ipynb",)
        assert "`%mlops schedule retrain --update`, or `--keep`" in str(pipelines(project))
        schedule(project, "retrain", keep=True)
        assert pipelines(project).schedules[0].changed == ()
