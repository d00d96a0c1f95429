"""checkpoint: sign now."""

from __future__ import annotations

import pytest

from jupyter_mlops.core import checkpoint as core
from jupyter_mlops.core import keys
from jupyter_mlops.core.errors import Conflict, NotFound
from jupyter_mlops.core.note import PublicKey
from jupyter_mlops.core.project import Project
from jupyter_mlops.governance.checkpoint import Signed, checkpoint
from tests.unit.governance.conftest import As, set_up
from tests.unit.governance.ledgers import write


def signed(answer: object) -> Signed:
    assert isinstance(answer, Signed)
    return answer


class TestCheckpoint:
    def test_it_signs_what_is_there_and_says_with_which_key(self, project: Project, by: As) -> None:
        """Its own first line included."""
        write(project, 5)
        found = signed(by("ada", checkpoint))
        signer = keys.load(project)
        assert signer is not None
        assert (found.size, PublicKey.parse(found.key)) == (6, signer.public)
        assert "local only" in str(found)

    def test_the_copies_have_it_when_it_answers(self, project: Project, by: As) -> None:
        """And it is not well when one has not."""
        set_up(project, "checkpoint_copy = ['../elsewhere', 'nowhere://x']")
        found = signed(by("ada", checkpoint))
        assert [item.size for item in found.copies] == [found.size, 0]
        assert not found.is_well
        assert "nowhere" in str(found)

    def test_a_key_that_is_gone_is_not_silently_replaced(self, project: Project, by: As) -> None:
        """Somebody has to say so."""
        write(project, 1)
        keys.path_of(project).unlink()
        with pytest.raises(NotFound, match="rekey"):
            by("ada", checkpoint)

    def test_nor_is_one_that_was_exchanged(self, project: Project, by: As) -> None:
        """It signs nothing."""
        write(project, 1)
        keys.put(project, keys.fresh())
        with pytest.raises(Conflict, match="not the one that signed"):
            by("ada", checkpoint)
        with project.store.read() as connection:
            newest = core.newest(connection)
        assert newest is not None
        assert newest.size == 1
