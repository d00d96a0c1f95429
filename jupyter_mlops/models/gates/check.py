"""A check of a gate: one question asked of a version, written as a table in the settings."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Annotated, ClassVar

from pydantic import BaseModel, ConfigDict, Field

from jupyter_mlops.checks.report import Finding, Severity

if TYPE_CHECKING:
    from jupyter_mlops.models.gates.candidate import Candidate

Share = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
Number = Annotated[float, Field(allow_inf_nan=False)]


class VersionCheck(BaseModel):
    """What all checks of a gate have: a kind, and how bad it is not to pass.

    Another package's comes in by an entry point of the group `jupyter_mlops.version_checks`.

    Parameters
    ----------
    kind
        What `check = "…"` says, and its entry point.
    severity
        A warning does not keep a version from passing.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: ClassVar[str] = ""
    severity: Severity = "error"

    @property
    def about(self) -> str:
        """What tells it from another check of the same name, like the metric."""
        return ""

    @property
    def label(self) -> str:
        """What the report calls it."""
        return f"{self.kind}: {self.about}" if self.about else self.kind

    @property
    def measures(self) -> tuple[str, ...]:
        """The metrics that it wants intervals of; those of all checks are drawn together."""
        return ()

    def find(self, subject: Candidate) -> Iterable[Finding]:
        """Say what it sees: an info with its evidence where all is well.

        Raises
        ------
        Unknown
            It cannot tell.
        """
        raise NotImplementedError

    def says(self, message: str, *, is_well: bool, about: str = "", **evidence: str) -> Finding:
        """Return a finding: an info where all is well, else as severe as the check is.

        Parameters
        ----------
        evidence
            What it saw, by name; underscores are read as spaces.
        """
        return Finding(
            check=self.label,
            severity="info" if is_well else self.severity,
            subject=about,
            message=message,
            evidence={key.replace("_", " "): value for key, value in evidence.items()},
        )
