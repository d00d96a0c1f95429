"""The worker's page: a unit that systemd takes, a container that starts what there is."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from jupyter_mlops.core.settings import PREFIX, Settings
from tests.docs.pages import ROOT, blocks
from tests.docs.test_snippets import check

PAGE = ROOT / "docs/how-to/worker.md"


def dockerfile() -> list[str]:
    return blocks(PAGE, "dockerfile")[0].splitlines()


class TestSystemd:
    @pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="no systemd here")
    def test_systemd_takes_the_unit(self, tmp_path: Path) -> None:
        """Without a word about an unknown key or a bad value."""
        unit = tmp_path / "mlops-shop.service"
        (tmp_path / "jupyter").symlink_to("/bin/true")
        text = (
            blocks(PAGE, "ini")[0]
            .replace("%h/shop/.venv/bin", str(tmp_path))
            .replace("%h/shop", str(tmp_path))
        )
        unit.write_text(text)
        done = subprocess.run(
            ["systemd-analyze", "verify", unit], capture_output=True, text=True, check=False
        )
        assert (done.returncode, done.stderr) == (0, "")

    def test_it_starts_a_worker(self) -> None:
        """The line that it runs is one that the parser takes."""
        (line,) = (line for line in blocks(PAGE, "ini")[0].splitlines() if line.startswith("ExecStart="))
        check(line.partition("bin/")[2])


class TestContainer:
    def test_it_starts_a_worker(self) -> None:
        """As the image's command."""
        (command,) = (line.removeprefix("CMD ") for line in dockerfile() if line.startswith("CMD "))
        check(" ".join(json.loads(command)))

    def test_its_variables_are_settings(self) -> None:
        """Those of ours, at least."""
        services = yaml.safe_load(next(block for block in blocks(PAGE, "yaml") if "services:" in block))[
            "services"
        ]
        names = [name for name in services["worker"]["environment"] if name.startswith(PREFIX)]
        assert names
        assert {name.removeprefix(PREFIX).lower() for name in names} <= set(Settings.model_fields)
