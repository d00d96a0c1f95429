"""What every test may ask for."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

import pytest

from jupyter_mlops.core.policy import Actor
from jupyter_mlops.core.project import Project
from jupyter_mlops.faces.script import GRAMMAR
from tests.fakes import FakeClock, FakeTracker

sys.modules[GRAMMAR] = None  # type: ignore[assignment]  # as the command line does: it takes a second to load
pytest_plugins = ["pytest_jupyter.jupyter_server"]
signal.signal(
    signal.SIGINT, signal.default_int_handler
)  # a shell that starts the tests with `&` has it ignored


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """A fresh project with a clock held still and a tracker in memory."""
    clock = FakeClock()
    services = {"tracker": FakeTracker(clock)}
    made = Project(tmp_path / "shop", actor=Actor("ada", "os"), clock=clock, services=services)
    made.prepare()
    return made


@pytest.fixture(autouse=True)
def _own_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep the machine's own settings out of the tests."""
    names = [name for name in os.environ if name.startswith(("JUPYTER_MLOPS_", "MLFLOW_"))]
    signs = ("JPY_SESSION_NAME", "GITHUB_ACTIONS", "GITLAB_CI", "JENKINS_URL", "JUPYTERHUB_API_URL")
    for name in (*signs, *names):
        monkeypatch.delenv(name, raising=False)
