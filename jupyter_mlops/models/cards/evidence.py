"""Gather what is known of a version, each thing from where it was written down first."""

from __future__ import annotations

import hashlib
import json
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from pydantic import JsonValue
from sqlalchemy import RowMapping, Text, cast, or_, select

from jupyter_mlops.core.errors import Invalid, MlopsError, NotFound
from jupyter_mlops.core.ledger import LEDGER
from jupyter_mlops.core.project import Project
from jupyter_mlops.core.record import Record
from jupyter_mlops.core.tracker import ModelVersion, Run
from jupyter_mlops.core.types import SnapshotRef
from jupyter_mlops.data.versions.catalogue import Snapshot
from jupyter_mlops.data.versions.resolve import resolve
from jupyter_mlops.governance import approval
from jupyter_mlops.governance.approval import Approval
from jupyter_mlops.governance.lineage import Derivation, lineage
from jupyter_mlops.governance.tables import APPROVALS
from jupyter_mlops.models import tags
from jupyter_mlops.models.safe import Origin, check_origin

_FOLDER = "cards"
_REQUIREMENTS = "requirements.txt"
_GATE = "gates/latest.txt"
_EVALUATION = "evaluation/latest.txt"
_LONGEST = 1_000_000


class Line(Record):
    """A line of the ledger: what it says, and the digest by which it is proven."""

    seq: int
    at: str
    actor: str
    verb: str
    outcome: str
    reason: str
    note: str
    alias: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    hash: str

    def __str__(self) -> str:
        return f"line {self.seq} ({self.hash[:12]})"


class Training(Record):
    """A snapshot that a version was trained on, and its columns: name, type, missing, distinct."""

    ref: SnapshotRef
    digest: str
    manifest: str
    rows: int
    columns: tuple[tuple[str, str, str, str], ...]
    personal: tuple[str, ...] = ()


class Setting(Record):
    """Exactly what was installed where it was trained."""

    python: str
    platform: str
    packages: tuple[str, ...]
    digest: str


@dataclass(frozen=True)
class Stated:
    """What people say of a model in a file of the project, where no evidence can know it.

    Parameters
    ----------
    points
        Texts by the number of a template's point.
    """

    file: str
    digest: str = ""
    texts: Mapping[str, str] = field(default_factory=dict)
    points: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Evidence:
    """Everything that is known of a version; what is not known is None or empty.

    Parameters
    ----------
    lost
        Snapshots that it names and that are not there any more.
    lines
        The ledger's lines that touch it, its run or its data, the oldest first.
    others
        The other versions of the model, the newest first.
    """

    version: ModelVersion
    origin: Origin
    run: Run | None
    training: tuple[Training, ...]
    lost: tuple[str, ...]
    environment: Setting | None
    evaluation: Mapping[str, JsonValue] | None
    gate: Mapping[str, JsonValue] | None
    approvals: tuple[Approval, ...]
    lineage: tuple[Derivation, ...]
    lines: tuple[Line, ...]
    others: tuple[ModelVersion, ...]
    stated: Stated

    def moves(self) -> Sequence[Line]:
        """Return the promotions and rollbacks that made an alias point at it."""
        return [line for line in self.lines if line.verb in {"promote", "rollback"}]

    def made(self, thing: str) -> Line | None:
        """Return the first line that made a thing, like `version:churn@3`."""
        return next((line for line in self.lines if thing in line.outputs), None)


def gather(project: Project, version: ModelVersion) -> Evidence:
    """Read everything that is known of a version."""
    run = _run(project, version)
    named = _named(version, run)
    training, lost = _training(project, named)
    return Evidence(
        version=version,
        origin=check_origin(project, version),
        run=run,
        training=training,
        lost=lost,
        environment=_environment(project, run),
        evaluation=_kept(project, run, _EVALUATION, version),
        gate=_kept(project, run, _GATE, version),
        approvals=_approvals(project, version),
        lineage=_lineage(project, version),
        lines=_lines(project, version, run, named),
        others=tuple(item for item in project.tracker.versions(version.name) if item.ref != version.ref),
        stated=stated(project, version.name),
    )


def stated(project: Project, name: str) -> Stated:
    """Read `cards/NAME.toml`: texts, and in its table `points` those of a template's points.

    Raises
    ------
    Invalid
        It is no such file.
    """
    path = project.root / _FOLDER / f"{name}.toml"
    file = f"{_FOLDER}/{name}.toml"
    if not path.is_file():
        return Stated(file)
    content = path.read_bytes()
    try:
        found = tomllib.loads(content.decode())
    except ValueError as error:
        raise Invalid(
            f"{file} cannot be read: {error}.", hint='Write lines like provider = "Shop Ltd".'
        ) from None
    points = found.pop("points", {})
    said = {**found, **(points if isinstance(points, dict) else {"points": points})}
    wrong = sorted(key for key, value in said.items() if not isinstance(value, str))
    if wrong:
        raise Invalid(f"{wrong[0]} in {file} is no text.", hint='Write lines like provider = "Shop Ltd".')
    return Stated(file, hashlib.sha256(content).hexdigest(), _texts(found), _texts(points))


