"""A real JupyterLab on a fresh project, in a process of its own."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

TOKEN = "only-for-this-machine"
BASE = "/user/ada/"
NEWS = {"fetchNews": "false", "checkForUpdates": False}
PATIENCE_S = 240  # the demo alone takes a minute and a half on a busy machine


class Lab:
    """Start, stop and start again; behind a base address, as JupyterHub does it."""

    def __init__(self, home: Path, root: Path) -> None:
        self.home, self.root = home, root
        self.port = _free_port()
        self.address = f"http://127.0.0.1:{self.port}{BASE}"
        folder = home / "settings/@jupyterlab/apputils-extension"
        folder.mkdir(parents=True)
        (folder / "notification.jupyterlab-settings").write_text(json.dumps(NEWS), encoding="utf-8")
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def environment(self) -> dict[str, str]:
        """Keep the user's own Jupyter out."""
        own = {
            "HOME": "home",
            "JUPYTER_CONFIG_DIR": "config",
            "JUPYTER_DATA_DIR": "data",
            "JUPYTER_RUNTIME_DIR": "runtime",
            "JUPYTERLAB_SETTINGS_DIR": "settings",
            "JUPYTERLAB_WORKSPACES_DIR": "workspaces",
            "IPYTHONDIR": "ipython",
        }
        clean = {name: value for name, value in os.environ.items() if not name.startswith("JUPYTER_MLOPS_")}
        return clean | {name: str(self.home / folder) for name, folder in own.items()}

    def start(self) -> None:
        """Start the server, and wait until it answers."""
        options = {
            "ServerApp.ip": "127.0.0.1",
            "ServerApp.port": self.port,
            "ServerApp.port_retries": 0,
            "ServerApp.base_url": BASE,
            "ServerApp.root_dir": self.root,
            "IdentityProvider.token": TOKEN,
            "LabApp.extension_manager": "readonly",
            "LabApp.expose_app_in_browser": True,
        }
        command = [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root"]
        command += [f"--{name}={value}" for name, value in options.items()]
        with (self.home / "lab.log").open("ab") as log:
            self._process = subprocess.Popen(
                command,
                cwd=self.root,
                env=self.environment,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self._wait()

    def stop(self, how: signal.Signals = signal.SIGTERM) -> None:
        """Stop the server; with SIGKILL it has no time to say goodbye."""
        if self._process is not None:
            os.killpg(self._process.pid, how)
            self._process.wait(20)
            self._process = None

    def verb(self, name: str, /, **values: object) -> dict[str, object]:
        """Call a verb by REST, as another person's page would."""
        request = urllib.request.Request(
            f"{self.address}jupyter-mlops/v1/{name}",
            data=json.dumps(values).encode(),
            headers={"Authorization": f"token {TOKEN}", "Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=60) as answer:
            return json.load(answer)

    def demo(self) -> None:
        """Make the project by walking through the whole life cycle."""
        command = [Path(sys.executable).with_name("jupyter-mlops"), "demo", "--folder", self.root.name]
        subprocess.run(
            command,
            cwd=self.root.parent,
            env=self.environment,
            stdout=subprocess.DEVNULL,
            check=True,
            timeout=PATIENCE_S,
        )

    def hostile(self, name: str) -> None:
        """Make a run with a name that no form of ours would take, as any MLflow client can."""
        script = (
            "import sys; from jupyter_mlops.core.project import Project; "
            "tracker = Project.open().tracker; "
            "run = tracker.start(sys.argv[1], key=sys.argv[1], experiment='shop', tags={}); "
            "tracker.finish(run, 'finished')"
        )
        command = [sys.executable, "-c", script, name]
        subprocess.run(command, cwd=self.root, env=self.environment, check=True, timeout=PATIENCE_S)

    def _wait(self) -> None:
        deadline = time.monotonic() + PATIENCE_S
        while time.monotonic() < deadline and self._process and self._process.poll() is None:
            try:
                urllib.request.urlopen(f"{self.address}api/status?token={TOKEN}", timeout=2).close()
                return
            except (urllib.error.URLError, OSError):
                time.sleep(0.2)
        raise RuntimeError((self.home / "lab.log").read_text(encoding="utf-8")[-4000:])


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])
