"""A full disk: one sentence, nothing half-written, and work goes on once there is room."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from jupyter_mlops.core.project import Project
from jupyter_mlops.data.snapshot import snapshot
from jupyter_mlops.faces.facade import Facade

ROWS = 20_000


def cli(root: Path, *words: str, room: int | None = None) -> subprocess.CompletedProcess[str]:
    """Run the command line where no file may grow beyond *room* bytes."""

    def limit() -> None:
        if room is not None:
            resource.setrlimit(resource.RLIMIT_FSIZE, (room, room))

    command = [sys.executable, "-m", "jupyter_mlops", *words]
    return subprocess.run(
        command,
        check=False,
        cwd=root,
        env=os.environ | {"MPLBACKEND": "agg"},
        preexec_fn=limit,
        capture_output=True,
        text=True,
        timeout=100,
    )


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A project with a table of some size and a script."""
    Project.create(tmp_path)
    lines = (f"{number},{number * 7919 % 10007}" for number in range(ROWS))
    (tmp_path / "c.csv").write_text("a,b\n" + "\n".join(lines))
    (tmp_path / "t.py").write_text(
        "from sklearn.linear_model import LinearRegression\nm = LinearRegression().fit([[0.0], [1.0]], [0.0, 1.0])\n"
    )
    return tmp_path


class TestFullDisk:
    @pytest.mark.parametrize(
        ("words", "room"),
        [
            (("init",), 10_000),
            (("snapshot", "c.csv", "customers"), 10_000),
            (("snapshot", "c.csv", "customers"), 40_000),
            (("record", "t.py", "line"), 200_000),
        ],
    )
    def test_it_is_one_sentence_and_mends_itself(self, root: Path, words: tuple[str, ...], room: int) -> None:
        """Exit code 6 and no trace; the same line works when there is room, and the ledger is whole."""
        failed = cli(root, *words, room=room)
        assert failed.returncode == 6, failed.stdout + failed.stderr
        assert failed.stderr.startswith("Unavailable: ")
        assert len(failed.stderr.splitlines()) <= 2
        done = cli(root, *words)
        assert done.returncode == 0, done.stderr
        assert Facade(root).audit(verify=True).is_verified  # type: ignore[attr-defined]
        assert Facade(root).datasets().total == (words[0] == "snapshot")  # type: ignore[attr-defined]


class TestFullLater:
    @pytest.fixture
    def shop(self, tmp_path: Path) -> Path:
        """A project with two versions, whose files are larger than its database."""
        project = Project.create(tmp_path)
        table = pd.DataFrame({"a": range(200_000), "b": np.random.default_rng(0).normal(size=200_000)})
        for change in (0, 1):
            snapshot(project, table.assign(b=table["b"] + change), "customers")
        table.to_csv(tmp_path / "new.csv", index=False)
        project.store.engine.dispose()
        return tmp_path

    @pytest.mark.parametrize(
        "words",
        [
            *(
                ("export", "customers", "--to", target)
                for target in ("csv", "parquet", "jsonl", "arrow", "delta")
            ),
            ("forget", "customers", "a", "3"),
            ("snapshot", "new.csv", "customers"),
        ],
    )
    def test_each_stage_says_so_and_leaves_nothing(
        self, shop: Path, words: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Exporting, erasing, and what passes over the disk: exit code 6, and every version is whole."""
        monkeypatch.setenv("JUPYTER_MLOPS_STREAM_MB", "0.001")
        failed = cli(shop, *words, room=900_000)
        assert failed.returncode == 6, failed.stdout + failed.stderr
        assert "cannot be written" in failed.stderr
        assert sorted(path.name for path in shop.iterdir()) == [".mlops", "new.csv"]
        facade = Facade(shop)
        assert facade.verify(deep=True).is_well  # type: ignore[attr-defined]
        assert [item.rows for item in facade.datasets("customers").snapshots] == [200_000] * 2  # type: ignore[attr-defined]
