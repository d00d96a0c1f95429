"""transcript: the ledger in forms that others read."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from jupyter_mlops.core import door, ledger
from jupyter_mlops.core.errors import Conflict, Invalid, MlopsError, NotFound, Refused
from jupyter_mlops.core.project import Project
from jupyter_mlops.core.record import Record
from jupyter_mlops.core.types import VersionRef
from jupyter_mlops.core.verb import Verb, verb, verb_of
from jupyter_mlops.governance import transcript
from jupyter_mlops.governance.transcript import Form
from tests.unit.governance.conftest import set_up

# The specification's own, https://openlineage.io/spec/2-0-2/OpenLineage.json, Apache-2.0.
SCHEMA = json.loads((Path(__file__).parent / "openlineage.schema.json").read_text())


class Moved(Record):
    """An answer that names a version."""

    version: VersionRef


@verb("ship", effect="write", foreign=True)
def ship(project: Project, version: VersionRef) -> Moved:
    """Change a store that is not ours, by way of another verb."""
    door.enter(project, the(move), {"version": version})
    return Moved(version="churn@4")


@verb("move", effect="write")
def move(project: Project, version: VersionRef) -> Moved:
    """Move something, or refuse."""
    if version == "churn@13":
        raise Refused("Not this one.", hint="")
    return Moved(version="churn@3")


def the(function: object) -> Verb:
    found = verb_of(function)
    assert found is not None
    return found


@pytest.fixture
def busy(project: Project) -> Project:
    """Five lines: an intent, a call within it, its outcome; one that was refused; one alone."""
    door.enter(project, the(ship), {"version": "churn@2"})
    with pytest.raises(Refused):
        door.enter(project, the(move), {"version": "churn@13"})
    door.enter(project, the(move), {"version": "churn@2"})
    return project


def texts(project: Project, form: Form) -> list[dict[str, object]]:
    with project.store.read() as connection:
        return [json.loads(line) for line in transcript.lines(connection, form, "shop")]


class TestJsonLines:
    def test_a_line_can_be_hashed_by_whoever_reads_it(self, busy: Project) -> None:
        """Sorted keys and no blanks, each holding the hash of the one before."""
        previous = ledger.GENESIS
        for item in texts(busy, "jsonl"):
            line = item["line"]
            assert isinstance(line, dict)
            canonical = json.dumps(line, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
            assert hashlib.sha256(canonical.encode()).hexdigest() == item["hash"]
            assert line["previous"] == previous
            previous = str(item["hash"])


class TestOpenLineage:
    def test_every_event_is_one_by_the_specification(self, busy: Project) -> None:
        """Their own JSON schema says so."""
        validator = Draft202012Validator({"$ref": "#/$defs/RunEvent", **SCHEMA})
        found = texts(busy, "openlineage")
        assert found
        for event in found:
            validator.validate(event)

    def test_each_call_is_a_run_that_starts_and_ends(self, busy: Project) -> None:
        """Whether or not the ledger holds an intent; a refusal is an abort."""
        runs: dict[str, list[str]] = {}
        for event in texts(busy, "openlineage"):
            runs.setdefault(event["run"]["runId"], []).append(str(event["eventType"]))  # type: ignore[index]
        assert list(runs.values()) == [
            ["START", "COMPLETE"],
            ["START", "COMPLETE"],
            ["START", "ABORT"],
            ["START", "COMPLETE"],
        ]

    def test_a_call_within_a_call_names_its_parent(self, busy: Project) -> None:
        """As a facet of the run."""
        start, inner, *_ = texts(busy, "openlineage")
        parent = inner["run"]["facets"]["parent"]  # type: ignore[index]
        assert parent["run"]["runId"] == start["run"]["runId"]  # type: ignore[index]
        assert parent["job"]["name"] == "ship"


class TestWrite:
    def test_it_writes_a_new_file_of_the_project(self, busy: Project) -> None:
        """As many lines as there are."""
        assert transcript.write(busy, "jsonl", "") == (5, "ledger-jsonl.jsonl")
        assert len((busy.root / "ledger-jsonl.jsonl").read_text().splitlines()) == 5

    @pytest.mark.parametrize(
        ("file", "error"),
        [
            ("pyproject.toml", Conflict),
            ("../elsewhere.jsonl", NotFound),
            ("/tmp/elsewhere.jsonl", NotFound),
            (".mlops/mlops.jsonl", Invalid),
            ("nowhere/a.jsonl", NotFound),
            ("..", MlopsError),
        ],
    )
    def test_it_replaces_nothing_and_stays_inside(
        self, busy: Project, file: str, error: type[MlopsError]
    ) -> None:
        """Whatever it is told."""
        set_up(busy, "")
        with pytest.raises(error):
            transcript.write(busy, "jsonl", file)
        assert [path.name for path in busy.root.iterdir() if path.name.startswith(".")] == [".mlops"]

    def test_a_viewer_writes_nothing(self, busy: Project) -> None:
        """Though reading is allowed."""
        set_up(busy, "default_role = 'viewer'")
        with pytest.raises(Refused, match="needs contributor"):
            transcript.write(Project(busy.root), "jsonl", "")
