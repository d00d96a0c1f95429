"""The session's history: every execution of a cell since the extension was loaded, within bounds."""

from __future__ import annotations

import hashlib
import os
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice

from jupyter_mlops.experiments.recorder import generators
from jupyter_mlops.experiments.recorder.asking import asks_python
from jupyter_mlops.experiments.recorder.executed import Executed, Output, Status
from jupyter_mlops.experiments.recorder.namespace import Variables, changed, described, gone

_MOST = 20_000
_OUTPUT_BUDGET = 32 << 20
_SOURCE_BUDGET = 64 << 20


@dataclass
class _Underway:
    """A cell that runs: what there was when it began."""

    executed: Executed
    before: dict[str, int]
    drawn_before: dict[str, int]
    clock: float
    cpu: float
    peak: int
    modules: int = field(default_factory=lambda: len(sys.modules))


@dataclass
class History:
    """Remember executions in order; the oldest outputs are forgotten first, then nothing is proven any more.

    Parameters
    ----------
    known_before
        Names that were there when the recorder began.
    troubles
        Why it may lack something.
    reading
        What was read out of it so far; `trace` knows its kind.
    """

    namespace: Mapping[str, object] = field(default_factory=dict)
    executions: list[Executed] = field(default_factory=list)
    known_before: frozenset[str] = frozenset()
    troubles: list[str] = field(default_factory=list)
    reading: object | None = None
    _variables: Variables = field(default_factory=lambda: Variables({}))
    _running: list[_Underway] = field(default_factory=list)
    _after: dict[str, int] = field(default_factory=dict)
    _held: dict[str, object] = field(default_factory=dict)
    _marks: dict[str, int] = field(default_factory=dict)
    _kept: int = 0
    _trimmed: int = 0
    _sources: int = 0
    _process: int = field(default_factory=os.getpid)

    def watch(self, namespace: dict[str, object]) -> None:
        """Begin: what is there now was made by somebody whom nobody watched."""
        self.namespace = namespace
        self._variables = Variables(namespace)
        self._after = self._variables.identities()
        self._marks = generators.marks()
        self.known_before = self.names

    @property
    def is_ours(self) -> bool:
        """False in a process that a cell forked: what it does is not the session's."""
        return os.getpid() == self._process

    @property
    def names(self) -> frozenset[str]:
        """The variables there are now."""
        return frozenset(self._variables.held())

    def begin(self, source: str, cell: str | None, count: int | None) -> Executed:
        """Note that a cell begins."""
        is_quiet = self._variables.is_same(self._held)
        self._held = {}
        now = self._after if is_quiet else self._variables.identities()
        between = () if self._running or is_quiet else (*changed(self._after, now), *gone(self._after, now))
        executed = Executed(
            number=len(self.executions),
            cell=cell or derived_id(source),
            source=source,
            begun_at=time.time(),
            has_id=bool(cell),
            count=count,
            between=between,
        )
        self._append(executed)
        self._running.append(
            _Underway(executed, now, self._marks, time.perf_counter(), time.process_time(), _peak())
        )
        return executed

    def end(self, status: Status, error: str = "", outputs: Sequence[Output] = ()) -> Executed | None:
        """Note how the cell ended that began last; None when nobody saw one begin."""
        if not self._running:
            return None
        running = self._running.pop()
        executed, held = running.executed, self._variables.held()
        after = dict(zip(held, map(id, held.values()), strict=True))
        executed.took_s = time.perf_counter() - running.clock
        executed.cpu_s = time.process_time() - running.cpu
        executed.status, executed.error = status, error
        self._compare(running, after)
        peak = _peak()
        executed.peak_bytes = peak if peak > running.peak else 0
        executed.outputs = list(outputs)
        # Held until the next cell begins, and never while one runs: what a cell lets go of is gone.
        self._after, self._held = after, held
        self._kept += sum(item.size for item in executed.outputs)
        self._forget()
        return executed

    def touch(self, snapshot: str, *, is_made: bool) -> None:
        """Note that the cell that runs reads a snapshot, or makes one."""
        for running in self._running:
            (running.executed.kept if is_made else running.executed.loaded)[snapshot] = None

    def peek(self) -> None:
        """Note what the cell that runs has done so far, as if it ended now: it asks about itself."""
        for running in self._running:
            self._compare(running, self._variables.identities())

    def _compare(self, running: _Underway, after: dict[str, int]) -> None:
        executed = running.executed
        executed.bound = described(self.namespace, changed(running.before, after))
        executed.gone = tuple(gone(running.before, after))
        self._marks = generators.marks()
        executed.drawn = generators.drawn(running.drawn_before, self._marks)
        is_importing = "random" in executed.drawn and len(sys.modules) != running.modules
        if is_importing and not asks_python(executed.source, self.namespace):
            # Libraries draw from Python's generator while they are imported; what they draw is theirs.
            executed.drawn = tuple(name for name in executed.drawn if name != "random")

    def _append(self, executed: Executed) -> None:
        self._sources += len(executed.source)
        if len(self.executions) >= _MOST or self._sources > _SOURCE_BUDGET:
            if not self.troubles:
                self.troubles.append("the session is longer than what is remembered of it")
            return
        self.executions.append(executed)

    def _forget(self) -> None:
        """Forget outputs, the oldest first, until the rest fits."""
        while self._kept > _OUTPUT_BUDGET and self._trimmed < len(self.executions):
            oldest = self.executions[self._trimmed]
            self._kept -= sum(item.size for item in oldest.outputs)
            oldest.outputs = [
                Output(item.kind, dropped=item.size + item.dropped) for item in islice(oldest.outputs, 100)
            ]
            self._trimmed += 1


def derived_id(source: str) -> str:
    """Return an id for a cell that the front end does not name: the same source is the same cell."""
    return f"source-{hashlib.sha256(source.strip().encode('utf-8', 'replace')).hexdigest()[:12]}"


def _peak() -> int:
    """Return the most memory that this process has used, in bytes."""
    try:
        import resource
    except ImportError:  # Windows
        return 0
    used = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return used if sys.platform == "darwin" else used * 1024
