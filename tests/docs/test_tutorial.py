"""The tutorial runs to the end that it tells of."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

from jupyter_mlops.core import ledger
from jupyter_mlops.core.project import Project
from tests.docs.pages import ROOT


class TestTutorial:
    def test_it_ends_with_the_linear_model_serving(self, here: Path) -> None:
        """Two recorded runs, two versions, a rollback to the first, and a ledger that holds."""
        (here / "examples").mkdir()
        shutil.copy(ROOT / "examples" / "train.ipynb", here / "examples")
        command = [sys.executable, "-m", "jupyter_mlops", "run", "examples/train.ipynb", "-p", "trees=50"]
        done = subprocess.run(command, cwd=here, capture_output=True, text=True, timeout=110, check=False)
        assert done.returncode == 0, done.stderr
        project = Project.open(here)
        names = [run.name for run in project.tracker.runs().runs]
        assert sorted(names) == ["linear", "train", "trees"]
        assert project.tracker.resolve("tumour@champion").version == 1
        assert len(project.tracker.versions("tumour")) == 2
        with project.store.read() as connection:
            lines, flaws = ledger.verify(connection)
            last = [event.verb for event in ledger.entries(connection) if event.outcome == "ok"]
        assert (flaws, last[-2:]) == ([], ["rollback", "run"])
        assert lines > len(last)
