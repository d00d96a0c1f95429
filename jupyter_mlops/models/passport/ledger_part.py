"""The ledger's lines that touch a version, each with the proof that it is in what was signed."""

from __future__ import annotations

import base64
from collections.abc import Sequence

from pydantic import JsonValue
from sqlalchemy import Connection, select

from jupyter_mlops.core import call, checkpoint, keys, ledger, merkle
from jupyter_mlops.core.errors import Conflict, NotFound
from jupyter_mlops.core.ledger import LEDGER
from jupyter_mlops.core.note import Signer
from jupyter_mlops.core.project import Project


def signer_of(project: Project) -> Signer:
    """Return the key that signs for the project.

    Raises
    ------
    NotFound
        It is gone.
    """
    found = keys.load(project)
    if found is not None:
        return found
    with project.store.read() as connection:
        before = checkpoint.newest(connection)
    if before is None:
        return keys.make(project)
    raise NotFound(
        f"The key {before.keys[0].id}, which signed the ledger so far, is gone.",
        hint="Bring it back, or let another one go on with `%mlops rekey --note WHY`.",
    )


def ledger_part(project: Project, signer: Signer, lines: Sequence[int]) -> dict[str, JsonValue]:
    """Sign the ledger as it stands, and return the lines of these numbers with their proofs.

    Raises
    ------
    Conflict
        Another key signed the ledger so far, or lines of it are missing.
    """
    with project.change() as connection:
        ledger.lock(connection)
        under_way = call.current.get()
        if checkpoint.take(project, connection, signer) is not None and under_way is not None:
            under_way.is_signed = True  # so that the door copies it elsewhere
        signed = checkpoint.newest(connection)
        if signed is None:
            return {"checkpoint": "", "lines": []}
        if lines and signed.size < max(lines):
            raise Conflict(
                "The key is not the one that signed the ledger so far.",
                hint="Bring that one back, or introduce this one with `%mlops rekey --note WHY`.",
            )
        return {"checkpoint": signed.note, "lines": _proven(connection, signed.size, lines)}


def signers_of(project: Project) -> tuple[str, ...]:
    """Return the public keys that signed the ledger last."""
    with project.store.read() as connection:
        signed = checkpoint.newest(connection)
    return () if signed is None else tuple(map(str, signed.keys))


def _proven(connection: Connection, size: int, lines: Sequence[int]) -> list[JsonValue]:
    hashes = select(LEDGER.c.hash).where(LEDGER.c.seq <= size).order_by(LEDGER.c.seq)
    leaves = [bytes.fromhex(written) for written in connection.execute(hashes).scalars()]
    if len(leaves) != size:
        raise Conflict(
            "Lines of the ledger are missing, so that nothing can be proven.",
            hint="See `%mlops audit --verify`.",
        )
    rows = connection.execute(select(LEDGER).where(LEDGER.c.seq.in_(lines)).order_by(LEDGER.c.seq)).mappings()
    made: list[JsonValue] = []
    for row in rows:
        path: list[JsonValue] = [
            base64.b64encode(part).decode() for part in merkle.inclusion(leaves, row["seq"] - 1)
        ]
        text = ledger.canonical(dict(row)).decode("utf-8", "surrogatepass")
        made.append({"seq": row["seq"], "line": text, "path": path})
    return made
