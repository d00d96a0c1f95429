"""Sessions for tests: cells executed in a dictionary while a history watches, as a shell would."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from jupyter_mlops.experiments.recorder.executed import Status
from jupyter_mlops.experiments.recorder.history import History
from jupyter_mlops.experiments.recorder.sheet import Written
from jupyter_mlops.experiments.recorder.states import CellState, states
from jupyter_mlops.experiments.recorder.trace import Trace

NOTEBOOKS = Path(__file__).parents[3] / "notebooks" / "states"
_CELL = re.compile(r"^# %% (?P<name>\w+)(?P<how> -> now| \(deleted\))?$\n", re.MULTILINE)


class Session:
    """A kernel without a kernel."""

    def __init__(self) -> None:
        self.namespace: dict[str, object] = {"__name__": "__main__"}
        self.history = History()
        self.history.watch(self.namespace)

    def run(self, source: str, cell: str | None = None) -> None:
        """Execute a cell; an error of its own is kept in the history."""
        self.history.begin(source, cell, len(self.history.executions) + 1)
        status: Status = "ok"
        error = ""
        try:
            with contextlib.redirect_stdout(None):
                exec(compile(source, "<cell>", "exec"), self.namespace)
        except Exception as raised:  # noqa: BLE001 - as a kernel does
            status, error = "failed", type(raised).__name__
        self.history.end(status, error)

    def trace(self) -> Trace:
        """Return the trace of what has run."""
        return Trace(self.history).update()

    def states(self, sheet: Iterable[Written] | None = None) -> dict[str, CellState]:
        """Return the state of each cell, by its id."""
        return {item.cell: item for item in states(self.trace(), None if sheet is None else list(sheet))}


@dataclass
class Sheet:
    """A notebook of ours as text: its cells, how they were run, and the states to expect."""

    cells: dict[str, str] = field(default_factory=dict)
    now: dict[str, str] = field(default_factory=dict)
    deleted: set[str] = field(default_factory=set)
    turns: list[str] = field(default_factory=list)
    expected: dict[str, str] = field(default_factory=dict)

    @classmethod
    def read(cls, name: str) -> Sheet:
        """Read a notebook's text."""
        head, *parts = _CELL.split((NOTEBOOKS / f"{name}.ipynb.txt").read_text(encoding="utf-8"))
        sheet = cls()
        for cell, how, source in zip(parts[::3], parts[1::3], parts[2::3], strict=True):
            (sheet.now if how == " -> now" else sheet.cells)[cell] = source.strip()
            sheet.deleted |= {cell} if how == " (deleted)" else set()
        said = re.findall(r"^# (run|expect): (\w+) ?(.*)$", head, re.MULTILINE)
        sheet.expected = {cell: state for word, cell, state in said if word == "expect"}
        runs = [f"{cell} {rest}".split() for word, cell, rest in said if word == "run"]
        found = re.search(r"^# run: (.*)$", head, re.MULTILINE)
        sheet.turns = found[1].split() if found and runs else list(sheet.cells)
        return sheet

    def play(self) -> Mapping[str, CellState]:
        """Run the cells as the notebook says, and return their states; `name*` runs the newer source."""
        session = Session()
        for turn in self.turns:
            name = turn.removesuffix("*")
            session.run(self.now[name] if turn.endswith("*") else self.cells[name], name)
        present = [name for name in self.cells if name not in self.deleted]
        return session.states(Written(name, self.now.get(name, self.cells[name])) for name in present)
