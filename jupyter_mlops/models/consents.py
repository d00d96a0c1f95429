"""Who vouched for the very files of a version that came from elsewhere: the ledger's lines of `trust`."""

from __future__ import annotations

import json
from dataclasses import dataclass

from sqlalchemy import Text, cast, select

from jupyter_mlops.core.ledger import LEDGER
from jupyter_mlops.core.project import Project
from jupyter_mlops.core.tracker import ModelVersion


@dataclass(frozen=True)
class Vouched:
    """A consent that the ledger holds."""

    by: str
    on: str
    why: str

    def __str__(self) -> str:
        return f"{self.by} trusts these very files since {self.on}: {self.why}"


def reason(digest: str, why: str) -> str:
    """Return what the ledger keeps of a consent."""
    return f"{_said(digest)}{why}"


def vouched(project: Project, version: ModelVersion, digest: str) -> Vouched | None:
    """Return the last consent to a version whose files have this digest, or None."""
    quoted = json.dumps(f"version:{version.ref}")[1:-1]
    query = select(LEDGER.c.actor, LEDGER.c.at, LEDGER.c.reason).where(
        LEDGER.c.verb == "trust",
        LEDGER.c.outcome == "ok",
        LEDGER.c.reason.startswith(_said(digest), autoescape=True),
        cast(LEDGER.c.inputs, Text).contains(f'"{quoted}"', autoescape=True),
    )
    with project.store.read() as connection:
        found = connection.execute(query.order_by(LEDGER.c.seq.desc()).limit(1)).one_or_none()
    return found and Vouched(found.actor, found.at[:10], found.reason.removeprefix(_said(digest)))


def _said(digest: str) -> str:
    return f"trusts model files sha256:{digest}: "
