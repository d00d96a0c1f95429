from __future__ import annotations

import base64
import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

from jupyter_mlops.pipelines.running.inside import vault

HORSE = "correct-horse-battery"


@pytest.fixture(autouse=True)
def _empty() -> Iterator[None]:
    vault._values.clear()
    vault._patterns.clear()
    yield
    vault._values.clear()
    vault._patterns.clear()


class TestResolving:
    def test_a_variable(self) -> None:
        """From those that were kept out of the environment."""
        assert vault.resolve({"env:KEY": "env:KEY"}, {"KEY": HORSE}) == {"values": [HORSE]}
        assert vault.secret("env:KEY") == HORSE

    def test_a_file(self, tmp_path: Path) -> None:
        """Without the line's end."""
        (tmp_path / "key").write_text(f"{HORSE}\n")
        vault.resolve({"file:key": f"file:{tmp_path / 'key'}"}, {})
        assert vault.secret("file:key") == HORSE

    def test_a_keyring(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """By service and name."""
        keyring = SimpleNamespace(get_password=lambda service, name: f"{service} {name} secret")
        monkeypatch.setitem(sys.modules, "keyring", keyring)
        vault.resolve({"keyring:shop/ada": "keyring:shop/ada"}, {})
        assert vault.secret("keyring:shop/ada") == "shop ada secret"

    @pytest.mark.parametrize(
        ("place", "sentence"),
        [
            ("env:NONE", "env:NONE does not exist"),
            ("file:/no/such", "file:/no/such does not exist"),
            ("env:PIN", "env:PIN has 3 characters, too few to be masked in outputs"),
            ("file:/dev/zero", "file:/dev/zero does not exist"),
        ],
    )
    def test_what_cannot_be_had_is_said(self, place: str, sentence: str) -> None:
        """By its reference alone."""
        assert vault.resolve({place: place}, {"PIN": "123"}) == {"error": sentence}

    def test_a_keyring_that_fails_tells_no_more(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Its text could hold the secret."""

        def fail(_service: str, _name: str) -> str:
            raise RuntimeError(HORSE)

        monkeypatch.setitem(sys.modules, "keyring", SimpleNamespace(get_password=fail))
        answer = vault.resolve({"keyring:a/b": "keyring:a/b"}, {})
        assert answer == {"error": "keyring:a/b cannot be read (RuntimeError)"}


class TestFinding:
    @pytest.mark.parametrize(
        "content",
        [
            HORSE.encode(),
            b"Basic " + base64.b64encode(f"ada:{HORSE}".encode()),
            base64.urlsafe_b64encode(f"x{HORSE}y".encode()),
            HORSE.encode("utf-32-le"),
        ],
    )
    def test_in_bytes_that_are_to_be_kept(self, content: bytes) -> None:
        """As text, in an array of text, in a header."""
        vault.resolve({"env:KEY": "env:KEY"}, {"KEY": HORSE})
        assert vault.is_in(b"before" + content + b"after")

    def test_the_environment_counts_too(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """What is named like a secret there."""
        monkeypatch.setenv("DB_PASSWORD", HORSE)
        assert vault.is_in(HORSE.encode())
        assert not vault.is_in(b"anything else")

    def test_variables_that_are_secrets(self) -> None:
        """By the reference that they came from."""
        vault.resolve({"env:KEY": "env:KEY"}, {"KEY": HORSE})
        assert vault.names_of({"key": HORSE, "other": "text", "n": 1}) == {"key": "env:KEY"}
