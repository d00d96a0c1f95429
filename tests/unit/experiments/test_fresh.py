"""A fresh environment from a record: what is asked of uv, and what is said when uv cannot give it."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from jupyter_mlops.core import progress
from jupyter_mlops.core.errors import Unavailable
from jupyter_mlops.core.project import Project
from jupyter_mlops.experiments.recorder.run_record import RecordedEnvironment
from jupyter_mlops.experiments.reproduce import reproduce
from jupyter_mlops.experiments.reproduction import fresh as module
from jupyter_mlops.experiments.reproduction.fresh import fresh, requirements, uv_command
from tests.unit.experiments.reproducing import CELLS, Again, record_of, recorded

HERE = ".".join(map(str, sys.version_info[:3]))
PLAY = """#!{python}
import pathlib, sys, time, venv
words = sys.argv[1:]
with open({log!r}, "a") as log:
    log.write(" ".join(words) + "\\n")
time.sleep({seconds})
if words[0] == "venv":
    if words[2] == "3.0.99":
        sys.exit("error: No interpreter found for Python 3.0.99")
    venv.create([word for word in words if word.startswith("/")][0])
else:
    listed = pathlib.Path(words[words.index("--requirements") + 1]).read_text()
    if "gone==1" in listed:
        sys.exit("error: No solution found\\n  cause: Because gone was not found in the package registry and you require gone==1, we can conclude.")
    if "old-wheel==2" in listed:
        sys.exit("error: Failed to build `old-wheel==2`\\n  cause: no compiler")
    if "odd==1" in listed:
        sys.exit("error: The index burns.")
"""


@pytest.fixture
def uv(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[float], Path]:
    """Put a uv on the path that makes environments, has few distributions, and takes so long; return its log."""
    folder, log = tmp_path / "tools", tmp_path / "uv.log"

    def put(seconds: float = 0.0) -> Path:
        folder.mkdir()
        script = folder / "uv"
        script.write_text(PLAY.format(python=sys.executable, log=str(log), seconds=seconds))
        script.chmod(0o755)
        monkeypatch.setenv("PATH", str(folder), prepend=":")
        return log

    return put


def environment_of(*packages: str, python: str = HERE) -> RecordedEnvironment:
    return RecordedEnvironment(
        python=python, platform="", digest="", packages=packages, machine="", processors=1, memory_bytes=1
    )


class TestRequirements:
    def test_are_the_pins_but_for_this_package(self) -> None:
        """The one at hand is put in, as it writes to this project's stores."""
        found = requirements(environment_of("ipykernel==7.0", "jupyter_mlops==0.1.0", "numpy==2.4.6"))
        assert found == ["ipykernel==7.0", "numpy==2.4.6"]

    def test_a_kernel_is_added_where_none_was(self) -> None:
        """A run of plain IPython has none."""
        assert requirements(environment_of("six==1.16.0")) == ["six==1.16.0", "ipykernel"]


class TestFresh:
    def test_what_could_not_be_installed_is_said_and_the_rest_goes_on(
        self, uv: Callable[[float], Path], tmp_path: Path
    ) -> None:
        """Each with why; exactly what was recorded is asked for, without what it would draw in."""
        log = uv(0)
        recorded = environment_of("ipykernel==7.0", "gone==1", "old-wheel==2")
        with fresh(recorded, tmp_path / "env", tmp_path) as made:
            assert made.lacking == (
                "gone==1 could not be installed: Because gone was not found in the package registry.",
                "old-wheel==2 could not be installed: Failed to build `old-wheel==2`.",
            )
            assert (tmp_path / "env" / "requirements.txt").read_text() == "ipykernel==7.0\n"
        assert f"venv --python {HERE} --no-project" in log.read_text()
        assert "pip install --no-deps --python" in log.read_text()
        assert not (tmp_path / "env").exists()

    def test_this_package_is_in_it_with_its_entry_points(
        self, uv: Callable[[float], Path], tmp_path: Path
    ) -> None:
        """Another version than the recorded one is said."""
        uv(0)
        ask = "import importlib.metadata as m; print(len(m.entry_points(group='jupyter_mlops.runners')) > 0)"
        with fresh(environment_of("jupyter-mlops==0.0.1"), tmp_path / "env", tmp_path) as made:
            answer = subprocess.run([made.python, "-c", ask], capture_output=True, text=True, check=True)
            assert answer.stdout.strip() == "True"
            assert "not 0.0.1" in made.lacking[0]

    def test_another_patch_of_python_stands_in(self, uv: Callable[[float], Path], tmp_path: Path) -> None:
        """It is said."""
        uv(0)
        with fresh(environment_of(python="3.0.99"), tmp_path / "env", tmp_path) as made:
            assert made.lacking == ("Python 3.0.99 is not to be had: another Python 3.0 stands in.",)

    def test_what_uv_says_otherwise_is_passed_on(self, uv: Callable[[float], Path], tmp_path: Path) -> None:
        """Nothing runs, and nothing is left behind."""
        uv(0)
        with (
            pytest.raises(Unavailable, match=r"could not install what the run had: The index burns\."),
            fresh(environment_of("odd==1"), tmp_path / "env", tmp_path),
        ):
            pass
        assert not (tmp_path / "env").exists()

    def test_it_can_be_cancelled(self, uv: Callable[[float], Path], tmp_path: Path) -> None:
        """uv is stopped at once."""
        uv(60)
        with (
            progress.listening(lambda *_: None, lambda: True),
            pytest.raises(Unavailable, match="cancelled"),
            fresh(environment_of(), tmp_path / "env", tmp_path),
        ):
            pass

    def test_it_ends_in_time(
        self, uv: Callable[[float], Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """However long uv waits for an index."""
        uv(60)
        monkeypatch.setattr(module, "PATIENCE_S", 0.1)
        with (
            pytest.raises(Unavailable, match=r"within 0\.1 s"),
            fresh(environment_of(), tmp_path / "env", tmp_path),
        ):
            pass


class TestReproduceThere:
    def test_its_interpreter_runs_the_cells(
        self, project: Project, again: Again, uv: Callable[[float], Path]
    ) -> None:
        """What could not be installed stands in the answer's notes."""
        uv(0)
        record = record_of(*CELLS)
        had = record.environment.model_copy(update={"python": HERE, "packages": ("gone==1",)})
        run = recorded(project, record.model_copy(update={"environment": had}))
        found = reproduce(project, run.ref, environment=True)
        assert again.job is not None
        assert again.job.python is not None
        assert project.folder in again.job.python.parents
        assert again.job.environment["PATH"].startswith(str(again.job.python.parent))
        assert found.notes[0].startswith("gone==1 could not be installed")

    def test_without_uv_it_says_how_to_get_it(
        self, project: Project, again: Again, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Nothing ran."""
        monkeypatch.setenv("PATH", "")
        monkeypatch.setattr(module.importlib.util, "find_spec", lambda _: None)
        with pytest.raises(Unavailable, match="not installed") as caught:
            reproduce(project, recorded(project).ref, environment=True)
        assert "pip install uv" in caught.value.hint
        assert again.job is None

    def test_uv_as_a_module_will_do(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """As `pip install uv` leaves it where the folder of scripts is not on the path."""
        monkeypatch.setenv("PATH", "")
        assert uv_command() == [sys.executable, "-m", "uv"]
