"""Propose what the tables of a dataset keep, from versions that were good."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import reduce
from typing import Annotated

from pydantic import Field

from jupyter_mlops.checks.case import Case
from jupyter_mlops.checks.check import ask
from jupyter_mlops.checks.contracts import contract, files, propose, texts
from jupyter_mlops.checks.contracts.contract import Contract, Document, Place
from jupyter_mlops.core import call, progress
from jupyter_mlops.core.card import Card
from jupyter_mlops.core.errors import Invalid, NotFound
from jupyter_mlops.core.project import Project
from jupyter_mlops.core.record import Record
from jupyter_mlops.core.types import DatasetName, SnapshotRef
from jupyter_mlops.core.verb import verb
from jupyter_mlops.data.profiles import profiling
from jupyter_mlops.data.sketch.table import TableSketch
from jupyter_mlops.data.versions.catalogue import Snapshot
from jupyter_mlops.data.versions.loading import loaded
from jupyter_mlops.data.versions.resolve import resolve

_SHOWN = 80


class Expectation(Record):
    """A contract that good versions keep, and the file that it becomes.

    Parameters
    ----------
    good
        The versions that it was proposed from; all of them keep every rule.
    text
        The whole file, as it is or would be written.
    diff
        How that differs from the file that is there.
    rules
        How many rules it has.
    notes
        What was widened, and what the good versions break though people wrote it.
    """

    dataset: DatasetName
    good: tuple[SnapshotRef, ...]
    file: str
    text: str
    diff: str = ""
    rules: int
    notes: tuple[str, ...] = ()
    is_changed: bool
    is_written: bool = False

    def card(self) -> Card:
        """Show the file, or what would change in it."""
        lines = (self.diff or self.text).splitlines()
        shown = () if self.is_written or not self.is_changed else tuple(lines[:_SHOWN])
        more = (
            (f"… {len(lines) - _SHOWN} more lines; --json shows all",)
            if shown and len(lines) > _SHOWN
            else ()
        )
        return Card(
            self._title(),
            "ok" if self.is_written else "info",
            (("rules", str(self.rules)), ("from", ", ".join(self.good))),
            notes=(*self.notes, *shown, *more),
            next=self._next(),
        )

    def _title(self) -> str:
        if self.is_written:
            return f"Wrote {self.file}"
        if not self.is_changed:
            return f"{self.file} says what {', '.join(self.good)} keep already"
        return f"{self.file} would be {'changed' if self.diff else 'made'}; nothing is written yet"

    def _next(self) -> tuple[str, ...]:
        if self.is_written or not self.is_changed:
            return (f"%mlops validate {self.good[-1]}",)
        return (f"%mlops expect {' '.join(self.good)} --write",)


@verb("expect", effect="write", long=True)
def expect(
    project: Project,
    refs: Annotated[
        tuple[SnapshotRef, ...], Field(description="Good versions of one dataset, like customers@3.")
    ],
    *,
    write: Annotated[
        bool, Field(description="Write the file; without it, only show what would be written.")
    ] = False,
) -> Expectation:
    """Propose a contract that good versions of a dataset keep, and write its file once you have seen it."""
    found = [resolve(project, ref) for ref in refs]
    names = {item.dataset for item in found}
    if len(names) != 1:
        raise Invalid(
            f"{', '.join(sorted(names)) or 'Nothing'} is not one dataset.",
            hint="Name versions of one dataset.",
        )
    for ref, item in zip(refs, found, strict=True):
        call.reads(f"snapshot:{item.ref}", given=f"snapshot:{ref}")
    draft = _Draft(project, sorted(found, key=lambda item: item.version))
    made = draft.made()
    if write and made.is_changed:
        files.write(draft.path, made.text, draft.before)
        return made.model_copy(update={"is_written": True})
    return made


class _Draft:
    """A contract's file, as it is and as it would be."""

    def __init__(self, project: Project, good: Sequence[Snapshot]) -> None:
        self._project = project
        self.path = files.locate(project, good[0].dataset)
        self.before = files.read(self.path)
        self._known = None if self.before is None else contract.parse(self.before, self.path.name)
        self._good = [*_earlier(project, self._known, good), *good]
        self._profiles = [profiling.of_snapshot(project, item) for item in self._good]

    def made(self) -> Expectation:
        """Return what the file would become."""
        dataset, refs = self._good[0].dataset, [item.ref for item in self._good]
        table, proposed = propose.of_table(self._profiles), dict(_columns(self._profiles))
        document = Document(dataset=dataset, good=tuple(refs), columns=proposed, table=table)
        fresh = contract.made(document, self.path.name)
        known = () if self._known is None else (self._known,)
        first, *rest = self._breaches(fresh, *known)
        broken = {breach.place for breach in first}
        columns = {name: _kept(name, keys, broken) for name, keys in proposed.items()}
        change = _changed(self._known, columns, rest[0]) if self._known else _Change({}, {})
        text = (
            texts.made(dataset, refs, table, columns)
            if self.before is None
            else texts.changed(self.before, refs, change.new, change.wider)
        )
        return Expectation(
            dataset=dataset,
            good=tuple(refs),
            file=self.path.name,
            text=text,
            diff=_diff(self.before, text, self.path.name),
            rules=len(contract.parse(text, self.path.name).placed),
            notes=tuple(dict.fromkeys(change.notes)),
            is_changed=text != self.before,
        )

    def _breaches(self, *asked: Contract) -> list[list[_Breach]]:
        """Return, for each contract, the rules that a good version breaks, or about which nothing can be told."""
        found: list[list[_Breach]] = [[] for _ in asked]
        for done, item in enumerate(self._good):
            progress.report(done, len(self._good), f"checking {item.ref}")
            frame = loaded(self._project, item.ref)
            case = Case(item.ref, frame, self._project, item.dataset, item)
            for breaches, one in zip(found, asked, strict=True):
                breaches.extend(_breaches(one, case))
        return found


