"""The passport's format, version 1: JSON in one spelling only, so that every byte of it is signed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence

from pydantic import BaseModel, ConfigDict, JsonValue

from jupyter_mlops.core import note
from jupyter_mlops.core.note import Signer

FAMILY = "jupyter-mlops/passport/"
FORMAT = f"{FAMILY}1"


class Passport(BaseModel):
    """A passport as it lies in its file.

    Parameters
    ----------
    at
        When it was written, in UTC.
    parts
        What it says, by name.
    keys
        The public keys that sign it, and the ledger's lines in it.
    signature
        A signed note: the format, version, project and time, the keys, and the SHA-256 of each part.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    format: str
    version: str
    project: str
    at: str
    parts: dict[str, JsonValue]
    keys: list[str]
    signature: str


def encode(value: object) -> bytes:
    """Write JSON in the one spelling that counts: sorted keys, one blank a level, ASCII, a newline at the end."""
    return (json.dumps(value, sort_keys=True, indent=1, allow_nan=False) + "\n").encode("ascii")


def digest(part: JsonValue) -> str:
    """Return the SHA-256 of a part's spelling."""
    return hashlib.sha256(encode(part)).hexdigest()


def head(version: str, project: str, at: str) -> list[str]:
    """Return the lines of the signed text that come before its keys and parts."""
    return [
        FORMAT,
        *(
            json.dumps({name: value})
            for name, value in (("version", version), ("project", project), ("at", at))
        ),
    ]


def body(first: Sequence[str], keys: Sequence[str], digests: Mapping[str, str]) -> str:
    """Return the text that is signed."""
    lines = [
        *first,
        *(f"key {key}" for key in keys),
        *(f"{digests[name]} {json.dumps(name)}" for name in sorted(digests)),
    ]
    return "".join(f"{line}\n" for line in lines)


def seal(
    version: str,
    project: str,
    at: str,
    parts: Mapping[str, JsonValue],
    *signers: Signer,
    known: Sequence[str] = (),
) -> Passport:
    """Sign the parts.

    Parameters
    ----------
    known
        Further public keys that signed something within.
    """
    keys = sorted({*(str(signer.public) for signer in signers), *known})
    digests = {name: digest(part) for name, part in parts.items()}
    text = body(head(version, project, at), keys, digests)
    return Passport(
        format=FORMAT,
        version=version,
        project=project,
        at=at,
        parts=dict(parts),
        keys=keys,
        signature=note.sign(text, *signers),
    )


def signed_digests(text: str, keys: int) -> dict[str, str]:
    """Return the digests of the parts that the signed text names, after its head and so many keys."""
    return dict(_digests(text.splitlines()[4 + keys :]))


def _digests(lines: Sequence[str]) -> Iterator[tuple[str, str]]:
    for line in lines:
        digits, _, name = line.partition(" ")
        try:
            yield str(json.loads(name)), digits
        except ValueError:
            yield name, digits
