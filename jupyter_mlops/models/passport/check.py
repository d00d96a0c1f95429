"""Check a passport with nothing but itself: every digest, signature and proof; say exactly what does not hold."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from pydantic import JsonValue, ValidationError

from jupyter_mlops.core.card import Card
from jupyter_mlops.core.errors import Invalid, MlopsError
from jupyter_mlops.core.note import Note, PublicKey
from jupyter_mlops.core.record import Record
from jupyter_mlops.governance.proof import Proof
from jupyter_mlops.models.passport.form import (
    FAMILY,
    FORMAT,
    Passport,
    body,
    digest,
    encode,
    head,
    signed_digests,
)

_STATEMENT = "model files sha256:"


class Checked(Record):
    """What was checked of a passport, and what does not hold.

    Parameters
    ----------
    keys
        The public keys that signed it.
    is_pinned
        Whether one of them is the one that was expected.
    parts, lines, files
        How many were checked: parts by digest, lines of the ledger by proof, files of the model in a folder.
    flaws
        What does not hold, a sentence each.
    """

    version: str
    project: str = ""
    at: str = ""
    keys: tuple[str, ...] = ()
    is_pinned: bool = False
    parts: int = 0
    lines: int = 0
    files: int = 0
    flaws: tuple[str, ...] = ()

    @property
    def is_well(self) -> bool:
        """Whether everything holds."""
        return not self.flaws

    def card(self) -> Card:
        """Say what holds and on whose word, or what does not."""
        of = f"the passport of {self.version}" if self.version else "this passport"
        if self.flaws:
            word = "flaw" if len(self.flaws) == 1 else "flaws"
            return Card(f"Do not trust {of}: {len(self.flaws)} {word}", "failed", notes=self.flaws)
        facts = (
            ("project", self.project),
            ("written", self.at),
            ("signed by", ", ".join(self.keys)),
            ("checked", f"{self.parts} parts, {self.lines} ledger lines with their proofs"),
            (
                "model's files",
                f"{self.files} compared" if self.files else "not compared; give --model FOLDER",
            ),
        )
        note = "It stands on the key: compare it with what you know, or give it as --key."
        return Card(f"{of[0].upper()}{of[1:]} holds", "ok", facts, notes=() if self.is_pinned else (note,))


def check(content: bytes, *, key: str = "", folder: Path | None = None) -> Checked:
    """Check a passport's bytes.

    Parameters
    ----------
    key
        The public key that must have signed it, as `NAME+1a2b3c4d+AR…`.
    folder
        The model's files, to be compared with their digests.

    Raises
    ------
    Invalid
        It is the passport of another version of the format, or none at all; or *key* is no key.
    """
    pinned = PublicKey.parse(key) if key else None
    try:
        found = json.loads(content)
        made = Passport.model_validate(found)
    except ValidationError as error:
        _check_family(found)
        where = ".".join(map(str, error.errors()[0]["loc"]))
        return Checked(
            version="", flaws=(f"It is not as the format says, at {where}: {error.errors()[0]['msg']}.",)
        )
    except (ValueError, RecursionError) as error:
        return Checked(version="", flaws=(f"It cannot be read as JSON: {error}.",))
    _check_family(found)
    flaws = list(_flaws(content, found, made, pinned))
    flaws += _differences(made, folder) if folder is not None else ()
    lines = made.parts.get("ledger")
    return Checked(
        version=made.version,
        project=made.project,
        at=made.at,
        keys=tuple(map(str, _signers(made))),
        is_pinned=pinned is not None and pinned in _signers(made),
        parts=len(made.parts),
        lines=len(_items(lines, "lines")),
        files=len(_items(made.parts.get("origin"), "files")) if folder else 0,
        flaws=tuple(dict.fromkeys(flaws)),
    )


def _check_family(found: object) -> None:
    said = found.get("format") if isinstance(found, dict) else None
    if not isinstance(said, str) or not said.startswith(FAMILY):
        raise Invalid("This is no passport.", hint="Write one with `%mlops export churn@3 --to passport`.")
    if said != FORMAT:
        raise Invalid(f"This passport is of format {said!r}.", hint="Check it with a newer jupyter_mlops.")


def _flaws(content: bytes, found: object, made: Passport, pinned: PublicKey | None) -> Iterator[str]:
    if encode(found) != content:
        yield "It is not in the one spelling that counts: something was changed between its values."
    yield from _damaged_keys(made.keys)
    try:
        note = Note.parse(made.signature)
    except MlopsError:
        yield "Its signature is damaged."
        return
    signers = note.signed_by(_keys(made))
    if not signers or _spelled(made.signature) != made.signature:
        yield "Its signature does not hold."
    if pinned is not None and pinned not in signers:
        yield f"It is not signed by the key {pinned.id}."
    yield from _unlike(note.body, made)
    yield from _ledger(made)
    yield from _origin(made)


def _damaged_keys(texts: Sequence[str]) -> Iterator[str]:
    for text in texts:
        try:
            if str(PublicKey.parse(text)) != text:
                yield f"The key {text!r} is damaged."
        except MlopsError:
            yield f"The key {text!r} is damaged."


def _keys(made: Passport) -> list[PublicKey]:
    found = []
    for text in made.keys:
        try:
            found.append(PublicKey.parse(text))
        except MlopsError:
            continue  # said already
    return found


def _signers(made: Passport) -> tuple[PublicKey, ...]:
    try:
        return Note.parse(made.signature).signed_by(_keys(made))
    except MlopsError:
        return ()


def _spelled(text: str) -> str:
    """Return a note in the one spelling of its signatures: base64 has idle bits."""
    from base64 import b64encode

    parsed = Note.parse(text)
    lines = (f"— {name} {b64encode(key + raw).decode()}\n" for (name, key), raw in parsed.signatures.items())
    return f"{parsed.body}\n{''.join(lines)}"


def _unlike(signed: str, made: Passport) -> Iterator[str]:
    """Name what is not as it was signed."""
    first = head(made.version, made.project, made.at)
    before = signed.splitlines()
    names = ("format", "version", "project", "time")
    for name, was, now in zip(names, before, first, strict=False):
        if was != now:
            yield f"The {name} is not the one that was signed."
    digests = {name: digest(part) for name, part in made.parts.items()}
    known = signed_digests(signed, len(made.keys))
    if body(first, made.keys, digests) == signed:
        return
    if before[4 : 4 + len(made.keys)] != [f"key {key}" for key in made.keys]:
        yield "The list of keys is not the one that was signed."
        return
    for name in sorted(known.keys() | digests.keys()):
        if name not in digests:
            yield f"The part {name} was removed."
        elif name not in known:
            yield f"The part {name} was added."
        elif known[name] != digests[name]:
            yield f"The part {name} was changed."


def _ledger(made: Passport) -> Iterator[str]:
    part = made.parts.get("ledger")
    keys = _keys(made)
    for item in _items(part, "lines"):
        try:
            proof = Proof.model_validate(
                {**item, "checkpoint": _said(part, "checkpoint"), "keys": [str(key) for key in keys]}
            )
        except ValidationError:
            yield "A line of the ledger is not as the format says."
            continue
        yield from (f"Ledger: {flaw}" for flaw in proof.flaws(keys))


def _origin(made: Passport) -> Iterator[str]:
    """Hold the list of the model's files against what was signed and recorded when it was registered."""
    part = made.parts.get("origin")
    lines = [
        f"{item.get('sha256')} {item.get('size')} {json.dumps(item.get('path'))}"
        for item in _items(part, "files")
    ]
    statement = _said(part, "statement")
    if statement:
        try:
            note = Note.parse(f"{statement}\n")
        except MlopsError:
            yield "The signature of the model is damaged."
            return
        if not note.signed_by(_keys(made)):
            yield "The signature of the model does not hold, or its key is not in the passport."
        if note.body.splitlines()[1:2] != [made.version]:
            yield "The signature of the model is of another version."
        if note.body.splitlines()[3:] != lines:
            yield "The model's files are not those that were signed when it was registered."
    listing = "".join(f"{line}\n" for line in lines)
    digits = hashlib.sha256(listing.encode()).hexdigest()
    for said in _registered(made):
        if said != digits:
            yield "The model's files are not those that the ledger says were registered."


