"""Places outside the project that hold copies of checkpoints: a folder, git, an object store, a mailbox, a command's receiver.

Each checkpoint is one small file, written once and never again. One place holds those of one project.
"""

from __future__ import annotations

import os
import shlex
import subprocess
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from jupyter_mlops.core import durable, mail
from jupyter_mlops.core.errors import Conflict, Invalid, MlopsError, Refused, Unavailable
from jupyter_mlops.core.redact import redact

if TYPE_CHECKING:
    from jupyter_mlops.core.checkpoint import Checkpoint
    from jupyter_mlops.core.project import Project

_WAIT_S = 15.0
_LARGEST = 10_000
_FILES = "checkpoint-*.txt"
_QUIET = {"GIT_TERMINAL_PROMPT": "0", "GIT_SSH_COMMAND": "ssh -oBatchMode=yes -oConnectTimeout=10"}
_CALM = ("-c", "core.hooksPath=/dev/null", "-c", "core.fsmonitor=false", "-c", "commit.gpgSign=false")
Found = TypeVar("Found")


def read(project: Project, place: str) -> Sequence[str]:
    """Return the notes that a place holds; mail and a command's are wherever they were sent, and none is returned.

    Raises
    ------
    Unavailable
        It does not answer.
    """
    if not can_be_read(place):
        return ()
    if "://" in place:
        return _within(_WAIT_S, lambda: _read_url(place))
    folder = _folder(project, place)
    return [_text_of(path) for path in ([folder] if folder.is_file() else sorted(folder.glob(_FILES)))]


def is_here(place: str) -> bool:
    """Whether it is a folder of this machine, which is read at once."""
    return can_be_read(place) and "://" not in place


def can_be_read(place: str) -> bool:
    """Whether what a place holds can be asked for: mail and a command's are wherever they were sent."""
    return not place.startswith(("command:", *mail.SCHEMES))


def newest(project: Project, place: str) -> str | None:
    """Return the note of the most lines in a place; None where there is none, or it cannot be read back.

    Raises
    ------
    Unavailable
        It does not answer, or cannot be read.
    """
    if not can_be_read(place):
        return None
    if not is_here(place):
        return _within(_WAIT_S, lambda: _newest_at(place))
    folder = _folder(project, place)
    path = folder if folder.is_file() else max(folder.glob(_FILES), default=None)
    return None if path is None else _text_of(path)


def _text_of(path: Path) -> str:
    try:
        with path.open(encoding="utf-8") as file:
            return file.read(_LARGEST)
    except (OSError, UnicodeDecodeError) as error:
        raise Unavailable(
            f"The copies in {path.parent} cannot be read: {error}.", hint="Check the folder."
        ) from None


def name_of(size: int) -> str:
    """Return the file's name, so that names sort as sizes do."""
    return f"checkpoint-{size:012}.txt"


def send(project: Project, place: str, made: Checkpoint) -> None:
    """Copy a checkpoint to a place, unless it is there already.

    Raises
    ------
    Conflict
        Another one of the same size is there.
    Unavailable
        The place does not answer.
    """
    if place.startswith("command:"):
        _run_command(project, place.removeprefix("command:"), made)
    elif place.startswith(mail.SCHEMES):
        mail.send(place, made, name=name_of(made.size), is_shared=_is_shared(project))
    elif "://" in place:
        _within(_WAIT_S, lambda: _write_url(place, made))
    else:
        path = _folder(project, place) / name_of(made.size)
        _write_file(path, made)
        if place.startswith("git+"):
            _commit(path, made)


def _folder(project: Project, place: str) -> Path:
    folder = (project.root / Path(place.removeprefix("git+")).expanduser()).resolve()
    if folder.is_relative_to(project.folder.resolve()):
        raise Invalid(f"{place} lies in {project.folder}.", hint="A copy must lie elsewhere.")
    return folder


def _write_file(path: Path, made: Checkpoint) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.exists():
        _compare(path.read_text(encoding="utf-8"), str(path), made)
        return
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    durable.write(fresh, made.note.encode())
    fresh.rename(path)
    durable.sync_folder(path.parent)


