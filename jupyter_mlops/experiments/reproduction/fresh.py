"""A fresh Python environment, made by uv from what a run's record says was installed."""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import distribution
from pathlib import Path
from time import monotonic

from jupyter_mlops.core import progress
from jupyter_mlops.core.errors import Unavailable
from jupyter_mlops.experiments.recorder.run_record import RecordedEnvironment

PATIENCE_S = 900.0
_OURS = "jupyter-mlops"
_KERNEL = "ipykernel"
_LOOK_S = 0.05
_REFUSALS = 30
_SAID = 500
_BAD = re.compile(
    r"Because (?P<missing>[\w.-]+) was not found"
    r"|Because there is no version of (?P<unknown>[\w.-]+)=="
    r"|Because (?P<wheelless>[\w.-]+)==\S+ has no (?:usable )?wheels"
    r"|Failed to (?:download|build|fetch)[^`\n]*`(?P<failed>[\w.-]+)==",
    re.IGNORECASE,
)
_CONCLUSION = re.compile(r",? (?:and you require|we can conclude).*")


@dataclass(frozen=True)
class Fresh:
    """An environment that is ready.

    Parameters
    ----------
    lacking
        What could not be installed, a sentence each.
    """

    python: Path
    lacking: tuple[str, ...] = ()


@dataclass
class _Uv:
    """uv, until a deadline.

    Parameters
    ----------
    folder
        Where it looks for the project's own settings of indexes.
    """

    command: Sequence[str]
    folder: Path
    deadline: float

    def run(self, *words: str) -> str:
        """Return nothing when it went well, otherwise what uv said.

        Raises
        ------
        Unavailable
            It was cancelled, or took too long.
        """
        with tempfile.TemporaryFile() as said:
            process = subprocess.Popen(
                [*self.command, *words, "--quiet", "--color", "never"],
                cwd=self.folder,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=said,
            )
            try:
                self._await(process)
            finally:
                process.kill()
                process.wait()
            said.seek(0)
            return (
                "" if process.returncode == 0 else said.read().decode("utf-8", "replace").strip() or "failed"
            )

    def _await(self, process: subprocess.Popen[bytes]) -> None:
        while process.poll() is None:
            if progress.is_cancelled():
                raise Unavailable("It was cancelled while its environment was made.", hint="Nothing ran.")
            if monotonic() > self.deadline:
                raise Unavailable(
                    f"uv did not make the environment within {PATIENCE_S:g} s.",
                    hint="What it has downloaded is kept: try again, or reproduce without `--environment`.",
                )
            try:
                process.wait(_LOOK_S)
            except subprocess.TimeoutExpired:
                continue


@contextmanager
def fresh(recorded: RecordedEnvironment, place: Path, folder: Path) -> Iterator[Fresh]:
    """Make an environment at *place* for as long as the block lasts.

    Parameters
    ----------
    folder
        The project's, whose settings of uv count.

    Raises
    ------
    Unavailable
        uv is not there, was stopped, or could make no environment.
    """
    uv = _Uv(uv_command(), folder, monotonic() + PATIENCE_S)
    try:
        yield _made(uv, recorded, place)
    finally:
        shutil.rmtree(place, ignore_errors=True)


def uv_command() -> list[str]:
    """Return how uv is called: from the path, else as a module.

    Raises
    ------
    Unavailable
        It is neither.
    """
    if found := shutil.which("uv"):
        return [found]
    if importlib.util.find_spec("uv") is not None:
        return [sys.executable, "-m", "uv"]
    raise Unavailable(
        "A fresh environment is made by uv, which is not installed.",
        hint="Install it with `pip install uv`, or reproduce without `--environment`.",
    )


def requirements(recorded: RecordedEnvironment) -> list[str]:
    """Return the pins to install: all but this package, which is the one at hand, and a kernel where none was."""
    pins = {normal(pin.partition("==")[0]): pin for pin in recorded.packages}
    pins.pop(_OURS, None)
    return [*pins.values(), *([] if _KERNEL in pins else [_KERNEL])]


