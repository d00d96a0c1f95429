"""Loading the extension, over a bare IPython; and the command line's help."""

from __future__ import annotations

import subprocess
import sys
from functools import partial
from pathlib import Path

from measure import Action, Claim, Prepare, Turn, compare, report, times

IPYTHON = (sys.executable, "-m", "IPython", "--no-banner", "--HistoryManager.enabled=False", "-c")
SCRIPTS = Path(sys.executable).parent
BARE, OURS, PEER = "bare IPython", "%load_ext jupyter_mlops", "import mlflow in IPython"
HELP, PLAIN, PEER_HELP = "jupyter mlops --help", "jupyter --help", "mlflow --help"


def fresh(command: tuple[str, ...], _folder: Path) -> Turn:
    def turn(_number: int) -> Action:
        return partial(subprocess.run, command, check=True, stdin=subprocess.DEVNULL)

    return turn


def main() -> None:
    repetitions = times()
    start: dict[str, Prepare] = {
        BARE: partial(fresh, (*IPYTHON, "pass")),
        OURS: partial(fresh, (*IPYTHON, "%load_ext jupyter_mlops")),
        PEER: partial(fresh, (*IPYTHON, "import mlflow")),
    }
    found = compare(start, repetitions * 2)
    report(
        "load_ext: a fresh interpreter",
        repetitions * 2,
        found,
        Claim("%load_ext over bare IPython", found[OURS] - found[BARE], "s", 0.15),
        Claim("import mlflow, the same way", found[PEER] - found[BARE], "s"),
    )
    shell: dict[str, Prepare] = {
        HELP: partial(fresh, (str(SCRIPTS / "jupyter"), "mlops", "--help")),
        PLAIN: partial(fresh, (str(SCRIPTS / "jupyter"), "--help")),
        PEER_HELP: partial(fresh, (str(SCRIPTS / "mlflow"), "--help")),
    }
    found = compare(shell, repetitions)
    report(
        "help: a fresh process",
        repetitions,
        found,
        Claim(HELP, found[HELP], "s", 0.5),
        Claim("ratio to mlflow --help", found[HELP] / found[PEER_HELP], "×"),
    )


if __name__ == "__main__":
    main()
