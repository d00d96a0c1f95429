"""The first run in a fresh project and a fresh process, with what importing costs taken out."""

from __future__ import annotations

import importlib
import json
import subprocess
import sys
import tempfile
import threading
import time
from functools import partial
from pathlib import Path

from measure import Action, Claim, Prepare, Sample, Turn, compare, report, timed, times
from notebook import MLFLOW, opened, said

CELLS = {
    "ours": ("%load_ext jupyter_mlops", "%mlops init", "%%mlops record first\nrate = 0.1"),
    "mlflow": (MLFLOW, "with mlflow.start_run(run_name='first'):\n    rate = 0.1"),
}
OURS, PEER = "ours, beyond imports", "mlflow, beyond imports"
ALL_OURS, ALL_PEER = "ours, imports included", "mlflow, imports included"


bootstrap = importlib.import_module("importlib._bootstrap")


class Imports:
    """Add up what the main thread spends on importing; what is imported within counts once."""

    def __init__(self) -> None:
        self.wall = self.cpu = 0.0
        self._depth = 0
        self._find = bootstrap._find_and_load  # noqa: SLF001 - where every import passes
        bootstrap._find_and_load = self._timed  # noqa: SLF001

    def _timed(self, name: str, importing: object) -> object:
        if threading.current_thread() is not threading.main_thread() or self._depth:
            return self._find(name, importing)
        self._depth = 1
        wall, cpu = time.perf_counter(), time.process_time()
        try:
            return self._find(name, importing)
        finally:
            self._depth = 0
            self.wall += time.perf_counter() - wall
            self.cpu += time.process_time() - cpu


def first_run(cells: tuple[str, ...]) -> dict[str, float]:
    """Run *cells* in a new shell, and answer with what they cost and what of it was importing."""
    shell = opened("pass")
    imports = Imports()
    whole = timed(lambda: [said(shell, cell) for cell in cells])
    return {"wall": whole.wall, "cpu": whole.cpu, "imports_wall": imports.wall, "imports_cpu": imports.cpu}


def fresh(folder: Path, *, who: str, with_imports: bool) -> Turn:
    def turn(_number: int) -> Action:
        return partial(_measured, Path(tempfile.mkdtemp(dir=folder)), who, with_imports)

    return turn


def _measured(project: Path, who: str, with_imports: bool) -> Sample:
    answer = project / "answer.json"
    command = (sys.executable, __file__, "--child", who, str(answer))
    subprocess.run(command, check=True, cwd=project, stdin=subprocess.DEVNULL)
    took = json.loads(answer.read_text())
    whole = Sample(took["wall"], took["cpu"])
    return whole if with_imports else whole - Sample(took["imports_wall"], took["imports_cpu"])


def main() -> None:
    if sys.argv[1:2] == ["--child"]:
        Path(sys.argv[3]).write_text(json.dumps(first_run(CELLS[sys.argv[2]])))
        return
    repetitions = times()
    contenders: dict[str, Prepare] = {
        OURS: partial(fresh, who="ours", with_imports=False),
        PEER: partial(fresh, who="mlflow", with_imports=False),
        ALL_OURS: partial(fresh, who="ours", with_imports=True),
        ALL_PEER: partial(fresh, who="mlflow", with_imports=True),
    }
    found = compare(contenders, repetitions)
    report(
        "first_use: the first run in a fresh project, SQLite store made",
        repetitions,
        found,
        Claim(OURS, found[OURS], "s", 1),
        Claim("ratio to mlflow, beyond imports", found[OURS] / found[PEER], "×"),
        Claim(
            "ratio to mlflow, imports included",
            found[ALL_OURS] / found[ALL_PEER],
            "×",
        ),
    )


if __name__ == "__main__":
    main()
