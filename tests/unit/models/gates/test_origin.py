"""What is stamped on a version is read; what is not stamped is not known."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from jupyter_mlops.checks.check import Unknown
from jupyter_mlops.core.project import Project
from jupyter_mlops.models.gates.candidate import Candidate
from jupyter_mlops.models.gates.origin import CardComplete, Proven, Reproduced, Signed
from tests.fakes import FakeTracker
from tests.unit.models.conftest import Make

Ask = Callable[..., Candidate]


class TestStamped:
    def test_what_is_absent_never_passes(self, make: Make, candidate: Ask) -> None:
        """Nobody looked."""
        with pytest.raises(Unknown, match="nobody"):
            list(Reproduced().find(candidate(make())))

    def test_yes_and_no_with_a_reason(self, project: Project, make: Make, candidate: Ask) -> None:
        """The stamp's own words are the message."""
        for word, severity in (("true", "info"), ("false: cell 3 was edited after it ran", "error")):
            project.tracker.tag(project.tracker.resolve(ref := make()), {"mlops.proven": word})
            (found,) = Proven().find(candidate(ref))
            assert found.severity == severity
        assert found.message == "churn@1 is not proven: cell 3 was edited after it ran"

    def test_what_no_recorder_watched_is_not_proven(self, make: Make, candidate: Ask) -> None:
        """Registering stamps it, with the reasons in a tag of their own."""
        (found,) = Proven().find(candidate(make()))
        assert found.severity == "error"
        assert found.message.startswith("churn@1 is not proven: no recorder watched")

    def test_other_words_never_pass(self, project: Project, make: Make, candidate: Ask) -> None:
        """What says neither is an open question."""
        project.tracker.tag(project.tracker.resolve(ref := make()), {"mlops.reproduced": "maybe"})
        with pytest.raises(Unknown, match="neither yes nor no"):
            list(Reproduced().find(candidate(ref)))


class TestSigned:
    def test_the_files_are_compared(
        self, project: Project, make: Make, candidate: Ask, tracker: FakeTracker
    ) -> None:
        """A file that somebody wrote into is not what was signed."""
        ref = make()
        assert [item.severity for item in Signed().find(candidate(ref))] == ["info"]
        tracker.spoil(project.tracker.resolve(ref))
        (found,) = Signed().find(candidate(ref))
        assert found.severity == "error"
        assert "altered" in found.message


class TestCard:
    def test_its_gaps_are_named(self, make: Make, candidate: Ask) -> None:
        """So that one knows what to fill in."""
        (found,) = CardComplete().find(candidate(make()))
        assert found.severity == "error"
        assert found.message.startswith("the card of churn@1 lacks ")
        assert found.evidence["complete"].endswith("%")
