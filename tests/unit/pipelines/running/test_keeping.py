"""Any notebook that goes on after a failure ends as it would have without one."""

from __future__ import annotations

import asyncio
import builtins
import json
import tempfile
from pathlib import Path
from types import FunctionType, GeneratorType, ModuleType
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from nbformat.v4 import new_code_cell

from jupyter_mlops.pipelines.running.checkpoint import Kept
from jupyter_mlops.pipelines.running.checkpoint_log import Log
from jupyter_mlops.pipelines.running.inside import freeze
from jupyter_mlops.pipelines.running.inside.keeper import Keeper
from jupyter_mlops.pipelines.running.keeping import Keeping

START = "import numpy as np\nclass Box:\n    pass"
KINDS = (
    "{x} = [{n}]",
    "{x} = {{'k': {y}}}",
    "{x} = {y}",
    "{x} = [{y}, {y}]",
    "{x}.append({n})",
    "{x}.append({y})",
    "{x}[0] = {n}",
    "{x}['k'] = {n}",
    "{x} += [{n}]",
    "{x} = np.arange(6.)",
    "{x} = {y}[1:4]",
    "{x} *= 2",
    "{x} = Box()\n{x}.inner = {y}",
    "{x}.inner = {n}",
    "{x} = (i for i in {y})",
    "{x} = (i for i in range(9))",
    "next({x})",
    "def {x}():\n    {y}.append({n})\n    return {y}",
    "{x} = lambda: {y}",
    "def {x}():\n    global {y}\n    {y} = [{n}]",
    "{x}()",
    "{y} = {x}()",
    "del {x}",
    "for {x} in [{n}, {y}]: pass",
    "if {n} % 2: {x} = {y}",
)
CELL = st.tuples(
    st.sampled_from(KINDS), st.sampled_from("abcd"), st.sampled_from("abcd"), st.integers(0, 9)
).map(lambda made: made[0].format(x=made[1], y=made[2], n=made[3]))


class Shell:
    """A notebook's names, and what runs cells in them."""

    def __init__(self) -> None:
        self.user_ns = {**vars(ModuleType("__main__")), "__builtins__": builtins}
        self.execution_count = 1

    def transform_cell(self, raw_cell: str) -> str:
        return raw_cell

    def run(self, code: str) -> None:
        freeze.use_namespace(self.user_ns)
        exec(code, self.user_ns)
        self.execution_count += 1


class Agent:
    """Answers as the one in a kernel does, through JSON."""

    def __init__(self, shell: Shell) -> None:
        self._shell = shell
        self._keeper: Keeper | None = None

    async def ask(self, do: str, _timeout_s: float, **content: Any) -> dict[str, Any]:
        given = json.loads(json.dumps(content))
        if do == "begin_checkpoints":
            self._keeper = Keeper(self._shell, **given)
            return {"python": "3", "path": []}
        answer: dict[str, Any] = json.loads(json.dumps(getattr(self._keeper, do)(**given) or {}))
        return answer


class Run:
    """A kernel, and what is kept of it."""

    def __init__(self, folder: Path, kept: Kept) -> None:
        self.shell = Shell()
        self.keeping = Keeping(kept, Agent(self.shell), folder, folder)  # type: ignore[arg-type]
        asyncio.run(self.keeping.begin())

    def cell(self, code: str) -> None:
        self.shell.run(code)
        assert asyncio.run(self.keeping.after(new_code_cell(code), code, code)) == ""

    def resume(self, cells: list[str]) -> None:
        asyncio.run(self.keeping.prepare())
        for place, code in enumerate(cells):
            if place in self.keeping.replayed:
                asyncio.run(self.keeping.before(place))
                self.shell.run(code)
        asyncio.run(self.keeping.settle())


def kept_in(folder: Path) -> Kept:
    log = Log(folder, bytes(32))
    first, *entries = log.read() or [{}]
    return Kept(folder, log, first, entries)


def shape(names: dict[str, object]) -> list[object]:
    """Return what the variables are, with a mark wherever two are one or share memory."""
    seen: dict[int, int] = {}
    arrays: list[np.ndarray] = []

    def told(value: object) -> object:
        if isinstance(value, int | float | str | None):
            return value
        if id(value) in seen:
            return f"#{seen[id(value)]}"
        seen[id(value)] = len(seen)
        if isinstance(value, dict):
            return [(key, told(item)) for key, item in value.items()]
        if isinstance(value, list):
            return [told(item) for item in value]
        if isinstance(value, np.ndarray):
            arrays.append(value)
            return ["array", *value.tolist(), [np.shares_memory(value, other) for other in arrays]]
        if isinstance(value, GeneratorType):
            return ["generator", *map(told, value)]
        if isinstance(value, FunctionType):
            return ["function", value.__code__.co_names]
        return ["box", told(vars(value))]

    known = {name: value for name, value in sorted(names.items()) if name in set("abcd")}
    return [(name, told(value)) for name, value in known.items()]


def runnable(cells: list[str]) -> list[str]:
    """Return the cells that do not raise; one that does may have changed something first, so they are tried again."""
    trial, found = Shell(), []
    for cell in cells:
        try:
            trial.run(cell)
        except Exception:  # noqa: BLE001 - what a random cell raises is not the question
            continue
        found.append(cell)
    return found if len(found) == len(cells) else runnable(found)


@pytest.mark.filterwarnings("ignore")
@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(CELL, min_size=3, max_size=14), st.integers(0, 14))
def test_any_notebook_that_goes_on(cells: list[str], failed: int) -> None:
    """The same values, the same things in common, the same places in generators."""
    before = freeze.namespace()
    try:
        good = runnable([START, *cells])
        whole = Shell()
        for cell in good:
            whole.run(cell)
        with tempfile.TemporaryDirectory() as folder:
            first = Run(Path(folder), kept_in(Path(folder)))
            done = good[: max(1, failed)]
            for cell in done:
                first.cell(cell)
            second = Run(Path(folder), kept_in(Path(folder)))
            second.resume(done)
            for cell in good[len(done) :]:
                second.cell(cell)
            assert shape(second.shell.user_ns) == shape(whole.user_ns)
    finally:
        freeze.use_namespace(before)
