"""What git knows of a folder."""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

_PATIENCE_S = 2


@dataclass(frozen=True)
class Checkout:
    """The commit that a folder's files are of, and whether they differ from it."""

    commit: str
    branch: str
    is_dirty: bool

    def __str__(self) -> str:
        return f"{self.commit[:12]}{'+' if self.is_dirty else ''}"


def checkout(folder: Path) -> Checkout | None:
    """Return what *folder* is a checkout of; None outside of git, or before its first commit."""
    if not any((place / ".git").exists() for place in (folder, *folder.parents)):
        return None
    command = ["git", "-C", os.fspath(folder), "status", "--porcelain=v2", "--branch", "--untracked-files=no"]
    try:
        answer = subprocess.run(
            command,
            capture_output=True,
            check=True,
            env={**os.environ, "GIT_OPTIONAL_LOCKS": "0"},
            text=True,
            timeout=_PATIENCE_S,
        )
    except (OSError, subprocess.SubprocessError):
        return None
    lines = answer.stdout.splitlines()
    heads = dict(
        line.removeprefix("# branch.").split(" ", 1) for line in lines if line.startswith("# branch.")
    )
    if heads.get("oid", "(initial)") == "(initial)":
        return None
    is_dirty = any(not line.startswith("#") for line in lines)
    return Checkout(heads["oid"], heads.get("head", ""), is_dirty)
