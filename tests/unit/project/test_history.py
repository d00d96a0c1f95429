"""history: who did what to one thing, when and why."""

from __future__ import annotations

import pandas as pd
import pytest

from jupyter_mlops.core import door
from jupyter_mlops.core.errors import NotFound
from jupyter_mlops.core.project import Project
from jupyter_mlops.core.verb import verb_of
from jupyter_mlops.data.snapshot import snapshot
from jupyter_mlops.project.history import history


def keep(project: Project, name: str, note: str = "") -> None:
    found = verb_of(snapshot)
    assert found is not None
    door.enter(project, found, {"table": pd.DataFrame({"a": [note]}), "name": name, "note": note})


class TestHistory:
    def test_it_tells_who_when_and_why_newest_first(self, project: Project) -> None:
        """A dataset's versions, each with its note."""
        keep(project, "customers", "first")
        keep(project, "customers", "refunds fixed")
        keep(project, "others")
        told = history(project, "customers")
        assert [event.outputs for event in told.events] == [
            ("snapshot:customers@2",),
            ("snapshot:customers@1",),
        ]
        assert "refunds fixed" in str(told)
        assert "ada" in str(told)

    def test_one_version_has_its_own(self, project: Project) -> None:
        """A reference with a version tells of that version."""
        keep(project, "customers", "first")
        keep(project, "customers", "second")
        assert len(history(project, "customers@2").events) == 1

    def test_silence_is_an_answer_too(self, project: Project) -> None:
        """What the ledger does not know is said so."""
        with pytest.raises(NotFound, match="says nothing of 'nobody'"):
            history(project, "nobody")
