"""verification: what shows under which protection, as FAULTS writes it down."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from jupyter_mlops.core import checkpoint, keys, note
from jupyter_mlops.core.note import Head, Note
from jupyter_mlops.core.policy import Actor
from jupyter_mlops.core.project import Project
from jupyter_mlops.governance.verification import LOCAL_ONLY, Verdict, verify
from tests.fakes import FakeClock
from tests.unit.governance import ledgers
from tests.unit.governance.conftest import set_up
from tests.unit.governance.ledgers import Tamper, write

LINES, BACKED_UP = 250, 120
LAYERS = ("chain", "signed", "copied")


@pytest.fixture(scope="module")
def originals(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A ledger of 250 lines for each layer, with a backup of its first 120: it only chains, or is signed, or copied."""
    root = tmp_path_factory.mktemp("originals")
    settings = {"chain": "checkpoint_key = 'file:missing'", "copied": "checkpoint_copy = ['../elsewhere']"}
    for layer in LAYERS:
        project = opened(root / layer)
        set_up(project, settings.get(layer, ""))
        write(project, BACKED_UP)
        ledgers.back_up(project, root / layer / "backup")
        write(project, LINES - BACKED_UP)
        project.store.engine.dispose()
    return root


@pytest.fixture
def backup(tmp_path: Path) -> Path:
    return tmp_path / "backup"


@pytest.fixture
def layered(originals: Path, tmp_path: Path) -> Callable[[str], Project]:
    """A copy of one of them to do harm to."""

    def make(layer: str) -> Project:
        shutil.copytree(originals / layer, tmp_path, dirs_exist_ok=True)
        return opened(tmp_path)

    return make


def opened(folder: Path) -> Project:
    project = Project(folder / "shop", actor=Actor("ada", "os"), clock=FakeClock())
    project.prepare()
    return project


def outcome(verdict: Verdict) -> str:
    if verdict.flaws:
        return "found"
    return "unproven" if any("Nothing is signed" in doubt for doubt in verdict.doubts) else "missed"


# What the chain alone cannot show is unproven, not sound: nothing was signed.
TABLE: tuple[tuple[Tamper, str, str, str], ...] = (
    (ledgers.edit, "found", "found", "found"),
    (ledgers.delete, "found", "found", "found"),
    (ledgers.reorder, "found", "found", "found"),
    (ledgers.insert, "found", "found", "found"),
    (ledgers.reformat, "found", "found", "found"),
    (ledgers.replay, "found", "found", "found"),
    (ledgers.truncate, "unproven", "found", "found"),
    (ledgers.truncate_unsigned, "unproven", "missed", "missed"),
    (ledgers.rewrite, "unproven", "found", "found"),
    (ledgers.rewrite_and_drop, "unproven", "unproven", "found"),
    (ledgers.fork, "unproven", "missed", "found"),
)


class TestTampering:
    @pytest.mark.parametrize(
        ("tamper", "layer", "expected"),
        [(row[0], layer, row[1 + number]) for row in TABLE for number, layer in enumerate(LAYERS)],
    )
    def test_it_is_as_evident_as_promised(
        self, layered: Callable[[str], Project], tamper: Tamper, layer: str, expected: str
    ) -> None:
        """Neither less, which would be a hole, nor more, which would be a false claim."""
        project = layered(layer)
        assert verify(project).flaws == ()
        tamper(project)
        assert outcome(verify(project)) == expected

    @pytest.mark.parametrize(
        ("layer", "expected"), [("chain", "unproven"), ("signed", "missed"), ("copied", "found")]
    )
    def test_an_old_backup_of_everything_is_seen_by_the_copy_alone(
        self, layered: Callable[[str], Project], backup: Path, layer: str, expected: str
    ) -> None:
        """The log and its checkpoints rolled back together, and gone on from there."""
        project = layered(layer)
        ledgers.restore(project, backup)
        assert outcome(verify(project)) == expected
        write(project, 150)
        assert outcome(verify(project)) == expected

    @pytest.mark.parametrize(
        ("layer", "expected"), [("chain", "unproven"), ("signed", "found"), ("copied", "found")]
    )
    def test_an_old_backup_of_the_store_alone_is_noticed_locally(
        self, layered: Callable[[str], Project], backup: Path, layer: str, expected: str
    ) -> None:
        """As it happens by mistake: the last checkpoint lies beside the store."""
        project = layered(layer)
        ledgers.restore(project, backup, "mlops.db")
        verdict = verify(project)
        assert outcome(verdict) == expected
        for flaw in verdict.flaws:
            assert "there are 120: the end was cut off, or an old backup was restored" in flaw

    def test_another_key_s_checkpoints_do_not_pass(self, layered: Callable[[str], Project]) -> None:
        """Who rewrites all and signs with a new key is no key that the copy knows."""
        project = layered("copied")
        ledgers.rewrite_and_drop(project)
        keys.put(project, keys.fresh())
        write(project, 1)
        assert any("no key of this ledger" in flaw for flaw in verify(project).flaws)

    def test_a_checkpoint_that_was_edited_is_damaged(self, layered: Callable[[str], Project]) -> None:
        """In the store and beside it."""
        project = layered("signed")
        ledgers.execute(project, "UPDATE checkpoints SET note = replace(note, '101', '102') WHERE size = 101")
        assert any("signature on lines 1 to 101" in flaw for flaw in verify(project).flaws)
        (project.folder / "checkpoint.txt").write_text("a\n\n")
        assert any("checkpoint.txt is damaged" in flaw for flaw in verify(project).flaws)


