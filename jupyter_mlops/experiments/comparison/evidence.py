"""Gather what is known of a run: from its record where it has one, else from what was logged beside it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from jupyter_mlops.core.project import Project
from jupyter_mlops.core.tracker import Details, Run
from jupyter_mlops.experiments import provenance

RECORD = "mlops/record.json"
REQUIREMENTS = "requirements.txt"
_PIN = re.compile(r"(?P<name>[A-Za-z0-9._-]+)==(?P<version>\S+)")
_SEED = re.compile(r"(^|[_.])(random_state|seed|random_seed|rng)$")


@dataclass(frozen=True)
class Evidence:
    """What is known of a run.

    Parameters
    ----------
    cells
        The sources that it rests on, in the order in which they ran.
    modules
        Text of the user's own modules; their digest where they are large.
    parameters
        The run's own, and plain values that its cells assign by name.
    packages
        Versions by distribution.
    digests
        Of the snapshots, as far as the record has them.
    seeds
        By name; parameters that are seeds are among them.
    is_recorded
        Whether the run has a record: of one that has none, what is missing is not known.
    unseeded
        Random generators that it drew from and did not seed.
    """

    run: Run
    details: Details
    cells: tuple[str, ...] = ()
    modules: Mapping[str, str] = field(default_factory=dict)
    parameters: Mapping[str, str] = field(default_factory=dict)
    packages: Mapping[str, str] = field(default_factory=dict)
    python: str = ""
    platform: str = ""
    snapshots: tuple[str, ...] = ()
    digests: Mapping[str, str] = field(default_factory=dict)
    commit: str = ""
    is_dirty: bool = False
    seeds: Mapping[str, str] = field(default_factory=dict)
    unseeded: tuple[str, ...] = ()
    is_recorded: bool = False


def gather(project: Project, run: Run) -> Evidence:
    """Read what is known of *run*; what is missing or in an unknown form is left out."""
    details = project.tracker.details(run)
    record = _record(project.tracker.artifact(run, RECORD))
    packages, python, platform = _installed(_mapping(record.get("environment")))
    if not packages:
        text = (project.tracker.artifact(run, REQUIREMENTS) or b"").decode("utf-8", "replace")
        packages, python, platform = _pinned(text)
    git = _mapping(record.get("git"))
    assigned = {name: _flat(value) for name, value in _mapping(record.get("parameters")).items()}
    parameters = {**assigned, **run.params}
    tagged = [part.strip() for part in run.tags.get(provenance.SNAPSHOTS, "").split(",") if part.strip()]
    digests = _digests(record.get("snapshots"))
    chance = _mapping(record.get("seeds"))
    seeded = {*_list(chance.get("seeded"))}
    return Evidence(
        run=run,
        details=details,
        cells=tuple(_cells(record)) or ((details.source,) if details.source else ()),
        modules={name: _text(_mapping(source)) for name, source in _mapping(record.get("modules")).items()},
        parameters={name: value for name, value in parameters.items() if not is_seed(name)},
        packages=packages,
        python=python,
        platform=platform,
        snapshots=tuple(tagged) or tuple(digests),
        digests=digests,
        commit=str(git.get("commit") or run.tags.get(provenance.COMMIT, "")),
        is_dirty=bool(git.get("is_dirty")) or run.tags.get(provenance.DIRTY) == "true",
        seeds={name: value for name, value in parameters.items() if is_seed(name)},
        unseeded=tuple(str(name) for name in _list(chance.get("drawn")) if name not in seeded),
        is_recorded=bool(record),
    )


def is_seed(name: str) -> bool:
    """Tell whether a parameter is a seed, by its name."""
    return _SEED.search(name.lower()) is not None


def _record(content: bytes | None) -> Mapping[str, object]:
    try:
        return _mapping(json.loads(content or b"{}"))
    except ValueError:
        return {}


def _cells(record: Mapping[str, object]) -> Iterator[str]:
    """Yield the sources of the cells that the run rests on, or of all of them where that is not told."""
    cells = {place: _mapping(item) for place, item in enumerate(_list(record.get("cells")))}
    by_number = {cell.get("number", place): cell for place, cell in cells.items()}
    rests_on = [by_number[number] for number in _list(record.get("slice")) if number in by_number]
    yield from (
        str(cell["source"]) for cell in rests_on or cells.values() if isinstance(cell.get("source"), str)
    )


def _installed(environment: Mapping[str, object]) -> tuple[dict[str, str], str, str]:
    packages, _, _ = _pinned("\n".join(map(str, _list(environment.get("packages")))))
    return packages, str(environment.get("python", "")), str(environment.get("platform", ""))


def _pinned(text: str) -> tuple[dict[str, str], str, str]:
    """Read a requirements file as `record` writes it: Python and platform as comments, then pins."""
    comments = [line[2:] for line in text.splitlines() if line.startswith("# ")]
    python = next((line.removeprefix("python ") for line in comments if line.startswith("python ")), "")
    platform = next((line for line in comments if not line.startswith("python ")), "")
    pins = (_PIN.match(line) for line in text.splitlines())
    return {pin["name"].lower().replace("_", "-"): pin["version"] for pin in pins if pin}, python, platform


def _digests(snapshots: object) -> dict[str, str]:
    found = [_mapping(item) for item in _list(snapshots)]
    return {str(item["ref"]): str(item.get("digest", "")) for item in found if "ref" in item}


def _text(source: Mapping[str, object]) -> str:
    return str(source.get("text") or source.get("sha256", ""))


def _mapping(value: object) -> Mapping[str, object]:
    return value if isinstance(value, Mapping) else {}


def _list(value: object) -> Sequence[object]:
    return value if isinstance(value, list) else []


def _flat(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, sort_keys=True)
