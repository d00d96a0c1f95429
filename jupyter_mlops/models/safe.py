"""Know whose a version's files are before anything of them is loaded."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Literal, TypeAlias

from sqlalchemy import Text, cast, select

from jupyter_mlops.core import call, checkpoint, keys, note
from jupyter_mlops.core.card import Card
from jupyter_mlops.core.card import State as Mark
from jupyter_mlops.core.errors import Invalid, MlopsError, NotFound, Refused
from jupyter_mlops.core.ledger import LEDGER
from jupyter_mlops.core.note import Note, PublicKey
from jupyter_mlops.core.project import Project
from jupyter_mlops.core.record import Record
from jupyter_mlops.core.tracker import PICKLE, KeptFile, ModelVersion
from jupyter_mlops.core.types import VersionRef
from jupyter_mlops.experiments.trust import is_library
from jupyter_mlops.models import tags
from jupyter_mlops.models.consents import vouched

Status: TypeAlias = Literal["signed", "trusted", "consented", "unknown", "altered"]
DIGITS = 16
FORMAT = "jupyter-mlops/model/1"
_SIGNED_TAGS = (
    tags.RUN,
    tags.SNAPSHOTS,
    tags.ESTIMATOR,
    tags.FINGERPRINT,
    tags.TRUSTED,
    tags.CONSENTED,
    tags.CONSENTED_BY,
)
_SAID = "model files sha256:"
_MARKS: dict[Status, Mark] = {
    "signed": "ok",
    "trusted": "info",
    "consented": "info",
    "unknown": "warning",
    "altered": "failed",
}


class Origin(Record):
    """Whose a version's files are.

    Parameters
    ----------
    status
        `signed`: as they were registered, by a key of this project. `trusted`: not signed, but they can bring no
        code besides scikit-learn's and what settings trust. `consented`: not signed, but somebody vouched for these
        very files. `unknown`: not signed, and they may bring code.
        `altered`: not what was signed.
    reason
        How one knows; of what is altered, a sentence each.
    digest
        SHA-256 of the list of files; empty when they are gone.
    key
        The public key that signed.
    types
        What they may bring besides what the safe format loads by itself.
    """

    version: VersionRef
    status: Status
    reason: str
    digest: str
    files: int
    key: str = ""
    types: tuple[str, ...] = ()
    consented: tuple[str, ...] = ()
    consented_by: str = ""

    @property
    def is_well(self) -> bool:
        """Whether the version may be loaded."""
        return self.status in {"signed", "trusted", "consented"}

    def card(self) -> Card:
        """Say whose it is, and what it may bring."""
        facts = (
            ("why", self.reason),
            ("files", f"{self.files}, sha256 {self.digest[:12]}" if self.digest else "none"),
            ("signed by", self.key),
            ("may bring", ", ".join(self.types)),
            ("consent", f"{', '.join(self.consented)}, by {self.consented_by}" if self.consented else ""),
        )
        shown = tuple(fact for fact in facts if fact[1])
        return Card(f"{self.version} is {self.status}", _MARKS[self.status], shown)


def load_version(project: Project, version: ModelVersion) -> object:
    """Return the estimator of a version, once its origin is known: every load goes through here.

    Raises
    ------
    Refused
        Its files were altered, or nobody vouches for what they may bring.
    """
    found = check_origin(project, version)
    if found.status == "altered":
        raise Refused(
            f"{version.ref} is not what was registered: {found.reason}",
            hint="Bring its files back from a backup, or register the model anew.",
        )
    if found.status == "unknown" and found.types:  # else the tracker says why it does not load it
        raise Refused(
            f"Nobody vouches for {version.ref}: {found.reason}",
            hint=f'If you know that its code is harmless: `%mlops trust {version.ref} {found.digest[:DIGITS]} "WHY"`.',
        )
    admitted = found.types if found.status in {"trusted", "consented"} else ()
    return project.tracker.load(version, admitted=admitted)


def check_origin(project: Project, version: ModelVersion) -> Origin:
    """Tell whose a version's files are, by their digests and the signature made at `register`; nothing is loaded."""
    try:
        files = project.tracker.model_files(version)
    except NotFound as error:
        return _origin(version, "altered", error.message, ())
    written = version.tags.get(tags.SIGNATURE, "")
    recorded = _recorded(project, version)
    if not written and recorded:
        return _origin(version, "altered", "Its signature was removed.", files)
    if not written:
        return _unsigned(project, version, "It is not signed.", files)
    known = known_keys(project)
    signer, flaws = _judge(written, version, files, known)
    if not flaws and recorded and recorded != digest_of(files):
        flaws = ["Its files are not those that the ledger says were registered."]
    if flaws:
        return _origin(version, "altered", " ".join(flaws), files)
    if signer is None:
        return _unsigned(project, version, "It is signed by a key that is unknown here.", files)
    return _origin(version, "signed", "Every file is as it was registered.", files, str(signer))


def stamp(project: Project, version: ModelVersion) -> ModelVersion:
    """Sign a version's files and what its tags say of them, once; without a key it stays unsigned."""
    if tags.SIGNATURE in version.tags or _recorded(project, version):
        return version
    try:
        signer = keys.load(project) or keys.make(project)
        files = project.tracker.model_files(version)
    except MlopsError:
        return version  # `card` and the gate say that it is unsigned; what was trained is not lost for it
    call.because(f"{_SAID}{digest_of(files)}")
    return project.tracker.tag(
        version, {tags.SIGNATURE: note.sign(statement(version, files), signer).strip("\n")}
    )


