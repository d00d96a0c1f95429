"""The code that a run rests on outside of its notebook: the commit, what differs from it, the modules of one's own."""

from __future__ import annotations

import hashlib
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from jupyter_mlops.core.git import checkout
from jupyter_mlops.core.record import Record
from jupyter_mlops.experiments.recorder.namespace import is_local

_PATIENCE_S = 2
_LARGEST_DIFF = 1 << 20
_LARGEST_FILE = 64 << 10
_FILES = 50
_TEXTS = frozenset(
    [".py", ".toml", ".yaml", ".yml", ".json", ".cfg", ".ini", ".txt", ".md", ".sql", ".r", ".sh"]
)
_CREDENTIALS = re.compile(r"(?P<scheme>[a-z][a-z0-9+.-]*://)[^/@\s]+@", re.IGNORECASE)


class Source(Record):
    """A file as it was; no text where it is too large, or not of the project."""

    path: str
    sha256: str
    text: str | None = None


class Git(Record):
    """A checkout as it was.

    Parameters
    ----------
    remote
        Where it comes from, without credentials.
    diff
        What differs from the commit, notebooks left out: they are recorded as they ran.
    untracked
        Small text files that git does not know.
    """

    commit: str
    branch: str
    remote: str = ""
    is_dirty: bool = False
    diff: str = ""
    is_diff_whole: bool = True
    untracked: tuple[Source, ...] = ()


def git_of(root: Path) -> Git | None:
    """Return the state of *root*'s checkout; None outside of git."""
    found = checkout(root)
    if found is None:
        return None
    diff = (
        _git(root, "diff", "HEAD", "--no-color", "--no-ext-diff", "--", ".", ":(exclude)*.ipynb")
        if found.is_dirty
        else ""
    )
    names = _git(root, "ls-files", "--others", "--exclude-standard", "-z").split("\0")
    return Git(
        commit=found.commit,
        branch=found.branch,
        remote=_CREDENTIALS.sub(r"\g<scheme>", _git(root, "config", "--get", "remote.origin.url").strip()),
        is_dirty=found.is_dirty,
        diff=diff[:_LARGEST_DIFF],
        is_diff_whole=len(diff) <= _LARGEST_DIFF,
        untracked=tuple(_untracked(root, names)),
    )


def modules(root: Path) -> dict[str, Source]:
    """Return the modules of the user's own that are imported, by name; of those outside *root* the digest only."""
    named = [
        name for name in list(sys.modules) if name != "__main__" and not name.startswith("jupyter_mlops")
    ]
    files = {name: str(getattr(sys.modules.get(name), "__file__", None)) for name in named if is_local(name)}
    own = [(name, Path(file)) for name, file in files.items() if file.endswith(".py")]
    own.reverse()  # of too many, the ones that were imported last
    own.sort(key=lambda item: not item[1].is_relative_to(root))
    found = ((name, _read(file, root)) for name, file in own[:_FILES])
    return {name: source for name, source in found if source is not None}


def _untracked(root: Path, names: list[str]) -> Iterator[Source]:
    texts = [
        name for name in names if Path(name).suffix.lower() in _TEXTS and not Path(name).name.startswith(".")
    ]
    for name in texts[:_FILES]:
        source = _read(root / name, root)
        if source is not None:
            yield source


def _read(path: Path, root: Path) -> Source | None:
    try:
        content = path.read_bytes()
    except OSError:
        return None
    is_inside = path.is_relative_to(root)
    shown = path.relative_to(root).as_posix() if is_inside else str(path)
    text = content.decode("utf-8", "replace") if is_inside and len(content) <= _LARGEST_FILE else None
    return Source(path=shown, sha256=hashlib.sha256(content).hexdigest(), text=text)


def _git(root: Path, *words: str) -> str:
    """Return what git answers; nothing when it fails or takes too long."""
    try:
        answer = subprocess.run(
            ["git", "-C", os.fspath(root), *words],
            capture_output=True,
            check=True,
            env={**os.environ, "GIT_OPTIONAL_LOCKS": "0"},
            timeout=_PATIENCE_S,
        )
    except (OSError, subprocess.SubprocessError):
        return ""
    return answer.stdout.decode("utf-8", "replace")
