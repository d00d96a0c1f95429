"""The project's own salt, by which the same value is always masked the same here, and nowhere else."""

from __future__ import annotations

import hashlib
import os
import secrets
from contextlib import suppress
from pathlib import Path

from jupyter_mlops.core import durable
from jupyter_mlops.core.errors import Unavailable
from jupyter_mlops.core.project import Project

_SIZE = 32


def salt(project: Project) -> bytes:
    """Return the project's salt, made on first use and readable by its owner only.

    It lies in `.mlops/keys/privacy.salt`, and nowhere else: neither the ledger nor a recipe holds it. Without
    it, nobody can try values out against what was masked.

    Raises
    ------
    Unavailable
        It cannot be read or written, or is broken.
    """
    path = project.folder / "keys" / "privacy.salt"
    try:
        if not path.exists():
            _make(path)
        found = path.read_bytes()
    except OSError as error:
        raise Unavailable(
            f"{path} cannot be read or made: {error.strerror}.",
            hint="Check its permissions and the disk's room.",
        ) from error
    if len(found) != _SIZE:
        raise Unavailable(
            f"{path} is broken: it has {len(found)} bytes.", hint="Bring it back from a backup."
        )
    return found


def keyed(salt: bytes, text: str) -> bytes:
    """Return 64 bytes that only this project gets for *text*."""
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), key=salt).digest()


def _make(path: Path) -> None:
    """Let the salt appear whole; who comes second finds the first one's."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    beside = path.with_name(f".{secrets.token_hex(8)}")
    try:
        os.close(os.open(beside, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        durable.write(beside, secrets.token_bytes(_SIZE))
        with suppress(FileExistsError):
            os.link(beside, path)
    finally:
        beside.unlink(missing_ok=True)
    durable.sync_folder(path.parent)
