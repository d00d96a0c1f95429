"""Files that arrive start what waits for them, once they are whole."""

from __future__ import annotations

import os

import pytest

from jupyter_mlops.core.errors import Invalid
from jupyter_mlops.core.project import Project
from jupyter_mlops.pipelines.scheduling import arrivals
from jupyter_mlops.pipelines.scheduling.arrivals import check_pattern, matches
from tests.unit.pipelines.timer import Timer


@pytest.fixture
def timer(project: Project) -> Timer:
    """A schedule of `incoming/*.csv`, in which one file is already."""
    made = Timer(project)
    (project.root / "incoming").mkdir()
    write(made, "old.csv", "1")
    made.schedule(on="file:incoming/*.csv", param=("source=${trigger.reference}",))
    made.look()
    return made


def write(timer: Timer, name: str, text: str, changed: int = 0) -> None:
    path = timer.project.root / "incoming" / name
    path.write_text(text)
    os.utime(path, ns=(changed, changed))


class TestArrivals:
    def test_a_file_that_stays_as_it_is_starts_the_pipeline(self, timer: Timer) -> None:
        """After it was the same at two looks; what was there before does not."""
        write(timer, "new.csv", "1")
        assert timer.look(5) == 0
        assert timer.look(2) == 1
        (row,) = timer.executions()
        assert row["cause"]["reference"] == row["parameters"]["source"] == "incoming/new.csv"
        assert timer.look(30, every_s=1) == 0

    def test_a_file_that_is_being_written_waits(self, timer: Timer) -> None:
        """Until nobody has written for a while."""
        for second in range(10):
            write(timer, "new.csv", "1" * (second + 1), changed=second)
            assert timer.look(1.5) == 0
        assert timer.look(6, every_s=1) == 1

    def test_a_file_that_is_written_again_is_another_one(self, timer: Timer) -> None:
        """The same name, another time of change."""
        write(timer, "old.csv", "1", changed=10**9)
        assert timer.look(8, every_s=1) == 1

    def test_other_files_start_nothing(self, timer: Timer) -> None:
        """Neither another ending nor a folder."""
        write(timer, "notes.txt", "1")
        (timer.project.root / "incoming" / "folder.csv").mkdir()
        assert timer.look(20, every_s=1) == 0

    def test_what_arrived_while_no_worker_ran_is_found(self, timer: Timer) -> None:
        """By a process that remembers nothing, and once."""
        write(timer, "new.csv", "1")
        timer.restart()
        assert timer.look(10, every_s=1) == 1
        timer.restart()
        assert timer.look(10, every_s=1) == 0

    def test_several_files_can_count_as_one(self, project: Project) -> None:
        """With a debounce."""
        timer = Timer(project)
        (project.root / "incoming").mkdir()
        timer.schedule(on="file:incoming/*.csv", debounce=10)
        timer.look()
        for name in ("a.csv", "b.csv"):
            write(timer, name, "1")
        assert timer.look(60, every_s=1) == 1

    def test_too_many_files_are_told(self, timer: Timer, monkeypatch: pytest.MonkeyPatch) -> None:
        """As a row of the schedule, once."""
        monkeypatch.setattr(arrivals, "MOST", 3)
        for number in range(5):
            write(timer, f"{number}.csv", "1")
        timer.look(60, every_s=5)
        ((slot, outcome),) = timer.firings().items()
        assert outcome == "failed"
        assert "more than 3 files" in timer.reason(slot)


class TestMatches:
    def test_the_last_written_comes_last(self, timer: Timer) -> None:
        """So that files that arrive together are worked on in their order, and the newest counts for all."""
        for number, name in enumerate(("c.csv", "a.csv", "b.csv")):
            write(timer, name, "1", changed=10 + number)
        found = [signal.reference[-5:] for signal in matches(timer.project.root, "incoming/?.csv")]
        assert found == ["c.csv", "a.csv", "b.csv"]

    def test_nothing_outside_the_project_is_found(self, project: Project) -> None:
        """Not through a link either, and not in the project's own state."""
        outside = project.root.parent / "outside.csv"
        outside.write_text("1")
        (project.root / "link.csv").symlink_to(outside)
        (project.folder / "own.csv").write_text("1")
        (project.root / "in.csv").write_text("1")
        assert [signal.reference for signal in matches(project.root, "**/*.csv")] == ["in.csv"]

    @pytest.mark.parametrize("pattern", ["", "/etc/*", "../*.csv", "a/../../b", ".mlops/*", "a\0b", "C:\\x"])
    def test_a_pattern_stays_within_the_project(self, pattern: str) -> None:
        """Else it is refused."""
        with pytest.raises(Invalid):
            check_pattern(pattern)
