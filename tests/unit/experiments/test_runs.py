"""Runs are listed newest first, with what most of them measured."""

from __future__ import annotations

from typing import cast

import pytest

from jupyter_mlops.core.project import Project
from jupyter_mlops.core.tracker import RunLog
from jupyter_mlops.experiments.runs import runs
from tests.fakes import FakeClock, FakeTracker


@pytest.fixture
def tracker(project: Project) -> FakeTracker:
    tracker = cast(FakeTracker, project.tracker)
    for number in range(3):
        run = tracker.start(f"run{number}", key=str(number), experiment="e", tags={})
        measured = {
            "auc": 0.5 + number / 10,
            "training_score": 1.0,
            **{f"m{n}": 0.0 for n in range(number * 9)},
        }
        tracker.log(run, RunLog(metrics=measured))
        tracker.finish(run, "finished")
        cast(FakeClock, project.clock).advance(1)
        tracker._clock.advance(1)  # type: ignore[attr-defined]
    return tracker


class TestRuns:
    def test_newest_first_with_the_metrics_that_most_have(
        self, project: Project, tracker: FakeTracker
    ) -> None:
        """What was measured on purpose stands before what was logged of the training data."""
        card = runs(project).card()
        assert [row[1] for row in card.rows] == ["run2", "run1", "run0"]
        assert card.columns[5] == "auc"
        assert len(card.columns) == 9

    def test_a_page_says_how_to_go_on(self, project: Project, tracker: FakeTracker) -> None:
        """The line that shows the next page can be typed."""
        page = runs(project, limit=2)
        assert f"%mlops runs --limit 2 --page {page.next_page}" in page.card().next
        assert [run.name for run in runs(project, limit=2, page=page.next_page).runs] == ["run0"]

    def test_words_choose(self, project: Project, tracker: FakeTracker) -> None:
        """Only runs of that name."""
        assert [run.name for run in runs(project, "run1").runs] == ["run1"]

    def test_nothing_found_says_so(self, project: Project) -> None:
        """An empty list says what to type."""
        assert "No runs yet" in runs(project).card().text()
        assert "'forest'" in runs(project, "forest").card().text()
