"""proof: one line, proven to a stranger who has nothing else."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from jupyter_mlops.core import keys
from jupyter_mlops.core.errors import Conflict, NotFound
from jupyter_mlops.core.policy import Actor
from jupyter_mlops.core.project import Project
from jupyter_mlops.governance.proof import Proof, prove
from tests.fakes import FakeClock
from tests.unit.governance.ledgers import write


@pytest.fixture(scope="module")
def signed(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """103 lines, 101 of them signed; nobody here changes them."""
    project = Project(tmp_path_factory.mktemp("signed"), actor=Actor("ada", "os"), clock=FakeClock())
    project.prepare()
    write(project, 103)
    return project


def proof(project: Project, seq: int, since: int | None = None) -> Proof:
    with project.store.read() as connection:
        return prove(connection, seq, since=since)


class TestProve:
    @pytest.mark.parametrize("seq", [1, 2, 64, 65, 100, 101])
    def test_it_holds_for_every_line(self, signed: Project, seq: int) -> None:
        """And for no other number; the path is as long as the tree is deep."""
        made = proof(signed, seq, since=max(1, seq - 1))
        assert made.flaws() == ()
        assert len(made.path) <= 7
        assert json.loads(made.line)["seq"] == seq

    @pytest.mark.parametrize(
        ("change", "said"),
        [
            ({"line": '{"seq":5}'}, "not in what was signed"),
            ({"seq": 6}, "not line 6"),
            ({"path": ()}, "not in what was signed"),
            ({"path": ("!",)}, "damaged"),
            ({"checkpoint": "x"}, "damaged"),
            ({"keys": (str(keys.fresh().public),)}, "none of the keys"),
            ({"since_root": "AAAA"}, "did not grow"),
            ({"growth": ()}, "did not grow"),
            ({"line": "["}, "damaged"),
        ],
    )
    def test_whatever_is_changed_is_seen(self, signed: Project, change: dict[str, object], said: str) -> None:
        """Each part hangs on the others."""
        assert any(said in flaw for flaw in proof(signed, 5, since=3).model_copy(update=change).flaws())

    def test_a_key_that_one_knows_decides(self, signed: Project) -> None:
        """What the proof says of itself is not enough for a stranger."""
        made = proof(signed, 5)
        signer = keys.load(signed)
        assert signer is not None
        assert made.flaws([signer.public]) == ()
        assert made.flaws([keys.fresh().public]) != ()

    def test_what_is_not_signed_yet_cannot_be_proven(self, signed: Project) -> None:
        """The hint says how it can."""
        with pytest.raises(Conflict, match="checkpoint"):
            proof(signed, 102)
        with pytest.raises(NotFound, match="no line 999"):
            proof(signed, 999)


class TestStranger:
    def test_it_needs_no_store(self, signed: Project) -> None:
        """Another process, without the project."""
        source = (
            "import sys; from jupyter_mlops.governance.proof import Proof\n"
            "print(Proof.model_validate_json(sys.stdin.read()).flaws())"
        )
        given = proof(signed, 7).model_dump_json()
        done = subprocess.run(
            [sys.executable, "-c", source],
            input=given,
            capture_output=True,
            text=True,
            timeout=60,
            check=True,
        )
        assert done.stdout.strip() == "()"
