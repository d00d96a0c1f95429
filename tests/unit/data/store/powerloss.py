"""A disk that forgets: what a power cut may leave of the calls that our code made, told from what it synced.

Every mutating call of our own code on the folder of objects goes through `os`, where it is seen, refused or
made the last one. From the calls, the states are built that a disk may be in afterwards: names that were not
synced may be there or not, and so may bytes.
"""

from __future__ import annotations

import os
import random
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from unittest.mock import patch

Before = Callable[[int, str], None]
VARIANTS = ("kept", "lost", "names only", "torn", "mixed 1", "mixed 2")


@dataclass(frozen=True)
class Op:
    """One call that changed something, or the commit of the store."""

    kind: str
    path: str = ""
    to: str = ""
    data: bytes = b""


@dataclass
class Watch:
    """See the calls under *root*; `before` may raise, or end the process."""

    root: Path
    before: Before = lambda _number, _kind: None
    ops: list[Op] = field(default_factory=list)

    def note(self, op: Op) -> None:
        """Let `before` act, then keep the call."""
        self.before(len(self.ops), op.kind)
        self.ops.append(op)

    def inside(self, path: object) -> str | None:
        """Return a path below the root, or None."""
        if isinstance(path, int):
            return None
        found = Path(os.fspath(path)) if isinstance(path, str | os.PathLike) else None
        if found is None or not found.is_relative_to(self.root):
            return None
        return found.relative_to(self.root).as_posix()

    @contextmanager
    def watching(self) -> Iterator[Watch]:
        """See the calls of the block."""
        every = self._handles() | {
            name: self._seen(name, getattr(os, name)) for name in ("mkdir", "unlink", "replace")
        }
        with ExitStack() as stack:
            for name, new in every.items():
                stack.enter_context(patch.object(os, name, new))
            yield self

    def _handles(self) -> dict[str, Callable[..., object]]:
        """Return the calls that open files, and those on what they opened."""
        handles: dict[int, str] = {}
        real = {name: getattr(os, name) for name in ("open", "write", "fsync", "close")}

        def open_(path: object, flags: int, mode: int = 0o777, **rest: object) -> int:
            name = self.inside(path)
            if name is not None and flags & os.O_CREAT and not Path(path).exists():  # type: ignore[arg-type]
                self.note(Op("create", name))
            handle = int(real["open"](path, flags, mode, **rest))
            if name is not None:
                handles[handle] = name
            return handle

        def write(handle: int, data: bytes) -> int:
            if handle in handles:
                self.note(Op("write", handles[handle], data=bytes(data)))
            return int(real["write"](handle, data))

        def fsync(handle: int) -> None:
            if handle in handles:
                self.note(Op("sync", handles[handle]))
            real["fsync"](handle)

        def close(handle: int) -> None:
            handles.pop(handle, None)
            real["close"](handle)

        return {"open": open_, "write": write, "fsync": fsync, "close": close}

    def _seen(self, kind: str, real: Callable[..., None]) -> Callable[..., None]:
        def act(path: object, *rest: object, **more: object) -> None:
            name = self.inside(path)
            if name is None:
                real(path, *rest, **more)
                return
            is_there = kind == "mkdir" and Path(path).exists()  # type: ignore[arg-type]
            if not is_there:
                self.note(Op(kind, name, to=(self.inside(rest[0]) or "") if kind == "replace" else ""))
            real(path, *rest, **more)

        return act


@dataclass
class Disk:
    """Files by inode, names by folder; and of both, what a sync has made sure of."""

    bytes_: dict[int, bytes] = field(default_factory=dict)
    synced: dict[int, bytes] = field(default_factory=dict)
    names: dict[str, int | None] = field(default_factory=dict)
    sure: dict[str, int | None] = field(default_factory=dict)

    @classmethod
    def of(cls, root: Path) -> Disk:
        """Return a folder as it is, all of it synced."""
        made = cls()
        for number, path in enumerate(sorted(root.rglob("*"))):
            name = path.relative_to(root).as_posix()
            made.names[name] = None if path.is_dir() else number
            if path.is_file():
                made.bytes_[number] = path.read_bytes()
        made.synced, made.sure = dict(made.bytes_), dict(made.names)
        return made

    def apply(self, op: Op) -> None:
        """Do what a call did."""
        if op.kind == "create":
            inode = len(self.bytes_) + 1_000
            self.bytes_[inode], self.synced[inode], self.names[op.path] = b"", b"", inode
        elif op.kind == "write":
            self.bytes_[self._inode(op.path)] += op.data
        elif op.kind == "sync" and self.names.get(op.path) is not None:
            self.synced[self._inode(op.path)] = self.bytes_[self._inode(op.path)]
        elif op.kind == "sync":
            self._settle("" if op.path == "." else op.path)
        elif op.kind == "mkdir":
            self.names[op.path] = None
        elif op.kind == "unlink":
            self.names.pop(op.path, None)
        elif op.kind == "replace":
            self.names[op.to] = self.names.pop(op.path)

    def state(self, variant: str, seed: int) -> dict[str, bytes | None]:
        """Return files and folders (None) as one power cut may leave them."""
        dice = random.Random(f"{variant} {seed}")
        names = dict(self.sure if variant == "lost" else self.names)
        if variant.startswith("mixed"):
            every = {**self.sure, **self.names}
            names = {
                name: inode
                for name, inode in every.items()
                if (self.sure.get(name, "") == self.names.get(name, "")) or dice.random() < 0.5
            }
        found: dict[str, bytes | None] = {}
        for name in sorted(names):
            parent = name.rpartition("/")[0]
            if parent and parent not in found:
                continue  # a name in a folder that is not there
            inode = names[name]
            found[name] = None if inode is None else self._content(inode, variant, dice)
        return found

    def _content(self, inode: int, variant: str, dice: random.Random) -> bytes:
        whole, sure = self.bytes_[inode], self.synced[inode]
        if variant == "kept" or whole == sure:
            return whole
        if variant == "torn":
            return whole[: max(len(sure), len(whole) // 2)]
        if variant.startswith("mixed"):
            return dice.choice([whole, sure, whole[: len(whole) // 2], bytes(len(whole))])
        return sure

    def _settle(self, folder: str) -> None:
        for names in (dict(self.sure), dict(self.names)):
            for name in names:
                if name.rpartition("/")[0] == folder:
                    if name in self.names:
                        self.sure[name] = self.names[name]
                    else:
                        self.sure.pop(name, None)

    def _inode(self, path: str) -> int:
        inode = self.names[path]
        assert inode is not None
        return inode


def build(state: dict[str, bytes | None], root: Path) -> None:
    """Make a folder as a power cut left it."""
    for name, content in state.items():
        path = root / name
        if content is None:
            path.mkdir(parents=True, exist_ok=True)
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
