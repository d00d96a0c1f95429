"""The record of a run: all that is needed to compare it with another, and to make it again."""

from __future__ import annotations

import ast
import functools
import os
import platform
import sys
from collections.abc import Iterable, Sequence
from typing import Literal

from jupyter_mlops.core.errors import MlopsError
from jupyter_mlops.core.project import Project
from jupyter_mlops.core.record import Record
from jupyter_mlops.data.versions.resolve import resolve
from jupyter_mlops.experiments.environment import environment
from jupyter_mlops.experiments.recorder import generators
from jupyter_mlops.experiments.recorder.data_read import Basis
from jupyter_mlops.experiments.recorder.masking import Mask
from jupyter_mlops.experiments.recorder.proof import Proof
from jupyter_mlops.experiments.recorder.sources import Git, Source, git_of, modules
from jupyter_mlops.experiments.recorder.trace import GENERATOR, Step
from jupyter_mlops.pipelines.file import python_source

PATH = "mlops/record.json"


class CellRecord(Record):
    """One execution.

    Parameters
    ----------
    number
        Its place in the session, from 0.
    inputs
        For each variable that it read, the number of the execution that made it; −1 what was there before.
    took_s, cpu_s, peak_bytes
        What it cost; the peak of the process' memory where it raised it.
    """

    number: int
    cell: str
    label: str
    source: str
    status: str
    error: str = ""
    begun_at: float
    took_s: float
    cpu_s: float = 0.0
    peak_bytes: int = 0
    reads: tuple[str, ...] = ()
    writes: tuple[str, ...] = ()
    inputs: dict[str, int] = {}
    state: str = ""


class DataRead(Record):
    """A snapshot that was read."""

    ref: str
    digest: str


class RecordedEnvironment(Record):
    """What it ran in: packages are pins, like `numpy==2.4.6`."""

    python: str
    platform: str
    digest: str
    packages: tuple[str, ...]
    machine: str
    host: str = ""
    processors: int
    memory_bytes: int
    accelerators: tuple[str, ...] = ()


class Seeds(Record):
    """The global random generators.

    Parameters
    ----------
    states
        Base64 of each one's state when the record was made: the content of `repr` for Python's own, bytes otherwise.
    drawn, seeded
        Those that the slice drew from, and those that it seeded.
    """

    states: dict[str, str] = {}
    drawn: tuple[str, ...] = ()
    seeded: tuple[str, ...] = ()


class RunRecord(Record):
    """All that is known of how a run came about; `format` grows when a reader must know.

    Parameters
    ----------
    cells
        Every execution of the session, in order.
    slice
        Numbers of the executions that the run rests on, in order.
    parameters
        Plain values that the slice's cells assign by name, as Python writes them.
    is_proven, reasons
        Whether a clean run of the slice would make it again, and why not.
    snapshots_of
        Whose they are: of the slice's cells, or of the whole session, as nobody knows which of them the slice read.
    masked
        How many secret and personal values were masked, by kind: such a source may not run as it stands.
    """

    format: Literal[1] = 1
    run: str
    name: str
    notebook: str = ""
    recorded_at: str
    is_proven: bool
    reasons: tuple[str, ...] = ()
    findings: tuple[str, ...] = ()
    cells: tuple[CellRecord, ...] = ()
    slice: tuple[int, ...] = ()
    parameters: dict[str, str] = {}
    snapshots: tuple[DataRead, ...] = ()
    snapshots_of: Basis = "session"
    environment: RecordedEnvironment
    git: Git | None = None
    modules: dict[str, Source] = {}
    seeds: Seeds = Seeds()
    masked: dict[str, int] = {}


def cells_of(proof: Proof) -> tuple[CellRecord, ...]:
    """Return the session's executions as the record keeps them."""
    steps = proof.trace.steps if proof.trace is not None else []
    return tuple(_cell(step, proof) for step in steps)


def parameters_of(sources: Iterable[str]) -> dict[str, str]:
    """Return the plain values that cells assign by name; the last one of each counts."""
    return {
        name: ast.unparse(value) for source in sources for name, value in python_source.plain_values(source)
    }


def environment_of(project: Project) -> RecordedEnvironment:
    """Return what is installed, and the machine; both are read once."""
    found = environment(project)
    memory, accelerators = _hardware()
    return RecordedEnvironment(
        python=found.python,
        platform=found.platform,
        digest=found.digest,
        packages=found.packages,
        machine=platform.machine(),
        host=platform.node(),
        processors=os.cpu_count() or 0,
        memory_bytes=memory,
        accelerators=accelerators,
    )


def seeds_of(proof: Proof) -> Seeds:
    """Return the global generators' states, and what the slice did with them."""
    drawn = dict.fromkeys(name for step in proof.steps for name in step.executed.drawn)
    seeded = dict.fromkeys(name for step in proof.steps for name in sorted(step.effects.seeds))
    return Seeds(states=generators.states(), drawn=tuple(drawn), seeded=tuple(seeded))


def data_of(project: Project, refs: Sequence[str]) -> tuple[DataRead, ...]:
    """Return the snapshots with their digests; one that is not there any more has none."""
    return tuple(DataRead(ref=ref, digest=_digest(project, ref)) for ref in refs)


def code_of(project: Project) -> tuple[Git | None, dict[str, Source]]:
    """Return the checkout and the modules of the user's own."""
    return git_of(project.root), modules(project.root)


def masked(record: RunRecord, mask: Mask) -> RunRecord:
    """Return the record without secrets and personal data, and with the count of them."""
    kept = {
        "environment",
        "seeds",
        "run",
        "recorded_at",
        "snapshots",
        "snapshots_of",
        "slice",
    }  # digests and pins, no text of a person
    clean = {key: value if key in kept else mask.value(value) for key, value in record.wire().items()}
    return RunRecord.model_validate({**clean, "masked": dict(mask.counts)})


def _cell(step: Step, proof: Proof) -> CellRecord:
    executed = step.executed
    state = proof.states.get(executed.cell)
    return CellRecord(
        number=step.number,
        cell=executed.cell,
        label=executed.label,
        source=executed.source,
        status=executed.status,
        error=executed.error,
        begun_at=executed.begun_at,
        took_s=executed.took_s,
        cpu_s=executed.cpu_s,
        peak_bytes=executed.peak_bytes,
        reads=tuple(
            sorted(step.effects.reads & (step.inputs.keys() | {GENERATOR + name for name in executed.drawn}))
        ),
        writes=tuple(sorted(step.effects.writes)),
        inputs=dict(step.inputs),
        state=state.state if state is not None else "",
    )


def _digest(project: Project, ref: str) -> str:
    try:
        return resolve(project, ref).digest
    except MlopsError:
        return ""


@functools.lru_cache(maxsize=1)
def _memory() -> int:
    import psutil

    return int(psutil.virtual_memory().total)


def _hardware() -> tuple[int, tuple[str, ...]]:
    torch = sys.modules.get("torch")
    cuda = getattr(torch, "cuda", None)
    if cuda is None or not cuda.is_available():
        return _memory(), ()
    return _memory(), tuple(str(cuda.get_device_name(number)) for number in range(cuda.device_count()))