def statement(version: ModelVersion, files: Sequence[KeptFile]) -> str:
    """Return the text that is signed: the version, its tags, its files."""
    said = {key: version.tags[key] for key in _SIGNED_TAGS if key in version.tags}
    lines = (FORMAT, version.ref, json.dumps(said, sort_keys=True), *map(_line, files))
    return "".join(f"{line}\n" for line in lines)


def digest_of(files: Sequence[KeptFile]) -> str:
    """Return the SHA-256 of the list of *files*."""
    return hashlib.sha256("".join(f"{_line(item)}\n" for item in files).encode()).hexdigest()


def known_keys(project: Project) -> tuple[PublicKey, ...]:
    """Return the keys whose signature counts here: those trusted or the first, and those that one of them introduced."""
    known = tuple(PublicKey.parse(text) for text in project.settings.checkpoint_trust)
    with project.store.read() as connection:
        signed = checkpoint.after(connection)
    known = known or (signed[0].keys if signed else _own(project))
    for item in signed:
        signers = Note.parse(item.note).signed_by(item.keys)
        if set(signers) & set(known):
            known += tuple(key for key in signers if key not in known)
    return known


def _own(project: Project) -> tuple[PublicKey, ...]:
    signer = keys.load(project)
    return () if signer is None else (signer.public,)


def _judge(
    written: str, version: ModelVersion, files: Sequence[KeptFile], known: Sequence[PublicKey]
) -> tuple[PublicKey | None, list[str]]:
    """Return who signed, if it is somebody known, and what is not as it was signed."""
    try:
        parsed = Note.parse(f"{written}\n")
    except MlopsError:
        return None, ["Its signature is damaged."]
    claimed = [key for key in known if (key.name, key.hash) in parsed.signatures]
    signers = parsed.signed_by(claimed)
    if claimed and not signers:
        return None, ["Its signature does not hold."]
    signer = signers[0] if signers else None
    expected = statement(version, files)
    return signer, [] if parsed.body == expected else list(_differences(parsed.body, expected))


def _differences(signed: str, found: str) -> Iterator[str]:
    head, tagged, *lines = [*signed.splitlines(), "", "", ""][1:]
    now, now_tagged, *now_lines = [*found.splitlines(), "", "", ""][1:]
    if head != now:
        yield f"Its signature is of {head}."
    if tagged != now_tagged:
        yield "Its tags are not those that were signed."
    before, after = _by_path(lines), _by_path(now_lines)
    for path in sorted(before.keys() | after.keys()):
        if path not in after:
            yield f"{path} is gone."
        elif path not in before:
            yield f"{path} was added."
        elif before[path] != after[path]:
            yield f"{path} was changed."


def _by_path(lines: Sequence[str]) -> Mapping[str, str]:
    parts = (line.split(" ", 2) for line in lines if line.count(" ") >= 2)
    return {path.strip('"'): f"{digest} {size}" for digest, size, path in parts}


def _line(item: KeptFile) -> str:
    return f"{item.sha256} {item.size_bytes} {json.dumps(item.path)}"


def _recorded(project: Project, version: ModelVersion) -> str:
    """Return the digest of its files that the ledger holds since it was registered."""
    quoted = json.dumps(f"version:{version.ref}")[1:-1]
    query = select(LEDGER.c.reason).where(
        LEDGER.c.verb == "register",
        LEDGER.c.outcome == "ok",
        LEDGER.c.reason.startswith(_SAID, autoescape=True),
        cast(LEDGER.c.outputs, Text).contains(f'"{quoted}"', autoescape=True),
    )
    with project.store.read() as connection:
        found = connection.execute(query.order_by(LEDGER.c.seq).limit(1)).scalar()
    return str(found or "").removeprefix(_SAID)


def _unsigned(project: Project, version: ModelVersion, why: str, files: Sequence[KeptFile]) -> Origin:
    try:
        types = tuple(dict.fromkeys((*_types(version), *project.tracker.brings(version))))
    except (Invalid, NotFound) as error:
        return _origin(version, "unknown", f"{why} {error.message}", files)
    foreign = [name for name in types if not is_library(name) and name not in project.settings.trusted]
    consent = vouched(project, version, digest_of(files)) if foreign else None
    if consent is not None:
        found = _origin(version, "consented", f"{why} {consent}", files)
    elif foreign:
        what = f"It is {PICKLE}." if PICKLE in foreign else f"It may bring {', '.join(foreign)}."
        found = _origin(version, "unknown", f"{why} {what}", files)
    else:
        found = _origin(version, "trusted", f"{why} It can bring no code of its own.", files)
    return found.model_copy(update={"types": types})


def _origin(
    version: ModelVersion, status: Status, reason: str, files: Sequence[KeptFile], key: str = ""
) -> Origin:
    consented = version.tags.get(tags.CONSENTED, "")
    return Origin(
        version=version.ref,
        status=status,
        reason=reason,
        digest=digest_of(files) if files else "",
        files=len(files),
        key=key,
        types=_types(version),
        consented=tuple(filter(None, consented.split(", "))),
        consented_by=version.tags.get(tags.CONSENTED_BY, ""),
    )


def _types(version: ModelVersion) -> tuple[str, ...]:
    try:
        found = json.loads(version.tags.get(tags.TRUSTED, "[]"))
    except ValueError:
        return ("a list of types that cannot be read",)
    return tuple(map(str, found)) if isinstance(found, list) else ()
