"""A real `mlflow server` that can be stopped, killed and started again at the same address."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

from jupyter_mlops.core.project import Project
from jupyter_mlops.experiments.tracking import mlflow_store


class Server:
    """A server in a process group of its own, which is ended whole; its files are below *root*."""

    def __init__(self, root: Path) -> None:
        self.root = root
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        self.uri = f"http://127.0.0.1:{self.port}"
        project = Project(root)
        project.prepare()
        mlflow_store.prepare(project)
        self._store = mlflow_store.address(project)
        self.group = 0

    def start(self) -> None:
        """Start it, and wait until it answers."""
        served = ("--host", "127.0.0.1", "--port", str(self.port), "--workers", "1")
        kept = ("--backend-store-uri", self._store, "--artifacts-destination", str(self.root / "files"))
        quiet = {
            **os.environ,
            "MLFLOW_DISABLE_TELEMETRY": "true",
            "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false",
        }
        quiet.pop("MLFLOW_TRACKING_URI", None)
        with (self.root / "log").open("wb") as log:
            self._process = subprocess.Popen(
                (sys.executable, "-m", "mlflow", "server", *served, *kept),
                stdout=log,
                stderr=log,
                start_new_session=True,
                env=quiet,
                cwd=self.root,
            )
        self.group = self._process.pid
        self._await()

    @property
    def is_alive(self) -> bool:
        """Whether it runs, or is stopped."""
        return self._process.poll() is None

    def kill(self) -> None:
        """End it at once, if it lives."""
        if self.is_alive:
            os.killpg(self.group, signal.SIGKILL)
        self._process.wait()

    def _await(self) -> None:
        for _ in range(600):
            if self._process.poll() is not None:
                break
            try:
                with urllib.request.urlopen(f"{self.uri}/health", timeout=1):
                    return
            except OSError:
                time.sleep(0.1)
        raise RuntimeError((self.root / "log").read_text())
