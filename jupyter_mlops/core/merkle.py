"""The Merkle tree of RFC 6962: one hash for all lines, short proofs that it holds one of them, or an older tree."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence

EMPTY = hashlib.sha256().digest()


def leaf(data: bytes) -> bytes:
    """Return the hash of a leaf."""
    return hashlib.sha256(b"\x00" + data).digest()


def node(left: bytes, right: bytes) -> bytes:
    """Return the hash of two subtrees."""
    return hashlib.sha256(b"\x01" + left + right).digest()


class Tree:
    """A tree that grows at its right edge and keeps only what its root needs.

    Parameters
    ----------
    size
        How many leaves it has.
    edge
        The roots of its perfect subtrees, the largest first: one for each bit of *size*.
    """

    def __init__(self, size: int = 0, edge: Iterable[bytes] = ()) -> None:
        self.size = size
        self.edge = list(edge)

    def add(self, data: bytes) -> None:
        """Add a leaf."""
        made, rest = hashlib.sha256(b"\x00" + data).digest(), self.size
        while rest & 1:
            made = hashlib.sha256(b"\x01" + self.edge.pop() + made).digest()
            rest >>= 1
        self.edge.append(made)
        self.size += 1

    def root(self) -> bytes:
        """Return the hash of the whole."""
        if not self.edge:
            return EMPTY
        made = self.edge[-1]
        for left in reversed(self.edge[:-1]):
            made = node(left, made)
        return made


def root_of(leaves: Sequence[bytes]) -> bytes:
    """Return the root over *leaves*, which are data, not hashes."""
    tree = Tree()
    for data in leaves:
        tree.add(data)
    return tree.root()


def inclusion(leaves: Sequence[bytes], index: int) -> list[bytes]:
    """Return the path that proves that leaf *index*, counted from 0, is in the tree over *leaves*."""
    if len(leaves) == 1:
        return []
    split = _split(len(leaves))
    if index < split:
        return [*inclusion(leaves[:split], index), root_of(leaves[split:])]
    return [*inclusion(leaves[split:], index - split), root_of(leaves[:split])]


def consistency(leaves: Sequence[bytes], first: int) -> list[bytes]:
    """Return the path that proves that the tree over *leaves* grew from that over the *first* of them."""
    return _subproof(leaves, first, is_whole=True)


def root_by_inclusion(data: bytes, index: int, size: int, path: Sequence[bytes]) -> bytes | None:
    """Return the root that *path* leads to from a leaf, or None when its length cannot be right.

    Notes
    -----
    RFC 9162, section 2.1.3.2.
    """
    if not 0 <= index < size:
        return None
    number, last, made = index, size - 1, leaf(data)
    for part in path:
        if last == 0:
            return None
        if number & 1 or number == last:
            made = node(part, made)
            while not number & 1 and number:
                number, last = number >> 1, last >> 1
        else:
            made = node(made, part)
        number, last = number >> 1, last >> 1
    return made if last == 0 else None


def roots_by_consistency(
    first: int, size: int, root: bytes, path: Sequence[bytes]
) -> tuple[bytes, bytes] | None:
    """Return the roots of the older and of the newer tree that *path* leads to, or None when it cannot be right.

    Parameters
    ----------
    root
        Of the older tree; it is the start of the path when *first* is a power of two.

    Notes
    -----
    RFC 9162, section 2.1.4.2.
    """
    if not 0 < first <= size:
        return None
    if first == size:
        return None if path else (root, root)
    parts = [root, *path] if first & (first - 1) == 0 else list(path)
    if not parts:
        return None
    number, last = first - 1, size - 1
    while number & 1:
        number, last = number >> 1, last >> 1
    old = new = parts[0]
    for part in parts[1:]:
        if last == 0:
            return None
        if number & 1 or number == last:
            old, new = node(part, old), node(part, new)
            while not number & 1 and number:
                number, last = number >> 1, last >> 1
        else:
            new = node(new, part)
        number, last = number >> 1, last >> 1
    return (old, new) if last == 0 else None


def _subproof(leaves: Sequence[bytes], first: int, *, is_whole: bool) -> list[bytes]:
    if first == len(leaves):
        return [] if is_whole else [root_of(leaves)]
    split = _split(len(leaves))
    if first <= split:
        return [*_subproof(leaves[:split], first, is_whole=is_whole), root_of(leaves[split:])]
    return [*_subproof(leaves[split:], first - split, is_whole=False), root_of(leaves[:split])]


def _split(size: int) -> int:
    """Return the largest power of two below *size*."""
    return 1 << (size - 1).bit_length() - 1