def _registered(made: Passport) -> Iterator[str]:
    for item in _items(made.parts.get("ledger"), "lines"):
        try:
            line = json.loads(str(item.get("line")))
        except ValueError:
            continue
        if isinstance(line, dict) and line.get("verb") == "register":
            reason = str(line.get("reason", ""))
            if reason.startswith(_STATEMENT) and f"version:{made.version}" in line.get("outputs", ()):
                yield reason.removeprefix(_STATEMENT)


def _differences(made: Passport, folder: Path) -> Iterator[str]:
    listed = {
        str(item.get("path")): str(item.get("sha256")) for item in _items(made.parts.get("origin"), "files")
    }
    there = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if path.is_file()}
    for name in sorted(listed.keys() | there.keys()):
        if name not in there:
            yield f"The model's file {name} is missing in {folder.name}."
        elif name not in listed:
            yield f"The model's file {name} is in {folder.name}, and not in the passport."
        elif hashlib.sha256(there[name].read_bytes()).hexdigest() != listed[name]:
            yield f"The model's file {name} is not the one that the passport speaks of."


def _items(part: JsonValue, name: str) -> list[Mapping[str, JsonValue]]:
    found = part.get(name) if isinstance(part, dict) else None
    return [item for item in found if isinstance(item, dict)] if isinstance(found, list) else []


def _said(part: JsonValue, name: str) -> str:
    return str(part.get(name) or "") if isinstance(part, dict) else ""
