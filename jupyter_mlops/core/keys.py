"""The key that signs the ledger's checkpoints: the project's own, or one that settings refer to."""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from typing import TYPE_CHECKING

from filelock import FileLock, Timeout

from jupyter_mlops.core import durable, secret
from jupyter_mlops.core.errors import Invalid, Unavailable
from jupyter_mlops.core.note import Signer

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    from jupyter_mlops.core.project import Project

NAME = "jupyter-mlops"
_WAIT_S = 10


def path_of(project: Project) -> Path:
    """Return where the project's own key lies."""
    return project.folder / "keys" / "ledger.pem"


def load(project: Project) -> Signer | None:
    """Return the key that signs, or None when there is none yet.

    Raises
    ------
    NotFound
        Settings refer to a key that is not there.
    Invalid
        That is no reference, or what is there is no Ed25519 key.
    """
    reference = project.settings.checkpoint_key
    if reference:
        return _parse(secret.read(project.root, reference).encode(), reference)
    path = path_of(project)
    return read(path) if path.exists() else None


def read(path: Path) -> Signer:
    """Return the key of a file.

    Raises
    ------
    Invalid
        It is no Ed25519 key.
    """
    return _parse(path.read_bytes(), str(path))


def make(project: Project) -> Signer:
    """Make the project's own key, unless it has one; who comes second finds the first one's.

    Raises
    ------
    Invalid
        Settings refer to a key, which is made elsewhere.
    """
    if project.settings.checkpoint_key:
        raise Invalid(
            f"The key comes from {project.settings.checkpoint_key}, by the setting checkpoint_key.",
            hint="Make one there.",
        )
    try:
        with FileLock(project.folder / "keys.lock", timeout=_WAIT_S):
            if not path_of(project).exists():
                put(project, fresh())
    except Timeout as error:
        raise Unavailable(
            f"Another process has been making the key for {_WAIT_S} s.", hint="Try again."
        ) from error
    return read(path_of(project))


def fresh() -> Signer:
    """Return a new key, which is nowhere yet."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    return Signer(NAME, Ed25519PrivateKey.generate())


def put(project: Project, signer: Signer) -> None:
    """Let a key be the project's own: it appears whole, and for its owner only."""
    path = path_of(project)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    beside = path.with_name(f".{secrets.token_hex(8)}")
    try:
        os.close(os.open(beside, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        durable.write(beside, _pem(signer.private))
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)
    durable.sync_folder(path.parent)


def _pem(private: Ed25519PrivateKey) -> bytes:
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

    return private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def _parse(content: bytes, origin: str) -> Signer:
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    try:
        private = load_pem_private_key(content, None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        private = None
    if not isinstance(private, Ed25519PrivateKey):
        raise Invalid(
            f"{origin} holds no Ed25519 key.", hint="Make one with `openssl genpkey -algorithm ed25519`."
        )
    return Signer(NAME, private)
