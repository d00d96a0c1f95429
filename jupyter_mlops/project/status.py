"""Look at the project at a glance: our own store, and one question to the registry that need not be answered."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from jupyter_mlops import __version__
from jupyter_mlops.core import ledger
from jupyter_mlops.core.card import Card
from jupyter_mlops.core.errors import MlopsError
from jupyter_mlops.core.ledger import AuditEvent
from jupyter_mlops.core.policy import role_of
from jupyter_mlops.core.project import Project
from jupyter_mlops.core.record import Record
from jupyter_mlops.core.redact import redact
from jupyter_mlops.core.verb import Role, verb
from jupyter_mlops.data.versions import catalogue
from jupyter_mlops.experiments import spool
from jupyter_mlops.experiments.recorder.proof import cell_states
from jupyter_mlops.experiments.recorder.states import CellState
from jupyter_mlops.governance.evidence import evidence
from jupyter_mlops.models.history import DEFAULT
from jupyter_mlops.models.standing import Standing, recorded_standings, standings
from jupyter_mlops.pipelines.scheduling import agenda
from jupyter_mlops.pipelines.scheduling.agenda import Attendant

_RECENT = 5
_CELLS = 8
_STRAYS = 5
_SERVING = 10


class Status(Record):
    """What the project holds and what happened last.

    Parameters
    ----------
    champions
        Model versions that serve: where the registry has the alias, or the ledger, if the registry does not answer.
    unfinished
        Calls that began and never said how they ended.
    evidence
        How far rewriting the ledger would show.
    workers
        Who performs pipelines, with the age of their heartbeats.
    cells
        The state of each cell of this notebook's session, in a kernel.
    warnings
        What somebody should look at.
    """

    root: str
    version: str
    actor: str
    role: Role
    tracking: str
    datasets: int
    lines: int
    champions: tuple[str, ...]
    recent: tuple[AuditEvent, ...]
    unfinished: tuple[AuditEvent, ...]
    evidence: str = ""
    workers: tuple[Attendant, ...] = ()
    cells: tuple[CellState, ...] = ()
    warnings: tuple[str, ...] = ()

    def card(self) -> Card:
        """Show the counts, what serves, and the last lines of the ledger."""
        facts = (
            ("project", self.root),
            ("you", f"{self.actor}, {self.role}"),
            ("datasets", str(self.datasets)),
            ("serving", _few(self.champions) or "nothing yet"),
            ("ledger", f"{self.lines} lines; tamper-evidence: {self.evidence}"),
            ("tracking", self.tracking),
            *(("worker", str(worker)) for worker in self.workers),
            *_cell_facts(self.cells),
        )
        rows = tuple(
            (event.at[:19].replace("T", " "), event.verb, _touched(event), event.outcome)
            for event in self.recent
        )
        notes = self.warnings + tuple(
            f"{event.verb} of line {event.seq} has not ended: running, or cut off."
            for event in self.unfinished
        )
        step = "%mlops runs" if self.lines > 1 else "%mlops snapshot df NAME"
        columns = ("when", "verb", "on", "outcome") if rows else ()
        return Card("Status", "warning" if notes else "info", facts, columns, rows, notes, (step,))


@verb("status", effect="read")
def status(project: Project) -> Status:
    """Show what the project holds, what serves, and what happened last."""
    with project.store.read() as connection:
        lines = ledger.last(connection)
        recent = tuple(ledger.entries(connection, limit=_RECENT, newest=True, settled=True))
        unfinished = tuple(ledger.unfinished(connection))
        datasets = catalogue.count(connection)
        workers = agenda.attendance(connection, project.clock.now())
        worries = agenda.worries(connection, project.clock.now())
    protected = evidence(project)
    standing, unanswered = _standing(project)
    return Status(
        root=str(project.root),
        version=__version__,
        role=role_of(project.actor, project.settings),
        actor=f"{project.actor.name} ({project.actor.source})",
        tracking=redact(project.settings.tracking_uri) or "MLflow in .mlops",
        datasets=datasets,
        lines=lines,
        champions=_champions(standing),
        recent=recent,
        unfinished=unfinished,
        evidence=protected.reach,
        workers=workers,
        cells=cell_states(project),
        warnings=protected.warnings + _strays(standing) + unanswered + worries + _unsent(project),
    )


def _few(names: tuple[str, ...]) -> str:
    """Name the first, and say how many more there are."""
    more = f" and {len(names) - _SERVING:,} more" if len(names) > _SERVING else ""
    return ", ".join(names[:_SERVING]) + more


def _unsent(project: Project) -> tuple[str, ...]:
    count = spool.waiting(project)
    if not count:
        return ()
    said = "1 run waits" if count == 1 else f"{count} runs wait"
    return (f"{said} in .mlops/spool for the tracker; the next `record` sends what it lacks.",)


def _standing(project: Project) -> tuple[list[Standing], tuple[str, ...]]:
    """Return where aliases stand, and what is to be said where the registry does not tell."""
    try:
        return standings(project), ()
    except MlopsError as error:
        said = f"What serves is the ledger's word; whether others moved it is not known. {error.message}"
        return recorded_standings(project), (said,)


def _champions(found: Iterable[Standing]) -> tuple[str, ...]:
    return tuple(
        f"{item.model}@{item.version}" for item in found if item.alias == DEFAULT and item.version is not None
    )


def _strays(found: Iterable[Standing]) -> tuple[str, ...]:
    """Say what was moved outside; of many, the first."""
    said = [str(item) for item in found if item.is_foreign]
    more = [f"{len(said) - _STRAYS} more aliases were moved outside."] if len(said) > _STRAYS else []
    return (*said[:_STRAYS], *more)


def _cell_facts(cells: tuple[CellState, ...]) -> list[tuple[str, str]]:
    """Count the cells by their state, and name the first that are not fresh."""
    if not cells:
        return []
    counts = Counter(item.state for item in cells)
    said = ", ".join(f"{count} {state}" for state, count in counts.most_common())
    doubtful = [item for item in cells if item.state != "fresh"]
    more = [("cell", f"and {len(doubtful) - _CELLS} more")] if len(doubtful) > _CELLS else []
    return [("cells", said), *(("cell", str(item)) for item in doubtful[:_CELLS]), *more]


def _touched(event: AuditEvent) -> str:
    return ", ".join(reference.partition(":")[2] for reference in event.outputs or event.inputs)