class TestClock:
    def test_a_clock_set_back_is_said(self, project: Project, clock: FakeClock) -> None:
        """The line that says an earlier time than the one before it."""
        write(project, 3)
        clock.advance(-3_600)
        write(project, 3)
        assert any("clock went back before line 4" in doubt for doubt in verify(project).doubts)

    def test_a_false_time_that_only_goes_on_is_not_seen(self, project: Project, clock: FakeClock) -> None:
        """The page says so: nobody else was asked for the time."""
        write(project, 3)
        clock.advance(86_400)
        write(project, 3)
        verdict = verify(project)
        assert (verdict.flaws, [doubt for doubt in verdict.doubts if "clock" in doubt]) == ((), [])

    def test_writers_that_waited_for_each_other_are_no_clock_set_back(
        self, project: Project, clock: FakeClock
    ) -> None:
        """They look at the clock before their turn comes."""
        write(project, 3)
        clock.advance(-30)
        write(project, 3)
        assert not any("clock" in doubt for doubt in verify(project).doubts)


class TestKeys:
    def test_a_key_that_the_old_one_introduced_is_trusted(self, project: Project) -> None:
        """Both sign one checkpoint; from then on the new one does."""
        write(project, 2)
        old, new = keys.load(project), keys.fresh()
        assert old is not None
        with project.store.write() as connection:
            checkpoint.take(project, connection, new, old, is_new=True)
        keys.put(project, new)
        write(project, 101)
        verdict = verify(project)
        assert (verdict.flaws, verdict.keys) == ((), (old.public, new.public))
        assert not any("another key" in doubt for doubt in verdict.doubts)

    def test_a_key_that_nobody_introduced_is_a_doubt(self, project: Project) -> None:
        """As after a loss: the ledger says who changed it, and nothing vouches for it."""
        write(project, 2)
        new = keys.fresh()
        with project.store.write() as connection:
            checkpoint.take(project, connection, new, is_new=True)
        assert any("another key signs" in doubt for doubt in verify(project).doubts)
        set_up(project, f"checkpoint_trust = ['{keys.load(project).public}']")  # type: ignore[union-attr]
        assert any("another key signs" in flaw for flaw in verify(Project(project.root)).flaws)

    def test_a_key_that_slipped_in_signs_nothing(self, project: Project) -> None:
        """Who exchanges the file does not become the one who signs; that nothing is signed any more is said."""
        write(project, 2)
        keys.put(project, keys.fresh())
        write(project, 150)
        verdict = verify(project)
        assert (verdict.flaws, verdict.signed) == ((), 1)
        assert any("The last 151 lines are not signed" in doubt for doubt in verdict.doubts)


class TestCopies:
    def test_without_one_it_is_local_only(self, project: Project) -> None:
        """And with one it is not."""
        write(project, 1)
        assert LOCAL_ONLY in verify(project).doubts

    def test_a_copy_that_somebody_kept_counts(self, project: Project, tmp_path: Path) -> None:
        """A file that came by mail, given by hand."""
        write(project, 1)
        kept = tmp_path / "mail.txt"
        kept.write_text(checkpoint.remembered(project) or "")
        assert verify(project, against=[str(kept)]).flaws == ()
        ledgers.execute(project, "UPDATE ledger SET actor = 'eve' WHERE seq = 1")
        ledgers.rechain(project)
        ledgers.drop_checkpoints(project)
        assert any("another ledger" in flaw for flaw in verify(project, against=[str(kept)]).flaws)

    def test_a_place_that_does_not_answer_is_a_doubt(self, project: Project, tmp_path: Path) -> None:
        """Not a flaw: it proves nothing either way."""
        write(project, 1)
        assert any("could not be read" in doubt for doubt in verify(project, against=["nowhere://x"]).doubts)

    def test_a_ledger_of_somebody_else_is_told_apart(self, project: Project, tmp_path: Path) -> None:
        """One place holds the checkpoints of one project."""
        write(project, 1)
        other = Head("jupyter-mlops/0000", 1, b"r" * 32)
        (tmp_path / "other.txt").write_text(note.sign(other.body(), keys.fresh()))
        flaws = verify(project, against=[str(tmp_path / "other.txt")]).flaws
        assert any("another ledger" in flaw for flaw in flaws)
        assert any("no key of this ledger" in flaw for flaw in flaws)


class TestText:
    def test_a_checkpoint_is_the_transparency_logs_text(self, project: Project) -> None:
        """Their tools read it: name, size, root, then what we add, then signatures."""
        write(project, 1)
        text = checkpoint.remembered(project) or ""
        signer = keys.load(project)
        assert signer is not None
        parsed = Note.parse(text)
        assert parsed.signed_by([signer.public]) == (signer.public,)
        assert Head.parse(parsed.body).size == 1
        assert text.splitlines()[3].startswith("time 2026-11-01T12:00:00")