def _compare(there: str, where: str, made: Checkpoint) -> None:
    """Never replace what was written: two histories of one ledger are what copies are to show."""
    if there != made.note:
        raise Conflict(
            f"{where} holds another checkpoint of {made.size} lines.", hint="See `%mlops audit --verify`."
        )


def _commit(path: Path, made: Checkpoint) -> None:
    """Commit the file alone, without anybody's hooks, and push it where the branch has an upstream."""
    folder, name = path.parent, path.name
    if _git(folder, "status", "--porcelain", "--", name).strip():
        identity = ("-c", "user.name=jupyter-mlops", "-c", "user.email=jupyter-mlops@localhost")
        said = f"Checkpoint of {made.size} lines"
        _git(folder, "add", "--", name)
        _git(folder, *identity, "commit", "--quiet", "--no-verify", "--message", said, "--only", "--", name)
    branch = _git(folder, "symbolic-ref", "HEAD").strip()
    if _git(folder, "for-each-ref", "--format=%(upstream)", branch).strip():
        _git(folder, "push", "--quiet", "--no-verify")


def _git(folder: Path, *words: str) -> str:
    return _run(["git", *_CALM, *words], folder)


def _run_command(project: Project, line: str, made: Checkpoint) -> None:
    if _is_shared(project):
        raise Refused(
            "A command of pyproject.toml is not run: whoever sends you a project would run it on your machine.",
            hint="Set JUPYTER_MLOPS_CHECKPOINT_COPY in the environment.",
        )
    _run(shlex.split(line), project.root, made.note)


def _is_shared(project: Project) -> bool:
    """Whether the places were read from the project's own file, which comes from whoever sends the project."""
    return project.settings_origins["checkpoint_copy"] == "pyproject.toml"


def _run(command: Sequence[str], folder: Path, given: str = "") -> str:
    try:
        done = subprocess.run(
            command,
            cwd=folder,
            input=given,
            capture_output=True,
            text=True,
            timeout=_WAIT_S,
            check=False,
            env=os.environ | _QUIET,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise Unavailable(f"{command[0]} does not answer: {error}.", hint="Try it by hand.") from None
    if done.returncode:
        said = (done.stderr or done.stdout).strip().splitlines()
        raise Unavailable(
            f"{shlex.join(command[:1])} failed with {done.returncode}: {said[-1] if said else 'it says nothing'}.",
            hint=f"Try it by hand in {folder}.",
        )
    return done.stdout


def _write_url(place: str, made: Checkpoint) -> None:
    import fsspec

    files, folder = fsspec.core.url_to_fs(place)
    path = f"{folder.rstrip('/')}/{name_of(made.size)}"
    if files.exists(path):
        _compare(files.cat_file(path).decode(), path, made)
        return
    files.makedirs(folder, exist_ok=True)
    files.pipe_file(path, made.note.encode())


def _read_url(place: str) -> list[str]:
    import fsspec

    files, folder = fsspec.core.url_to_fs(place)
    return [files.cat_file(path).decode() for path in sorted(files.glob(f"{folder.rstrip('/')}/{_FILES}"))]


def _newest_at(place: str) -> str | None:
    import fsspec

    files, folder = fsspec.core.url_to_fs(place)
    files.invalidate_cache()  # others write there too
    try:
        path = max(files.glob(f"{folder.rstrip('/')}/{_FILES}"), default=None)
    except FileNotFoundError:
        return None  # the first checkpoint makes it
    return None if path is None else files.cat_file(path).decode()


def _within(seconds: float, action: Callable[[], Found]) -> Found:
    """Return what *action* returns, unless it takes too long: object stores' clients wait for minutes."""
    answers: list[Found] = []
    errors: list[Exception] = []

    def act() -> None:
        try:
            answers.append(action())
        except Exception as error:  # noqa: BLE001  # the client's own errors are of any kind
            errors.append(error)

    thread = threading.Thread(target=act, daemon=True)
    thread.start()
    thread.join(seconds)
    if answers:
        return answers[0]
    cause = errors[0] if errors else TimeoutError(f"no answer for {seconds:.0f} s")
    if isinstance(cause, MlopsError):
        raise cause
    raise Unavailable(
        f"The object store does not answer: {redact(str(cause))}.", hint="Try again later."
    ) from cause
