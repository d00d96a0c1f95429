"""rekey: another key, introduced by the one before it if that is still there."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from jupyter_mlops.core import keys
from jupyter_mlops.core.errors import Conflict, Refused
from jupyter_mlops.core.ledger import AuditEvent
from jupyter_mlops.core.project import Project
from jupyter_mlops.governance.checkpoint import checkpoint
from jupyter_mlops.governance.rekey import Rekeyed, rekey
from jupyter_mlops.governance.verification import verify
from tests.unit.governance.conftest import As, set_up
from tests.unit.governance.ledgers import write

Lines = Callable[[], list[AuditEvent]]


def rekeyed(answer: object) -> Rekeyed:
    assert isinstance(answer, Rekeyed)
    return answer


class TestRekey:
    def test_the_old_key_introduces_the_new_one(self, project: Project, by: As, lines: Lines) -> None:
        """Who, why, and from which to which is a line; nothing is in doubt."""
        write(project, 3)
        found = rekeyed(by("ada", rekey, note="Once a year."))
        by("ada", checkpoint)
        assert found.is_introduced
        event = next(item for item in lines() if item.verb == "rekey" and item.phase == "outcome")
        assert (event.actor, event.arguments["note"]) == ("ada", "Once a year.")
        assert event.inputs[0].startswith("key:")
        assert event.outputs[0].startswith("key:")
        verdict = verify(project)
        assert (verdict.flaws, len(verdict.keys)) == ((), 2)
        assert not [doubt for doubt in verdict.doubts if "key" in doubt]

    def test_a_lost_key_cannot_and_that_stays_in_doubt(self, project: Project, by: As) -> None:
        """Signing goes on, and whoever verifies is told."""
        write(project, 3)
        keys.path_of(project).unlink()
        found = rekeyed(by("ada", rekey, note="The disk broke."))
        assert not found.is_introduced
        assert "nothing but this line vouches" in str(found)
        by("ada", checkpoint)
        verdict = verify(project)
        assert verdict.flaws == ()
        assert any("another key signs" in doubt for doubt in verdict.doubts)

    def test_a_given_key_takes_over(self, project: Project, by: As, tmp_path: Path) -> None:
        """A project that grew out of its own key: the settings' one is introduced by it."""
        write(project, 3)
        (tmp_path / "team.pem").write_bytes(b"")
        own = keys.path_of(project)
        old = own.read_bytes()
        keys.put(project, keys.fresh())
        own.rename(tmp_path / "team.pem")
        own.write_bytes(old)
        set_up(project, "checkpoint_key = 'file:../team.pem'")
        assert rekeyed(by("ada", rekey)).is_introduced
        assert own.read_bytes() == old
        with pytest.raises(Conflict, match="already"):
            by("ada", rekey)

    def test_only_an_admin_may(self, project: Project, by: As) -> None:
        """Who holds the key holds the proof."""
        set_up(project, "default_role = 'approver'")
        with pytest.raises(Refused, match="needs admin"):
            by("ada", rekey)
