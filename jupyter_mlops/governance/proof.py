"""A proof that one line is in the ledger: small, self-contained, checked without the ledger."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterator, Sequence

from sqlalchemy import Connection, select

from jupyter_mlops.core import checkpoint, ledger, merkle
from jupyter_mlops.core.errors import Conflict, MlopsError, NotFound
from jupyter_mlops.core.ledger import LEDGER
from jupyter_mlops.core.note import Head, Note, PublicKey
from jupyter_mlops.core.record import Record


class Proof(Record):
    """One line, and the way from it to a signed root.

    Parameters
    ----------
    line
        The line's canonical JSON; its SHA-256 is the leaf.
    path
        Hashes from the leaf to the root, in base64, as RFC 9162 orders them.
    checkpoint
        The signed text that holds the root.
    keys
        Public keys that signed it. Compare them with one that you know.
    since, since_root, growth
        An older size and root, and the path that proves that the ledger only grew from there.
    """

    seq: int
    line: str
    path: tuple[str, ...]
    checkpoint: str
    keys: tuple[str, ...]
    since: int | None = None
    since_root: str = ""
    growth: tuple[str, ...] = ()

    def flaws(self, trusted: Sequence[PublicKey] = ()) -> tuple[str, ...]:
        """Return what does not hold, a sentence each; it needs nothing but itself and the keys that one trusts."""
        try:
            return tuple(self._flaws(trusted or [PublicKey.parse(text) for text in self.keys]))
        except (MlopsError, ValueError) as error:
            return (f"The proof is damaged: {error}",)

    def _flaws(self, keys: Sequence[PublicKey]) -> Iterator[str]:
        note = Note.parse(self.checkpoint)
        head = Head.parse(note.body)
        if not note.signed_by(keys):
            yield "The checkpoint is signed by none of the keys."
        if json.loads(self.line).get("seq") != self.seq:
            yield f"This is not line {self.seq}."
        leaf = hashlib.sha256(self.line.encode("utf-8", "surrogatepass")).digest()
        if merkle.root_by_inclusion(leaf, self.seq - 1, head.size, _bytes(self.path)) != head.root:
            yield f"Line {self.seq} is not in what was signed."
        if self.since is not None:
            old = base64.b64decode(self.since_root)
            found = merkle.roots_by_consistency(self.since, head.size, old, _bytes(self.growth))
            if found != (old, head.root):
                yield f"The ledger did not grow from what it was at line {self.since}."


def prove(connection: Connection, seq: int, *, since: int | None = None) -> Proof:
    """Return the proof that line *seq* is in the ledger that was signed last.

    Parameters
    ----------
    since
        Prove also that the ledger only grew since it had so many lines.

    Raises
    ------
    NotFound
        There is no such line.
    Conflict
        It is not signed yet.
    """
    row = connection.execute(select(LEDGER).where(LEDGER.c.seq == seq)).mappings().one_or_none()
    if row is None:
        raise NotFound(f"The ledger has no line {seq}.", hint="List them with `%mlops audit`.")
    signed = checkpoint.newest(connection)
    if signed is None or signed.size < max(seq, since or 0):
        raise Conflict(
            f"Line {max(seq, since or 0)} is not signed yet.", hint="Sign it with `%mlops checkpoint`."
        )
    hashes = select(LEDGER.c.hash).where(LEDGER.c.seq <= signed.size).order_by(LEDGER.c.seq)
    leaves = [bytes.fromhex(written) for written in connection.execute(hashes).scalars()]
    if len(leaves) != signed.size:
        raise Conflict(
            "Lines are missing, so that nothing can be proven.", hint="See `%mlops audit --verify`."
        )
    return Proof(
        seq=seq,
        line=ledger.canonical(dict(row)).decode("utf-8", "surrogatepass"),
        path=_texts(merkle.inclusion(leaves, seq - 1)),
        checkpoint=signed.note,
        keys=tuple(str(key) for key in signed.keys),
        since=since,
        since_root=base64.b64encode(merkle.root_of(leaves[:since])).decode() if since else "",
        growth=_texts(merkle.consistency(leaves, since)) if since else (),
    )


def _texts(path: Sequence[bytes]) -> tuple[str, ...]:
    return tuple(base64.b64encode(part).decode() for part in path)


def _bytes(path: Sequence[str]) -> list[bytes]:
    return [base64.b64decode(part, validate=True) for part in path]
