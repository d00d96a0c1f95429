"""Prove that nobody rewrote the ledger: its chain, what was signed of it, and what copies elsewhere say."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from jupyter_mlops.core import checkpoint, copies, destinations, ledger
from jupyter_mlops.core.checkpoint import Checkpoint
from jupyter_mlops.core.errors import MlopsError
from jupyter_mlops.core.merkle import Tree
from jupyter_mlops.core.note import Head, Note, PublicKey
from jupyter_mlops.core.project import Project
from jupyter_mlops.core.redact import redact

LOCAL_ONLY = (
    "Tamper-evidence: local only. Whoever can write here can write all of it anew; set checkpoint_copy."
)
_TOLERANCE = timedelta(minutes=1)  # parallel writers look at the clock before they wait for each other


@dataclass(frozen=True)
class Verdict:
    """What was found.

    Parameters
    ----------
    flaws
        What is not as it was written, a sentence each.
    doubts
        What is not proven, a sentence each.
    signed
        How many lines the last checkpoint signs.
    keys
        The public keys that signed, the first one first.
    """

    lines: int
    flaws: tuple[str, ...] = ()
    doubts: tuple[str, ...] = ()
    signed: int = 0
    keys: tuple[PublicKey, ...] = ()


@dataclass(frozen=True)
class _Statement:
    """A checkpoint, and where it lies."""

    where: str
    note: Note
    head: Head


@dataclass
class _Reading:
    """What one pass over the lines remembers: the roots that checkpoints speak of, and where the clock went back."""

    sizes: frozenset[int]
    tree: Tree = field(default_factory=Tree)
    roots: dict[int, bytes] = field(default_factory=dict)
    origin: str = ""
    latest: str = ""
    turned: list[int] = field(default_factory=list)

    def see(self, seq: int, at: str, written: str) -> None:
        if seq == 1:
            self.origin = checkpoint.origin_of(written)
        if at >= self.latest:
            self.latest = at
        elif _went_back(self.latest, at):
            self.turned.append(seq)
            self.latest = at
        try:
            self.tree.add(bytes.fromhex(written))
        except ValueError:
            self.tree.add(written.encode())  # no hash: whatever was signed, it was not this
        if self.tree.size in self.sizes:
            self.roots[self.tree.size] = self.tree.root()


def verify(project: Project, *, against: Sequence[str] = ()) -> Verdict:
    """Read the whole ledger, and hold it against every checkpoint there is.

    Parameters
    ----------
    against
        Further places that hold checkpoints, each a file or a folder.
    """
    flaws: list[str] = []
    doubts: list[str] = []
    elsewhere = list(_elsewhere(project, against, flaws, doubts))
    with project.store.read() as connection:
        ledger.hold_still(connection)
        try:
            signed = checkpoint.after(connection)
        except (ValueError, TypeError, MlopsError) as error:
            signed = []
            flaws.append(f"The store's checkpoints cannot be read: {error}.")
        own = list(_parsed(((item.note, "the store") for item in signed), flaws))
        reading = _Reading(frozenset(item.head.size for item in (*own, *elsewhere)))
        lines, broken = ledger.verify(connection, reading.see)
    flaws = [flaw.what for flaw in broken] + flaws
    keys = _keys(project, signed, flaws, doubts)
    newest = max((item.head.size for item in own), default=0)
    flaws += _contradictions(own, reading, lines)
    flaws += _strangers(elsewhere, keys, newest, lines)
    flaws += _contradictions(elsewhere, reading, lines)
    doubts = [*_unproven(project, against, lines, newest), *_turns(reading), *doubts]
    return Verdict(lines, tuple(dict.fromkeys(flaws)), tuple(doubts), min(newest, lines), keys)


def _elsewhere(
    project: Project, against: Sequence[str], flaws: list[str], doubts: list[str]
) -> Iterator[_Statement]:
    """Yield what lies outside the store."""
    beside = checkpoint.remembered(project)
    if beside:
        yield from _parsed([(beside, "checkpoint.txt")], flaws)
    for place in (*project.settings.checkpoint_copy, *against):
        shown = redact(place)
        try:
            notes = destinations.read(project, place)
        except (OSError, MlopsError) as error:
            doubts.append(f"The copy in {shown} could not be read: {error}")
            continue
        yield from _parsed(((text, shown) for text in notes), flaws)


def _parsed(notes: Iterable[tuple[str, str]], flaws: list[str]) -> Iterator[_Statement]:
    for text, where in notes:
        try:
            note = Note.parse(text)
            yield _Statement(where, note, Head.parse(note.body))
        except MlopsError:
            flaws.append(f"A checkpoint in {where} is damaged.")


def _keys(
    project: Project, signed: Sequence[Checkpoint], flaws: list[str], doubts: list[str]
) -> tuple[PublicKey, ...]:
    """Return the keys that may sign: those trusted, or the first, and each that one of them introduced."""
    trusted = tuple(PublicKey.parse(text) for text in project.settings.checkpoint_trust)
    known = trusted or (signed[0].keys if signed else ())
    for item in signed:
        signers = _signers(item)
        if not signers:
            flaws.append(f"The signature on lines 1 to {item.size} does not hold.")
        elif not set(signers) & set(known):
            said = f"From line {item.size} on, another key signs ({signers[0].id}), which no earlier one introduced."
            (flaws if trusted else doubts).append(said)
        known += tuple(key for key in signers if key not in known)
    return known


def _signers(item: Checkpoint) -> tuple[PublicKey, ...]:
    try:
        note = Note.parse(item.note)
        return note.signed_by(item.keys) if Head.parse(note.body).size == item.size else ()
    except MlopsError:
        return ()


def _strangers(
    elsewhere: Sequence[_Statement], keys: Sequence[PublicKey], newest: int, lines: int
) -> Iterator[str]:
    for item in elsewhere:
        if keys and not item.note.signed_by(keys):
            yield f"The checkpoint of {item.head.size} lines in {item.where} is signed by no key of this ledger."
        if newest < item.head.size <= lines:
            yield f"The store lacks checkpoints: {item.where} has one of {item.head.size} lines."


def _contradictions(found: Sequence[_Statement], reading: _Reading, lines: int) -> Iterator[str]:
    """Say where the lines are not those that a checkpoint speaks of: in each place, the first such."""
    good: dict[str, int] = {}
    seen: set[str] = set()
    for item in sorted(found, key=lambda item: item.head.size):
        size, where = item.head.size, item.where
        if where in seen:
            continue
        if item.head.origin != reading.origin:
            yield f"{where} speaks of another ledger ({item.head.origin}), or line 1 was replaced."
        elif size > lines:
            yield (
                f"{where} signs {size} lines{_time(item.head)}, and there are {lines}: "
                "the end was cut off, or an old backup was restored."
            )
        elif reading.roots.get(size) != item.head.root:
            yield (
                f"Lines {good.get(where, 0) + 1} to {size} are not those that were signed"
                f"{_time(item.head)}, says {where}."
            )
        else:
            good[where] = size
            continue
        seen.add(where)


def _unproven(project: Project, against: Sequence[str], lines: int, newest: int) -> Iterator[str]:
    if not project.settings.checkpoint_copy and not against:
        yield LOCAL_ONLY
    if lines and not newest:
        yield "Nothing is signed: whoever can write the store could have written every line anew."
    elif lines - newest > checkpoint.LINES:
        yield f"The last {lines - newest} lines are not signed; `%mlops checkpoint` says why."
    for copy in copies.standing(project):
        if copy.reason or copy.size < newest:
            why = f": {copy.reason}" if copy.reason else ""
            yield f"The copy in {copy.destination} is at line {copy.size} of {newest}{why}"
        elif not destinations.can_be_read(copy.destination):
            yield f"What `{copy.destination}` received cannot be read back; give it as `--against FILE`."


def _turns(reading: _Reading) -> Iterator[str]:
    if reading.turned:
        more = f", and {len(reading.turned) - 1} more" if len(reading.turned) > 1 else ""
        yield f"The clock went back before line {reading.turned[0]}{more}: times around it are not to be trusted."


def _went_back(before: str, after: str) -> bool:
    try:
        return datetime.fromisoformat(before) - datetime.fromisoformat(after) > _TOLERANCE
    except (ValueError, TypeError):
        return True


def _time(head: Head) -> str:
    said = next((line for line in head.extra if line.startswith("time ")), "")
    return f" at {said.removeprefix('time ')[:19].replace('T', ' ')} UTC" if said else ""
