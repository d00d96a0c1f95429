"""A schedule says when its files are newer than what it runs."""

from __future__ import annotations

import pytest

from jupyter_mlops.core.project import Project
from jupyter_mlops.pipelines.scheduling.freshness import changes
from tests.notebooks.builder import write_notebook
from tests.unit.pipelines.timer import PIPELINE, Timer


@pytest.fixture
def timer(project: Project) -> Timer:
    """A pipeline with a schedule that overrides what its file says of overlap."""
    made = Timer(project)
    made.schedule(cron="30 * * * *", overlap="forbid")
    return made


def changed(timer: Timer, name: str = "retrain") -> tuple[str, ...]:
    with timer.project.store.read() as connection:
        return changes(timer.project, connection, name)


def edit(timer: Timer, source: str = "print('edited')") -> None:
    write_notebook(timer.project.root / "train.ipynb", source, parameters="days: int = 7")


class TestChanges:
    def test_files_as_they_were_are_none(self, timer: Timer) -> None:
        """Comments in the pipeline's file are no change either."""
        assert changed(timer) == ()
        timer.pipeline(f"# a comment\n{PIPELINE}")
        assert changed(timer) == ()

    def test_each_file_that_changed_is_named(self, timer: Timer) -> None:
        """The pipeline's and the notebook's."""
        edit(timer)
        assert changed(timer) == ("train.ipynb",)
        timer.pipeline(PIPELINE.replace("days = 7", "days = 8"))
        assert changed(timer) == ("retrain.pipeline.toml", "train.ipynb")

    def test_a_file_that_is_gone_or_broken_has_changed(self, timer: Timer) -> None:
        """It says so, and does not fail."""
        (timer.project.root / "train.ipynb").unlink()
        timer.pipeline("[steps")
        assert changed(timer) == ("retrain.pipeline.toml", "train.ipynb")

    def test_keep_silences_it_until_the_next_change(self, timer: Timer) -> None:
        """What is frozen stays, and is not complained about."""
        edit(timer)
        timer.schedule("retrain", keep=True)
        assert changed(timer) == ()
        edit(timer, "print('again')")
        assert changed(timer) == ("train.ipynb",)

    def test_update_settles_it(self, timer: Timer) -> None:
        """What is frozen is what the files are."""
        edit(timer)
        timer.schedule("retrain", update=True)
        assert changed(timer) == ()

    def test_a_notebook_of_its_own_is_compared_too(self, timer: Timer) -> None:
        """Without a pipeline's file."""
        timer.schedule("train.ipynb", cron="0 * * * *")
        assert changed(timer, "train") == ()
        edit(timer)
        assert changed(timer, "train") == ("train.ipynb",)
