"""Signed notes and checkpoints: what other logs write we read, and the other way round."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from jupyter_mlops.core import note
from jupyter_mlops.core.errors import Invalid
from jupyter_mlops.core.note import Head, Note, PublicKey, Signer

# The example of Go's golang.org/x/mod/sumdb/note.
GO_KEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
GO_NOTE = (
    "If you think cryptography is the answer to your problem,\n"
    "then you don't know what your problem is.\n"
    "\n"
    "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
)
HEAD = Head("jupyter-mlops/1a2b", 412, b"r" * 32, ("time 2026-11-01T12:00:00+00:00",))


def signer() -> Signer:
    return Signer("jupyter-mlops", Ed25519PrivateKey.generate())


class TestNote:
    def test_go_s_own_example_verifies(self) -> None:
        """The format is theirs."""
        key = PublicKey.parse(GO_KEY)
        assert Note.parse(GO_NOTE).signed_by([key]) == (key,)
        assert str(key) == GO_KEY

    def test_a_changed_text_does_not(self) -> None:
        """Not by a letter."""
        changed = GO_NOTE.replace("answer", "anwser")
        assert Note.parse(changed).signed_by([PublicKey.parse(GO_KEY)]) == ()

    def test_each_key_answers_for_its_own_signature(self) -> None:
        """Two sign, a third did not."""
        first, second, third = signer(), signer(), signer()
        signed = Note.parse(note.sign("a\nb\n", first, second))
        assert signed.signed_by([third.public, second.public, first.public]) == (second.public, first.public)

    @pytest.mark.parametrize("text", ["", "a", "a\n\n", "a\n\n— x\n", "a\n\n— x !!!!\n", "a\n\nx eHh4eHh4\n"])
    def test_what_is_no_note_is_said_to_be_none(self, text: str) -> None:
        """One sentence, no trace."""
        with pytest.raises(Invalid):
            Note.parse(text)


class TestPublicKey:
    def test_it_reads_what_it_writes(self) -> None:
        """The form that people copy."""
        key = signer().public
        assert PublicKey.parse(str(key)) == key

    @pytest.mark.parametrize(
        "text", ["", "x", "x+00000000+AAAA", GO_KEY.replace("c74f", "c75f"), GO_KEY[:-4]]
    )
    def test_a_torn_one_is_refused(self, text: str) -> None:
        """Its hash does not fit then."""
        with pytest.raises(Invalid, match="no public key"):
            PublicKey.parse(text)


class TestHead:
    def test_it_reads_what_it_writes(self) -> None:
        """Name, number, root, and further lines."""
        assert Head.parse(HEAD.body()) == HEAD
        assert HEAD.body().splitlines()[:2] == ["jupyter-mlops/1a2b", "412"]

    @pytest.mark.parametrize(
        "body", ["", "a\n", "a\nb\nc\n", "a\n1\nAAAA\n", HEAD.body().replace("412", "0412")]
    )
    def test_what_is_no_checkpoint_is_said_to_be_none(self, body: str) -> None:
        """A number written otherwise is another text."""
        with pytest.raises(Invalid, match="no checkpoint"):
            Head.parse(body)
