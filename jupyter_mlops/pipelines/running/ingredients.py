"""What a run was made from, besides its cells: parameters, inputs, files, packages; and what of it has changed since."""

from __future__ import annotations

import ast
import hashlib
import os
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

_DIGESTED = 64 << 20
_LONGEST = 500
_DIST = re.compile(r"(?P<name>.+)-(?P<version>[^-]+)\.(?:dist-info|egg-info)")
_DIST_ENDS = (".dist-info", ".egg-info")
Signature = list[int | str]
Signatures = dict[str, Signature]


def files_in(source: str, folder: Path) -> Iterator[Path]:
    """Yield the files that a cell's code names, whole, in a text: those in *folder* or by an absolute path."""
    try:
        nodes = ast.walk(ast.parse(source))
    except (SyntaxError, ValueError, RecursionError):
        return
    for node in nodes:
        text = node.value if isinstance(node, ast.Constant) else None
        if not isinstance(text, str) or not 1 < len(text) <= _LONGEST or "\n" in text or "\0" in text:
            continue
        path = folder / text
        try:
            if path.is_file():
                yield path.resolve()
        except OSError:  # a text too long for a name, for instance
            continue


def signature(path: Path, known: Signature | None = None) -> Signature | None:
    """Return what tells a file's content apart: size, time, and a digest unless it is huge; None when it is gone."""
    try:
        found = path.stat()
        if known is not None and known[:2] == [found.st_size, found.st_mtime_ns]:
            return known
        if found.st_size > _DIGESTED:
            return [found.st_size, found.st_mtime_ns]
        with path.open("rb") as file:
            return [found.st_size, found.st_mtime_ns, hashlib.file_digest(file, "sha256").hexdigest()]
    except OSError:
        return None


def is_same(before: Signature, now: Signature | None) -> bool:
    """Tell whether a file still has the content that it had."""
    return now is not None and (before[:2] == now[:2] or before[2:] == now[2:] != [])


def packages(folders: Iterable[str]) -> dict[str, str]:
    """Return the version of each package that is installed in these folders."""
    return {name: version for name, (version, _) in _installed(folders).items()}


def changed_packages(before: Mapping[str, str], folders: Iterable[str], used: Iterable[str]) -> Iterator[str]:
    """Say which packages have changed, as far as the cells have loaded them."""
    now, loaded = _installed(folders), set(used)
    for name, version in before.items():
        current, place = now.get(name, ("gone", None))
        if current != version and loaded & _modules(name, place):
            yield f"the package {name} is {current}, and was {version}"


def changed_values(what: str, before: Mapping[str, object], now: Mapping[str, object]) -> Iterator[str]:
    """Say which of some named things are others than they were."""
    for name in [*before, *(name for name in now if name not in before)]:
        if before.get(name) != now.get(name):
            yield f"the {what} {name} changed"


def first(*changes: Iterator[str]) -> str:
    """Return the first change of all, or nothing."""
    return next((change for found in changes for change in found), "")


def _installed(folders: Iterable[str]) -> dict[str, tuple[str, str]]:
    """Return the packages by name, with their versions and where they describe themselves; the first folder wins."""
    found: dict[str, tuple[str, str]] = {}
    for folder in folders:
        entries = os.listdir(folder) if os.path.isdir(folder) else ()  # noqa: PTH112, PTH208 - ten times as fast
        named = (_DIST.fullmatch(entry) for entry in entries if entry.endswith(_DIST_ENDS))
        here = {match["name"].lower(): (match["version"], f"{folder}/{match[0]}") for match in named if match}
        found = here | found
    return found


def _modules(name: str, place: str | None) -> set[str]:
    """Return the modules that a package brings, as far as it is known."""
    record = None if place is None else Path(place, "RECORD")
    if record is None or not record.is_file():
        return {name}
    lines = record.read_text(encoding="utf-8", errors="replace").splitlines()
    return {line.partition(",")[0].partition("/")[0].removesuffix(".py") for line in lines}
