"""Ask pip-audit which of the packages are known to be vulnerable, where it can be asked."""

from __future__ import annotations

import importlib.util
import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Literal, TypeAlias

from jupyter_mlops.core.record import Record

Ask: TypeAlias = Literal["checked", "not checked"]
_WAIT_S = 60.0
_OPTIONS = ("--no-deps", "--disable-pip", "--progress-spinner", "off", "--format", "json", "--requirement")


class Vulnerability(Record):
    """One that is known of a package, and the versions that mend it."""

    package: str
    version: str
    id: str
    fixed_in: tuple[str, ...] = ()


class Vulnerabilities(Record):
    """What is known against the packages; nothing is known where nobody could be asked.

    Parameters
    ----------
    why
        Why they were not checked.
    """

    status: Ask
    why: str = ""
    packages: int = 0
    found: tuple[Vulnerability, ...] = ()

    @property
    def sentences(self) -> tuple[str, ...]:
        """What is known, a sentence each."""
        if self.status == "not checked":
            return (f"Vulnerabilities: not checked, as {self.why}.",)
        if not self.found:
            return (f"Vulnerabilities: none is known of {self.packages} packages.",)
        return tuple(
            f"{item.package} {item.version} has {item.id}, mended in {', '.join(item.fixed_in) or 'no version'}."
            for item in self.found
        )


def vulnerabilities(pins: Sequence[str], *, wait_s: float = _WAIT_S) -> Vulnerabilities:
    """Return what is known against these packages; it waits no longer than *wait_s*, and never fails."""
    if not pins:
        return Vulnerabilities(status="not checked", why="no packages are known")
    command = _command()
    if not command:
        return Vulnerabilities(status="not checked", why="neither pip-audit nor uvx is installed")
    with tempfile.TemporaryDirectory(prefix="jupyter_mlops-") as folder:
        file = Path(folder) / "requirements.txt"
        file.write_text("".join(f"{pin}\n" for pin in pins), encoding="utf-8")
        try:
            done = subprocess.run(
                [*command, *_OPTIONS, str(file)], capture_output=True, timeout=wait_s, check=False, text=True
            )
        except subprocess.TimeoutExpired:
            return Vulnerabilities(status="not checked", why=f"pip-audit did not answer within {wait_s:g} s")
        except OSError as error:
            return Vulnerabilities(status="not checked", why=f"pip-audit does not start: {error}")
    return _read(done.stdout, done.stderr)


def is_installed() -> bool:
    """Tell whether pip-audit is installed beside us: who installs it wants it to be asked."""
    return importlib.util.find_spec("pip_audit") is not None


def _command() -> list[str]:
    if is_installed():
        return [sys.executable, "-m", "pip_audit"]
    isolated = shutil.which("uvx")
    return [isolated, "pip-audit"] if isolated else []


def _read(answer: str, trouble: str) -> Vulnerabilities:
    try:
        listed = json.loads(answer)["dependencies"]
        found = tuple(
            Vulnerability(
                package=item["name"],
                version=item["version"],
                id=known["id"],
                fixed_in=tuple(known.get("fix_versions", ())),
            )
            for item in listed
            for known in item.get("vulns", ())
        )
    except (ValueError, KeyError, TypeError):
        last = next(iter(reversed(trouble.strip().splitlines())), "it said nothing")
        return Vulnerabilities(status="not checked", why=f"pip-audit failed: {last[:200]}")
    return Vulnerabilities(status="checked", packages=len(listed), found=found)