def _texts(found: Mapping[str, object]) -> dict[str, str]:
    return {key: str(value).strip() for key, value in found.items() if str(value).strip()}


def _run(project: Project, version: ModelVersion) -> Run | None:
    try:
        return project.tracker.run(f"@{version.tags.get(tags.RUN) or (version.run or '').removeprefix('@')}")
    except (NotFound, Invalid):
        return None  # somebody deleted it, or it names none, which the card says


def _named(version: ModelVersion, run: Run | None) -> list[str]:
    said = version.tags.get(tags.SNAPSHOTS) or (run.tags.get(tags.SNAPSHOTS, "") if run else "")
    return [part.strip() for part in said.split(",") if part.strip()]


def _training(project: Project, named: Iterable[str]) -> tuple[tuple[Training, ...], tuple[str, ...]]:
    found, lost = [], []
    for name in named:
        try:
            found.append(_snapshot(project, resolve(project, name)))
        except MlopsError:
            lost.append(name)
    return tuple(found), tuple(lost)


def _snapshot(project: Project, found: Snapshot) -> Training:
    from jupyter_mlops.data.profiles import profiling
    from jupyter_mlops.data.profiles.record import Profile
    from jupyter_mlops.data.versions.privacy import known_of

    profile = Profile.of(profiling.of_snapshot(project, found), found.ref, [found.ref])
    with project.store.read() as connection:
        personal = known_of(connection, found) or ()
    columns = (
        (
            item.name,
            item.dtype,
            f"{item.missing / item.rows:.1%}" if item.rows else "",
            "" if item.distinct is None else f"{item.distinct}",
        )
        for item in profile.columns
    )
    return Training(
        ref=found.ref,
        digest=found.digest,
        manifest=found.manifest,
        rows=found.rows,
        columns=tuple(columns),
        personal=tuple(map(str, personal)),
    )


def _environment(project: Project, run: Run | None) -> Setting | None:
    content = None if run is None else project.tracker.artifact(run, _REQUIREMENTS)
    if content is None:
        return None
    lines = content.decode("utf-8", "replace").splitlines()
    comments = [line.removeprefix("#").strip() for line in lines if line.startswith("#")]
    python, platform, *_ = [*comments, "", ""]
    pins = tuple(line.strip() for line in lines if line.strip() and not line.startswith("#"))
    return Setting(
        python=python.removeprefix("python "),
        platform=platform,
        packages=pins,
        digest=hashlib.sha256(content).hexdigest(),
    )


def _kept(
    project: Project, run: Run | None, latest: str, version: ModelVersion
) -> Mapping[str, JsonValue] | None:
    """Return the report on this version that *latest* names, beside which it lies under its digest."""
    name = None if run is None else project.tracker.artifact(run, latest)
    if run is None or name is None:
        return None
    folder = latest.partition("/")[0]
    content = project.tracker.artifact(run, f"{folder}/{name.decode('utf-8', 'replace').strip()}.json")
    try:
        found = json.loads((content or b"")[:_LONGEST], parse_constant=str)  # NaN is no JSON
    except ValueError:
        return None
    is_of_it = isinstance(found, dict) and found.get("version", version.ref) == version.ref
    return found if is_of_it else None


def _approvals(project: Project, version: ModelVersion) -> tuple[Approval, ...]:
    subject = APPROVALS.c.subject.startswith(f"version:{version.ref}>", autoescape=True)
    with project.store.read() as connection:
        found = approval.listed(connection, select(APPROVALS).where(subject), now=project.clock.now())
    return tuple(reversed(found))


def _lineage(project: Project, version: ModelVersion) -> tuple[Derivation, ...]:
    try:
        return lineage(project, f"version:{version.ref}", up=True).links
    except NotFound:
        return ()


def _lines(
    project: Project, version: ModelVersion, run: Run | None, named: Iterable[str]
) -> tuple[Line, ...]:
    things = [f"version:{version.ref}", *([f"run:{run.ref}"] if run else [])]
    read, made = (cast(column, Text) for column in (LEDGER.c.inputs, LEDGER.c.outputs))
    asked = [(column, thing) for column in (read, made) for thing in things]
    asked += [(made, f"snapshot:{name}") for name in named]  # what else came of the data is another story
    touched = or_(*(column.contains(json.dumps(thing), autoescape=True) for column, thing in asked))
    query = select(LEDGER).where(touched, LEDGER.c.phase == "outcome").order_by(LEDGER.c.seq)
    with project.store.read() as connection:
        return tuple(line_of(row) for row in connection.execute(query).mappings())


def line_of(row: RowMapping) -> Line:
    """Return a line of the ledger from its row."""
    said = {key: row[key] for key in Line.model_fields if key in row}
    arguments = row["arguments"]
    note = arguments.get("note") or arguments.get("comment") or arguments.get("message") or ""
    moves = row["verb"] in {"promote", "rollback"}
    return Line(**said, note=str(note), alias=str(arguments.get("to", "champion")) if moves else "")
