"""Have the kernel keep what the cells change, within a tenth of the time they take, and bring it back in another one.

Imported only where a notebook is run.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterable
from pathlib import Path

from nbformat import NotebookNode

from jupyter_mlops.pipelines.running import ingredients
from jupyter_mlops.pipelines.running.agent import Agent, AgentLost, Answer
from jupyter_mlops.pipelines.running.checkpoint import Kept
from jupyter_mlops.pipelines.running.checkpoint_log import Entry
from jupyter_mlops.pipelines.running.checkpoint_plan import Group

_SHARE, _FREE_S = 0.1, 1.0
_MOST_EACH_MB, _MOST_MB = 1_000, 4_000
_PATIENCE_S = 60.0
_RESTORE_S = 3600.0


class NotRestored(Exception):
    """What was kept could not be brought back."""


class Keeping:
    """Keep one run's cells.

    Parameters
    ----------
    home
        The project's root: modules below it are the user's own.
    folder
        Where the notebook runs: cells name files from here.
    """

    def __init__(self, kept: Kept, agent: Agent, home: Path, folder: Path) -> None:
        self.start = len(kept.entries)
        self.replayed = kept.plan.replayed
        self._kept = kept
        self._plan = kept.plan
        self._agent = agent
        self._home = home
        self._folder = folder
        self._live: dict[str, Group] = {}
        self._began = time.monotonic()
        self._spent = 0.0
        self._is_on = True
        self._shelf = kept.outputs

    async def begin(self) -> str:
        """Prepare the kernel, before its first cell; return what the user should know."""
        said = await self._agent.ask(
            "begin_checkpoints",
            _PATIENCE_S,
            folder=str(self._kept.folder / "objects"),
            home=str(self._home),
            most_each=_MOST_EACH_MB,
            most=_MOST_MB,
        )
        if "error" in said:
            self._is_on = False
            return f"nothing is kept for resuming: {said['error']}."
        known = {
            "python": said["python"],
            "path": said["path"],
            "packages": ingredients.packages(said["path"]),
        }
        self._kept.made_from |= known
        if not self.start:
            self._kept.log.start([self._kept.made_from])
        self._began = time.monotonic()
        return ""

    async def after(self, cell: NotebookNode, source: str, shown: str) -> str:
        """Keep what a cell has changed that has just ended well; return what the user should know."""
        if not self._is_on:
            return ""
        began = time.monotonic()
        seconds = max(0.0, _FREE_S + _SHARE * (began - self._began) - self._spent)
        try:
            answer = await self._agent.ask("checkpoint", seconds + _PATIENCE_S, code=source, seconds=seconds)
            if "error" not in answer:
                self._kept.log.append(self._entry(cell, source, shown, answer))
        except (AgentLost, OSError) as error:
            answer = {"error": getattr(error, "strerror", None) or str(error)}
        self._spent += time.monotonic() - began
        if "error" not in answer:
            return ""
        self._is_on = False  # a gap would have to be run again with all that follows it
        return f"nothing is kept from here on, for resuming: {str(answer['error']).rstrip('.')}."

    def shown(self, place: int) -> tuple[list[object], int | None]:
        """Return what a cell showed in the earlier run, and the number it had."""
        entry = self._kept.entries[place]
        outputs: list[object] = json.loads(self._shelf.get(entry["outputs"]))
        return outputs, entry["execution_count"]

    async def prepare(self) -> None:
        """Bring back what was kept, and do again what no variable holds."""
        entries = self._kept.entries
        await self._ask(
            "prepare",
            imports=list(dict.fromkeys(name for entry in entries for name in entry["imports"])),
            settings=[],
            secrets=self._plan.secrets(),
        )
        await self._load(self._plan.groups(), entries[-1])
        settings = [setting for entry in entries for setting in entry["settings"]]
        await self._ask("prepare", imports=[], settings=settings, secrets={})

    async def before(self, place: int) -> None:
        """Bring back what the cell that is to run again found."""
        cell = self._kept.entries[place]
        if place:
            await self._load(self._plan.groups(place - 1, cell["touched"]), self._kept.entries[place - 1])
        for name in cell["touched"]:
            self._live.pop(name, None)

    async def settle(self) -> None:
        """Bring back what cells that ran again have overwritten, and take it from there."""
        groups = self._plan.groups()
        await self._load(groups, self._kept.entries[-1])
        await self._ask("settle", groups=groups, names=[*self._plan.names, *self._plan.secrets()])
        self._began = time.monotonic()

    async def _load(self, groups: Iterable[Group], after: Entry) -> None:
        wanted = [
            group
            for group in groups
            if group["blobs"] and any(self._live.get(name) != group for name in group["names"])
        ]
        await self._ask("load", groups=wanted, state=after["hidden"], count=after["count"])
        self._live.update({name: group for group in wanted for name in group["names"]})

    async def _ask(self, do: str, **content: object) -> None:
        try:
            answer: Answer = await self._agent.ask(do, _RESTORE_S, **content)
        except AgentLost as error:
            raise NotRestored(str(error)) from error
        if "error" in answer:
            raise NotRestored(str(answer["error"]))

    def _entry(self, cell: NotebookNode, source: str, shown: str, answer: Answer) -> Entry:
        files = [*ingredients.files_in(source, self._folder), *map(Path, answer["files"])]
        read = {str(path): ingredients.signature(path) for path in files}
        content = json.dumps(cell.outputs).encode()
        return {
            **answer,
            "id": cell.id,
            "source": self._kept.log.digest(source),
            "label": shown,
            "outputs": self._shelf.put(content, lambda _: None)[0],
            "execution_count": cell.execution_count,
            "read": {path: known for path, known in read.items() if known is not None},
        }
