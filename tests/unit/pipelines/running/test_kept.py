from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

import psutil
import pytest

from jupyter_mlops.core.errors import NotFound
from jupyter_mlops.core.project import Project
from jupyter_mlops.pipelines.running.kept import KeptKernel, find, kept_kernels


def write(project: Project, name: str, *, pid: int, started: float) -> Path:
    """Write down a kernel as if it had been kept."""
    connection = project.root / f"{name}.json"
    connection.write_text("{}")
    kernel = KeptKernel(
        id=name,
        notebook="train.ipynb",
        output=f".mlops/runs/{name}-run/train.ipynb",
        cell=3,
        label="fit",
        connection_file=str(connection),
        until=datetime(2026, 11, 1, tzinfo=UTC),
        pid=pid,
        started=started,
    )
    folder = project.folder / "kernels"
    folder.mkdir(exist_ok=True)
    (folder / f"{name}.json").write_text(kernel.model_dump_json())
    return connection


class TestKept:
    def test_those_that_live(self, project: Project) -> None:
        """Found by id, execution, output or file."""
        connection = write(project, "mine", pid=os.getpid(), started=psutil.Process().create_time())
        (kernel,) = kept_kernels(project)
        for name in ("mine", "mine-run", ".mlops/runs/mine-run/train.ipynb", str(connection)):
            assert find(project, name) == kernel
        assert "jupyter console --existing" in kernel.card().next[0]

    def test_what_the_dead_have_left_is_cleared_away(self, project: Project) -> None:
        """Also where the number has gone to another process since."""
        connections = [
            write(project, "gone", pid=2**22 - 1, started=1.0),
            write(project, "other", pid=os.getpid(), started=1.0),
        ]
        (project.folder / "kernels" / "torn.json").write_text("{")
        assert kept_kernels(project) == ()
        assert not any(path.exists() for path in connections)
        with pytest.raises(NotFound, match="'gone'"):
            find(project, "gone")
