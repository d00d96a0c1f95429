"""Write a version's passport."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import cast

from pydantic import JsonValue

from jupyter_mlops.core import durable
from jupyter_mlops.core.errors import Conflict
from jupyter_mlops.core.project import Project
from jupyter_mlops.core.record import Record
from jupyter_mlops.core.tracker import KeptFile
from jupyter_mlops.core.types import VersionRef
from jupyter_mlops.models import tags
from jupyter_mlops.models.alias import find
from jupyter_mlops.models.card import ModelCard, card_of
from jupyter_mlops.models.cards.evidence import Evidence, gather
from jupyter_mlops.models.passport.bill import bill
from jupyter_mlops.models.passport.form import Passport, encode, seal
from jupyter_mlops.models.passport.ledger_part import ledger_part, signer_of, signers_of
from jupyter_mlops.models.vulnerabilities import Vulnerabilities, vulnerabilities

_NOT_ASKED = Vulnerabilities(status="not checked", why="nobody asked for it when the passport was written")


def write_passport(project: Project, version: VersionRef, path: Path, *, ask: bool = False) -> Passport:
    """Write the passport of a version to a new file; the ledger is signed as it stands.

    Parameters
    ----------
    ask
        Also ask pip-audit for known vulnerabilities of its packages; that needs the network.

    Raises
    ------
    Conflict
        The file exists.
    """
    made = passport(project, version, ask=ask)
    try:
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o644))
    except FileExistsError:
        raise Conflict(f"{path.name} exists already.", hint="Name another file.") from None
    try:
        durable.write(path, encode(made.model_dump()))
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    return made


def passport(project: Project, version: VersionRef, *, ask: bool = False) -> Passport:
    """Return the passport of a version: the same for the same evidence at the same time."""
    found = gather(project, find(project, version))
    files = project.tracker.model_files(found.version) if found.origin.files else ()
    signer = signer_of(project)
    known = vulnerabilities(found.environment.packages if found.environment else ()) if ask else _NOT_ASKED
    parts = _parts(found, card_of(found), files, known)
    parts["ledger"] = ledger_part(project, signer, [line.seq for line in found.lines])
    at = project.clock.now().isoformat(timespec="seconds")
    return seal(found.version.ref, project.name, at, parts, signer, known=_keys(project, found))


def _parts(
    found: Evidence, card: ModelCard, files: Sequence[KeptFile], known: Vulnerabilities
) -> dict[str, JsonValue]:
    made: Mapping[str, object] = {
        "card": {
            key: value
            for key, value in card.wire().items()
            if key not in {"text", "is_text", "vulnerabilities"}
        },
        "card.md": card.text,
        "version": found.version.wire(),
        "run": found.run.wire() if found.run else None,
        "origin": {
            "statement": found.version.tags.get(tags.SIGNATURE, ""),
            "files": [{"path": item.path, "size": item.size_bytes, "sha256": item.sha256} for item in files],
        },
        "snapshots": _wired(found.training),
        "lineage": _wired(found.lineage),
        "evaluation": found.evaluation,
        "gates": {"report": found.gate, "approvals": _wired(found.approvals)},
        "environment": found.environment.wire() if found.environment else None,
        "sbom": bill(found),
        "vulnerabilities": known.wire(),
    }
    return cast(dict[str, JsonValue], dict(made))


def _wired(records: Sequence[Record]) -> list[dict[str, object]]:
    return [item.wire() for item in records]


def _keys(project: Project, found: Evidence) -> tuple[str, ...]:
    """Return the keys that signed what is within: the ledger's, and the model's."""
    own = (found.origin.key,) if found.origin.key else ()
    return (*signers_of(project), *own)
