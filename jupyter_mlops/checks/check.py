"""The port of checks: one small class asks one question, and an answer that cannot be given never passes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Protocol, TypeVar

from jupyter_mlops.checks.report import Finding, Report
from jupyter_mlops.core import progress
from jupyter_mlops.core.errors import MlopsError

Subject_contra = TypeVar("Subject_contra", contravariant=True)
Subject = TypeVar("Subject")
_LONGEST = 300


class Unknown(Exception):
    """A check cannot answer, and says why: what it needs is not there, or is not what it can judge."""


class Check(Protocol[Subject_contra]):
    """One question asked of a subject: a table, a model, a run or predictions.

    Those of tables are rules of a contract too when they are plugged in as `jupyter_mlops.checks`.
    """

    @property
    def label(self) -> str:
        """What the report calls it, like `age: range`; the same for equal checks."""
        ...

    def find(self, subject: Subject_contra) -> Iterable[Finding]:
        """Return what is wrong; nothing if all is well.

        Raises
        ------
        Unknown
            It cannot tell.
        """
        ...


def ask(name: str, subject: Subject, checks: Sequence[Check[Subject]]) -> Report:
    """Ask every check, and collect what they find; one that cannot answer, or breaks, is unknown.

    Parameters
    ----------
    name
        What the subject is called, like `snapshot:customers@3`.
    """
    findings: list[Finding] = []
    unknown: dict[str, str] = {}
    for done, check in enumerate(checks):
        progress.report(done, len(checks), check.label)
        try:
            findings += check.find(subject)
        except (Unknown, MlopsError) as error:
            unknown[check.label] = _reason(str(error))
        except Exception as error:  # noqa: BLE001 - whatever breaks in a check, its question stays open
            unknown[check.label] = _reason(f"it failed with {type(error).__name__}: {error}")
    labels = tuple(dict.fromkeys(check.label for check in checks))
    return Report(subject=name, checks=labels, findings=tuple(findings), unknown=unknown)


def _reason(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _LONGEST else line[: _LONGEST - 1] + "…"
