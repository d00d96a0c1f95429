"""audit: what was done, and proof that nobody rewrote it."""

from __future__ import annotations

import pandas as pd
import pytest
from sqlalchemy import text

from jupyter_mlops.core import door
from jupyter_mlops.core.project import Project
from jupyter_mlops.core.verb import verb_of
from jupyter_mlops.data.snapshot import snapshot
from jupyter_mlops.governance.audit import audit


@pytest.fixture
def busy(project: Project) -> Project:
    found = verb_of(snapshot)
    assert found is not None
    for number in range(5):
        door.enter(project, found, {"table": pd.DataFrame({"a": [number]}), "name": "customers"})
    return project


class TestAudit:
    def test_lines_come_newest_first_a_page_at_a_time(self, busy: Project) -> None:
        """The page says where the next one starts."""
        first = audit(busy, limit=2)
        assert [event.seq for event in first.events] == [5, 4]
        assert first.next_page == 4
        assert [event.seq for event in audit(busy, limit=5, before=first.next_page).events] == [3, 2, 1]

    def test_an_untouched_ledger_verifies(self, busy: Project) -> None:
        """--verify says that every line is as written, and how far that proof goes."""
        proven = audit(busy, verify=True)
        assert proven.is_verified
        assert "local only" in str(proven)

    def test_a_changed_line_is_named(self, busy: Project) -> None:
        """Who edits a line is found out."""
        with busy.store.write() as connection:
            connection.execute(text("DROP TRIGGER ledger_no_update"))
            connection.execute(text("UPDATE ledger SET actor = 'eve' WHERE seq = 2"))
        caught = audit(busy, verify=True)
        assert caught.is_verified is False
        assert "line 2 was edited" in str(caught)
