"""What others found out about a version and stamped on it: where nothing is stamped, nothing is known."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from jupyter_mlops.checks.check import Unknown
from jupyter_mlops.checks.report import Finding
from jupyter_mlops.experiments.recorder.proof import PROVEN, REASONS
from jupyter_mlops.models.card import completeness
from jupyter_mlops.models.gates.candidate import Candidate
from jupyter_mlops.models.gates.check import VersionCheck
from jupyter_mlops.models.safe import check_origin

_YES, _NO = {"true", "yes", "1", "passed", "complete"}, {"false", "no", "0", "failed", "incomplete"}


class Stamped(VersionCheck):
    """The version, or its run, carries a stamp that says yes.

    Parameters
    ----------
    tag
        The stamp; what follows its first word is the reason.
    reasons
        The stamp that holds the reasons of a no, where it is another one.
    missing
        What to say when nothing is stamped.
    """

    tag: ClassVar[str] = ""
    reasons: ClassVar[str] = ""
    missing: ClassVar[str] = ""

    def find(self, subject: Candidate) -> Iterator[Finding]:
        """Read the stamp."""
        found = subject.stamps.get(self.tag, "").strip()
        word, _, reason = found.partition(" ")
        verdict = word.casefold().rstrip(":,;")
        if verdict not in _YES | _NO:
            raise Unknown(
                self.missing if not found else f"{self.tag} says {found[:80]!r}, neither yes nor no"
            )
        is_well = verdict in _YES
        reason = reason or ("" if is_well else subject.stamps.get(self.reasons, ""))
        said = f"is {'' if is_well else 'not '}{self.kind}"
        yield self.says(
            f"{subject.version.ref} {said}{f': {reason}' if reason else ''}",
            is_well=is_well,
            **{self.tag: found},
        )


class Proven(Stamped):
    """Its cells ran in order, as they stand, from a clean start."""

    kind: ClassVar[str] = "proven"
    tag: ClassVar[str] = PROVEN
    reasons: ClassVar[str] = REASONS
    missing: ClassVar[str] = "nobody looked whether its cells ran in order from a clean start"


class Reproduced(Stamped):
    """Running its cells again gave the same."""

    kind: ClassVar[str] = "reproduced"
    tag: ClassVar[str] = "mlops.reproduced"
    missing: ClassVar[str] = "nobody reproduced it"


class Signed(VersionCheck):
    """A key of this project signed its files, and they are as they were."""

    kind: ClassVar[str] = "signed"

    def find(self, subject: Candidate) -> Iterator[Finding]:
        """Compare the files with what was signed."""
        found = check_origin(subject.project, subject.version)
        yield self.says(
            f"{subject.version.ref} is {found.status}: {found.reason}",
            is_well=found.status == "signed",
            digest=found.digest[:12] or "none",
            key=found.key or "none",
        )


class CardComplete(VersionCheck):
    """Its model card has no gaps; what a gate would fill does not count."""

    kind: ClassVar[str] = "card"

    def find(self, subject: Candidate) -> Iterator[Finding]:
        """Write the card, and name its gaps."""
        share, lacking = completeness(subject.project, subject.version)
        ref = subject.version.ref
        said = (
            f"the card of {ref} lacks {', '.join(lacking)}" if lacking else f"the card of {ref} is complete"
        )
        yield self.says(said, is_well=not lacking, complete=f"{share:.0%}")
