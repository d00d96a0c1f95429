"""What was kept of each cell, line by line, each signed with the project's key together with all before it.

The signatures are why what a checkpoint names may be unpickled: nobody else can have written it.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import secrets
from pathlib import Path
from typing import Any

from jupyter_mlops.core.errors import Refused

_NAME = "cells.jsonl"
Entry = dict[str, Any]


def project_key(folder: Path) -> bytes:
    """Return the key that signs a project's checkpoints; made when it is first needed, for the owner alone.

    Parameters
    ----------
    folder
        The project's `.mlops`.
    """
    path = folder / "checkpoint.key"
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return bytes.fromhex(path.read_text(encoding="ascii"))
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(secrets.token_hex(32))
    return project_key(folder)


class Log:
    """The signed lines of one checkpoint."""

    def __init__(self, folder: Path, key: bytes) -> None:
        self._path = folder / _NAME
        self._key = key
        self._last = b""

    def read(self) -> list[Entry]:
        """Return the entries; a last one that a crash has torn is left out.

        Raises
        ------
        Refused
            One was not written by us, or not after those before it.
        """
        self._last = b""
        try:
            *lines, _torn = self._path.read_bytes().split(b"\n")
        except FileNotFoundError:
            return []
        return [self._verified(line, number) for number, line in enumerate(lines, 1)]

    def append(self, entry: Entry) -> None:
        """Add an entry to those that were read or written before."""
        content = json.dumps(entry, separators=(",", ":")).encode()
        self._last = self._signature(content)
        handle = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        with os.fdopen(handle, "ab") as file:
            file.write(self._last + b" " + content + b"\n")

    def start(self, entries: list[Entry]) -> None:
        """Write these entries instead of what there was."""
        self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._path.unlink(missing_ok=True)
        self._last = b""
        for entry in entries:
            self.append(entry)

    def digest(self, text: str) -> str:
        """Return what tells values apart, and tells nothing about them to who has no key."""
        return hmac.new(
            self._key, b"value:" + text.encode("utf-8", "surrogatepass"), hashlib.sha256
        ).hexdigest()

    def _signature(self, content: bytes) -> bytes:
        return hmac.new(self._key, self._last + content, hashlib.sha256).hexdigest().encode()

    def _verified(self, line: bytes, number: int) -> Entry:
        said, _, content = line.partition(b" ")
        signature = self._signature(content)
        if not hmac.compare_digest(said, signature):
            raise Refused(
                f"Line {number} of the checkpoint {self._path} was not written by this project's runs.",
                hint="Run the notebook from its start.",
            )
        self._last = signature
        entry: Entry = json.loads(content)
        return entry
