"""The ledger as others read it: JSON Lines, or OpenLineage events."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Literal, TypeAlias

from sqlalchemy import Connection, RowMapping, select

from jupyter_mlops import __version__
from jupyter_mlops.core import checkpoint, ledger
from jupyter_mlops.core.errors import Conflict, Invalid, Refused
from jupyter_mlops.core.ledger import LEDGER
from jupyter_mlops.core.policy import is_at_least, role_of
from jupyter_mlops.core.project import Project, confined

Form: TypeAlias = Literal["jsonl", "openlineage"]
_BATCH = 1_000
_PRODUCER = f"urn:jupyter-mlops:{__version__}"
_SCHEMA = "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent"
_PARENT_SCHEMA = "https://openlineage.io/spec/facets/1-2-0/ParentRunFacet.json#/$defs/ParentRunFacet"
_EVENT_TYPES = {"started": "START", "ok": "COMPLETE", "failed": "FAIL", "refused": "ABORT"}


def lines(connection: Connection, form: Form, name: str) -> Iterator[str]:
    """Yield the ledger's lines as JSON texts, the oldest first.

    Parameters
    ----------
    name
        The project's; OpenLineage calls its things by it.
    """
    found = (
        connection.execution_options(yield_per=_BATCH)
        .execute(select(LEDGER).order_by(LEDGER.c.seq))
        .mappings()
    )
    make: Callable[[RowMapping], Iterable[str]] = (
        _json if form == "jsonl" else _Events(f"jupyter-mlops://{name}")
    )
    for row in found:
        yield from make(row)


def write(project: Project, form: Form, file: str) -> tuple[int, str]:
    """Write the whole ledger to a new file of the project; return how many lines that were, and its name.

    Raises
    ------
    Refused
        Only contributors write files.
    Conflict
        The file exists.
    """
    role = role_of(project.actor, project.settings)
    if not is_at_least(role, "contributor"):
        raise Refused(
            f"{project.actor.name} is {role}, and writing a file needs contributor.", hint="Ask an admin."
        )
    path = _new_file(project, file or f"ledger-{form}.jsonl")
    count = 0
    try:
        with path.open("x", encoding="utf-8", errors="replace") as out, project.store.read() as connection:
            for line in lines(connection, form, project.name):
                out.write(f"{line}\n")
                count += 1
    except FileExistsError:
        raise Conflict(f"{file} exists already.", hint="Name another file.") from None
    except BaseException:
        path.unlink()
        raise
    return count, path.relative_to(project.root.resolve()).as_posix()


def _new_file(project: Project, file: str) -> Path:
    folder = confined(project.root, Path(file).parent)
    path = folder / Path(file).name
    if not folder.is_dir() or path.is_relative_to(project.folder.resolve()) or not Path(file).name:
        raise Invalid(f"{file!r} is no place for a file of the project.", hint="Name one outside of .mlops.")
    return path


def _json(row: RowMapping) -> Iterable[str]:
    """Return the canonical line, with its hash beside what it is of."""
    return [f'{{"hash":"{row["hash"]}","line":{ledger.canonical(dict(row)).decode("utf-8", "replace")}}}']


class _Events:
    """Make OpenLineage events: each call is a run, which starts and ends."""

    def __init__(self, namespace: str) -> None:
        self._namespace = namespace
        self._ledger = ""
        self._verbs: dict[int, str] = {}

    def __call__(self, row: RowMapping) -> Iterable[str]:
        self._ledger = self._ledger or checkpoint.origin_of(row["hash"])
        if row["phase"] == "intent":
            self._verbs[row["seq"]] = row["verb"]
        if row["phase"] == "outcome" and row["intent"] is None:
            yield self._event(row, "START", _began(row))
        yield self._event(row, _EVENT_TYPES[row["outcome"]], row["at"])

    def _event(self, row: RowMapping, kind: str, at: str) -> str:
        event = {
            "eventType": kind,
            "eventTime": at,
            "producer": _PRODUCER,
            "schemaURL": _SCHEMA,
            "run": {"runId": self._run(row["intent"] or row["seq"]), "facets": self._facets(row)},
            "job": {"namespace": self._namespace, "name": row["verb"]},
            "inputs": self._datasets(row["inputs"]),
            "outputs": self._datasets(row["outputs"] if kind == "COMPLETE" else ()),
        }
        return json.dumps(event, ensure_ascii=False, allow_nan=False)

    def _run(self, seq: int) -> str:
        return str(uuid.uuid5(uuid.NAMESPACE_URL, f"{self._ledger}/{seq}"))

    def _datasets(self, references: Iterable[str]) -> list[Mapping[str, str]]:
        return [{"namespace": self._namespace, "name": reference} for reference in references]

    def _facets(self, row: RowMapping) -> dict[str, object]:
        said = {key: row[key] for key in ("seq", "actor", "source", "face", "reason", "hash")}
        facets: dict[str, object] = {
            "jupyterMlops_ledger": {"_producer": _PRODUCER, "_schemaURL": f"{_PRODUCER}:ledger", **said}
        }
        if row["parent"] in self._verbs:
            facets["parent"] = {
                "_producer": _PRODUCER,
                "_schemaURL": _PARENT_SCHEMA,
                "run": {"runId": self._run(row["parent"])},
                "job": {"namespace": self._namespace, "name": self._verbs[row["parent"]]},
            }
        return facets


def _began(row: RowMapping) -> str:
    return (datetime.fromisoformat(row["at"]) - timedelta(milliseconds=row["duration_ms"] or 0)).isoformat()
