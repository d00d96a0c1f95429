"""A passport is checked with nothing but itself, and a changed byte shows."""

from __future__ import annotations

import copy
import json
import random
from pathlib import Path

import pytest

from jupyter_mlops.core import keys
from jupyter_mlops.core.errors import Invalid, MlopsError
from jupyter_mlops.core.project import Project
from jupyter_mlops.core.tracker import ModelVersion
from jupyter_mlops.models.passport.check import check
from jupyter_mlops.models.passport.form import Passport, encode, seal
from jupyter_mlops.models.passport.write import passport


@pytest.fixture
def made(project: Project, churn: ModelVersion) -> Passport:
    return passport(project, churn.ref)


@pytest.fixture
def content(made: Passport) -> bytes:
    return encode(made.model_dump())


def changed(made: Passport, name: str, part: object) -> bytes:
    """The passport with one part replaced, and nothing signed anew."""
    found = copy.deepcopy(made.model_dump())
    found["parts"][name] = part
    return encode(found)


class TestCheck:
    def test_a_whole_passport_holds(self, content: bytes, made: Passport) -> None:
        """Every part, proof and signature is counted."""
        found = check(content)
        assert (found.flaws, found.version, found.parts) == ((), "churn@1", len(made.parts))
        assert found.lines >= 3
        assert "compare it with what you know" in str(found)

    def test_the_expected_key_is_pinned(self, project: Project, content: bytes) -> None:
        """Then nothing is left to compare by eye."""
        signer = keys.load(project)
        assert signer is not None
        found = check(content, key=str(signer.public))
        assert (found.is_well, found.is_pinned) == (True, True)

    def test_another_key_is_not_the_expected_one(self, content: bytes) -> None:
        """A passport that somebody else signed is consistent, and worth nothing to who knows the key."""
        stranger = keys.fresh().public
        assert check(content, key=str(stranger)).flaws == (f"It is not signed by the key {stranger.id}.",)

    def test_a_forgery_signed_by_a_stranger_fails_the_pin(self, project: Project, made: Passport) -> None:
        """Whoever signs it all anew has another key."""
        signer = keys.load(project)
        assert signer is not None
        parts = {**made.parts, "gates": None}
        forged = seal(made.version, made.project, made.at, parts, keys.fresh(), known=made.keys)
        assert check(encode(forged.model_dump()), key=str(signer.public)).flaws


class TestTampering:
    @pytest.mark.parametrize(
        "name", ["card", "card.md", "evaluation", "gates", "lineage", "origin", "run", "sbom", "snapshots"]
    )
    def test_each_changed_part_is_named(self, made: Passport, name: str) -> None:
        """Exactly that part does not hold."""
        assert f"The part {name} was changed." in check(changed(made, name, ["other"])).flaws

    def test_parts_removed_and_added_are_named(self, made: Passport) -> None:
        """Neither goes unseen."""
        found = made.model_dump()
        found["parts"]["praise"] = found["parts"].pop("gates")
        flaws = check(encode(found)).flaws
        assert flaws == ("The part gates was removed.", "The part praise was added.")

    def test_an_edited_ledger_line_is_named(self, made: Passport) -> None:
        """Its proof leads elsewhere."""
        part = copy.deepcopy(made.parts["ledger"])
        line = part["lines"][0]
        line["line"] = line["line"].replace("ada", "eve")
        flaws = check(changed(made, "ledger", part)).flaws
        assert f"Ledger: Line {line['seq']} is not in what was signed." in flaws

    @pytest.mark.parametrize(
        ("field", "word"), [("version", "version"), ("project", "project"), ("at", "time")]
    )
    def test_a_changed_field_is_named(self, made: Passport, field: str, word: str) -> None:
        """What stands outside the parts is signed too."""
        found = {**made.model_dump(), field: "churn@2"}
        assert f"The {word} is not the one that was signed." in check(encode(found)).flaws

    def test_a_blank_more_shows(self, content: bytes) -> None:
        """There is one spelling only."""
        assert "one spelling" in check(content + b"\n").flaws[0]

    def test_every_line_has_a_byte_flipped(self, content: bytes) -> None:
        """No byte of the file can be changed unseen: one of each line, and a thousand anywhere."""
        chosen = random.Random(7)
        starts = [at for at, byte in enumerate(content) if byte == ord("\n")]
        places = {min(at + 1 + chosen.randrange(20), len(content) - 1) for at in starts[::5]}
        places |= {chosen.randrange(len(content)) for _ in range(150)}
        signed = content.index(b'"signature"')
        places |= set(range(signed, len(content), 7)) | set(range(len(content) - 30, len(content)))
        unseen = [at for at in sorted(places) for bit in (1, 32) if holds(content, at, bit)]
        assert unseen == []


class TestModelFolder:
    def test_the_files_are_compared(self, project: Project, tracker, churn, content, tmp_path: Path) -> None:
        """A stranger holds the files they were given against the passport."""
        folder = tmp_path / "model"
        folder.mkdir()
        kept = tracker.bytes_of(churn)
        (folder / "model.pkl").write_bytes(kept)
        assert check(content, folder=folder).is_well
        (folder / "model.pkl").write_bytes(kept + b"\0")
        (folder / "more.py").write_text("")
        assert check(content, folder=folder).flaws == (
            "The model's file model.pkl is not the one that the passport speaks of.",
            "The model's file more.py is in model, and not in the passport.",
        )


class TestOthers:
    @pytest.mark.parametrize("content", [b"{}", b"[1]", b'{"format": "jupyter-mlops/passport/9"}'])
    def test_what_is_no_passport_is_invalid(self, content: bytes) -> None:
        """Nothing is said of what one cannot read."""
        with pytest.raises(Invalid):
            check(content)

    def test_a_word_that_is_no_key_is_invalid(self, content: bytes) -> None:
        """A key is given whole."""
        with pytest.raises(Invalid, match="no public key"):
            check(content, key="1a2b3c4d")

    def test_bad_json_is_a_flaw(self) -> None:
        """A file that was cut off does not hold."""
        assert (
            "cannot be read"
            in check(json.dumps({"format": "jupyter-mlops/passport/1"}).encode()[:-1]).flaws[0]
        )


def holds(content: bytes, at: int, bit: int) -> bool:
    """Whether a flipped bit goes unseen."""
    flipped = bytearray(content)
    flipped[at] ^= bit
    try:
        return check(bytes(flipped)).is_well
    except MlopsError:
        return False