def normal(name: str) -> str:
    """Return a distribution's name as indexes spell it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def _made(uv: _Uv, recorded: RecordedEnvironment, place: Path) -> Fresh:
    progress.report(0, 2, f"make an environment of Python {recorded.python}")
    notes = list(_begin(uv, recorded.python, place))
    python = place / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    wanted = requirements(recorded)
    progress.report(1, 2, f"install {len(wanted)} distributions")
    notes += _installed(uv, wanted, python, place)
    notes += _ours(recorded, python)
    progress.report(2, 2, "the environment is ready")
    return Fresh(python, tuple(notes))


def _begin(uv: _Uv, version: str, place: Path) -> Iterator[str]:
    """Make it with the recorded Python, else with another one of the same minor version."""
    options = ("--no-project", str(place))
    if not (said := uv.run("venv", "--python", version, *options)):
        return
    minor = ".".join(version.split(".")[:2])
    if uv.run("venv", "--python", minor, "--clear", *options):
        raise Unavailable(
            f"uv has no Python {version}: {_last(said)}", hint=f"See `uv python install {version}`."
        )
    yield f"Python {version} is not to be had: another Python {minor} stands in."


def _installed(uv: _Uv, wanted: list[str], python: Path, place: Path) -> Iterator[str]:
    """Install the pins as they are, and say of each that cannot be had why; the others go on without it."""
    listed = place / "requirements.txt"
    for _ in range(_REFUSALS):
        listed.write_text("\n".join(wanted) + "\n", encoding="utf-8")
        said = uv.run("pip", "install", "--no-deps", "--python", str(python), "--requirements", str(listed))
        if not said:
            return
        bad = {normal(name) for found in _BAD.finditer(said) for name in found.groups() if name}
        lost = [pin for pin in wanted if normal(pin.partition("==")[0]) in bad]
        if not lost:
            raise Unavailable(
                f"uv could not install what the run had: {_last(said)}",
                hint="Reproduce without `--environment`, or mend uv's settings.",
            )
        yield from (f"{pin} could not be installed: {_last(said)}" for pin in lost)
        wanted = [pin for pin in wanted if pin not in lost]
    raise Unavailable(
        f"More than {_REFUSALS} distributions of the run are not to be had.",
        hint="Look which index uv asks, or reproduce without `--environment`.",
    )


def _ours(recorded: RecordedEnvironment, python: Path) -> Iterator[str]:
    """Put this package into the environment: it writes to this project's stores, so it has to be this one."""
    found = distribution(_OURS)
    answer = subprocess.run(
        [str(python), "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"],
        capture_output=True,
        text=True,
        check=True,
    )
    target = Path(answer.stdout.strip())
    _link(Path(__file__).parents[2], target / "jupyter_mlops")
    for file in found.files or ():
        if file.parts[0].endswith(".dist-info") and (source := Path(str(file.locate()))).is_file():
            (target / file).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, target / file)
    pins = {normal(pin.partition("==")[0]): pin.partition("==")[2] for pin in recorded.packages}
    if pins.get(_OURS, found.version) != found.version:
        yield f"{_OURS} is {found.version}, not {pins[_OURS]}: the version at hand writes the record."


def _link(package: Path, place: Path) -> None:
    try:
        place.symlink_to(package, target_is_directory=True)
    except OSError:
        shutil.copytree(package, place)


def _last(said: str) -> str:
    """Return the line of uv's words that says why, without its marks."""
    lines = [re.sub(r"^[\s×├╰─▶│]*(?:error|cause|hint)?:?\s*", "", line) for line in said.splitlines()]
    why = [line for line in lines if _BAD.search(line)] or [line for line in lines if line]
    return _CONCLUSION.sub("", why[0]).rstrip(".,")[:_SAID] + "."