def _breaches(asked: Contract, case: Case) -> Iterator[_Breach]:
    for place, rule in asked.placed:
        if rule.severity != "error" or not case.places.keys() >= set(rule.about):
            continue
        report = ask(case.name, case, [rule])
        if not report.is_well:
            yield _Breach(place, report.headline, tuple(finding.subject for finding in report.findings))


def _changed(known: Contract, columns: Mapping[str, propose.Keys], breaches: Sequence[_Breach]) -> _Change:
    """Add columns that are new, and widen what the good versions break, where a wider rule is proposed."""
    new = {name: keys for name, keys in columns.items() if name not in known.document.columns}
    change = _Change(new, {})
    for breach in breaches:
        wider = dict(_wider(breach, columns, new))
        change.wider.update(wider)
        outcome = "is widened" if wider else "stays, though the version breaks it"
        if wider or not set(breach.about) <= set(new):
            change.notes.append(f"{'.'.join(breach.place)} {outcome}: {breach.what}.")
    return change


@dataclass(frozen=True)
class _Change:
    """What is to be changed in a contract: columns that are new, rules by their place, and what to say of it."""

    new: Mapping[str, propose.Keys]
    wider: dict[Place, object]
    notes: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class _Breach:
    """A rule that a good version breaks, how, and what about."""

    place: Place
    what: str
    about: tuple[str, ...]


def _earlier(project: Project, known: Contract | None, good: Sequence[Snapshot]) -> Iterator[Snapshot]:
    """Yield the versions that the contract was proposed from before, as far as they are still there."""
    for ref in known.document.good if known else ():
        if ref not in {item.ref for item in good}:
            with suppress(NotFound):
                yield resolve(project, ref)


def _wider(
    breach: _Breach, columns: Mapping[str, propose.Keys], new: Mapping[str, propose.Keys]
) -> Iterator[tuple[Place, object]]:
    """Yield the rules, by their place, that the good versions keep in stead of a broken one."""
    if breach.place[0] == "columns" and breach.place[-1] in columns.get(breach.place[1], {}):
        yield breach.place, columns[breach.place[1]][breach.place[-1]]
    elif breach.place == ("table", "schema"):
        gone = [name for name in breach.about if columns.get(name, {}).get("optional") and name not in new]
        yield from ((("columns", name, "optional"), True) for name in gone)


def _columns(profiles: Sequence[TableSketch]) -> Iterator[tuple[str, propose.Keys]]:
    whole = reduce(TableSketch.merge, profiles)
    seen: set[str] = set()
    for column in whole.columns:
        if column.name not in seen:
            yield column.name, propose.of_column(column, [item.column(column.name) for item in profiles])
        seen.add(column.name)


def _kept(name: str, keys: propose.Keys, broken: set[Place]) -> propose.Keys:
    """Leave out what a good version breaks, and the lengths of texts that keep a pattern."""
    kept = {key: value for key, value in keys.items() if ("columns", name, key) not in broken}
    if "pattern" in kept:
        kept.pop("length", None)
    return kept


def _diff(before: str | None, after: str, name: str) -> str:
    if before is None:
        return ""
    lines = difflib.unified_diff(before.splitlines(), after.splitlines(), name, name, lineterm="", n=1)
    return "\n".join(lines)
