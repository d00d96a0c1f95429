"""Whether predictions treat groups of people alike."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, ClassVar

from pydantic import Field

from jupyter_mlops.checks.check import Unknown
from jupyter_mlops.checks.report import Finding
from jupyter_mlops.data.versions import privacy
from jupyter_mlops.models.evaluation.fairness import SMALLEST, Measure, fairness
from jupyter_mlops.models.gates.candidate import Candidate
from jupyter_mlops.models.gates.check import Share, VersionCheck
from jupyter_mlops.models.gates.slices import Columns


class Fairness(VersionCheck):
    """Groups are chosen, or hit and missed, at about the same rates.

    Parameters
    ----------
    by
        The columns that make the groups.
    measure
        `demographic-parity`: the largest difference of the groups' shares that are predicted positive.
        `equalised-odds`: the larger of the largest differences of their true and false positive rates.
    at_most
        The largest difference allowed.
    confident
        Whether the upper bound of the interval must hold it too.
    least_rows
        Smaller groups are not judged, only counted.
    """

    kind: ClassVar[str] = "fairness"

    by: Columns
    measure: Measure = "demographic-parity"
    at_most: Share = 0.1
    confident: bool = False
    least_rows: Annotated[int, Field(ge=1)] = SMALLEST

    @property
    def about(self) -> str:
        """The columns and the measure."""
        return f"{', '.join(self.by)}: {self.measure}"

    def find(self, subject: Candidate) -> Iterator[Finding]:
        """Compare the groups' rates."""
        hidden = privacy.hidden(subject.project, subject.table)
        found = fairness(subject.predictions, self.by, smallest=self.least_rows, hidden=hidden)
        small = "; ".join([f"{group.name}: {group.rows}" for group in found.groups if group.is_small][:5])
        gap = found.gap(self.measure)
        if gap.why:
            raise Unknown(f"{gap.why} ({small})" if small else gap.why)
        is_well = (gap.high if self.confident else gap.value) <= self.at_most
        rates = [f"{group.name}: {group.selected:.3g} of {group.rows:,}" for group in found.groups]
        yield self.says(
            f"groups differ by {gap.value:.4g}, {'' if is_well else 'not '}at most {self.at_most:g}"
            + (" with 95 % confidence" if self.confident else ""),
            is_well=is_well,
            value=f"{gap.value:.6g}",
            interval=f"{gap.low:.4g} to {gap.high:.4g}",
            predicted_positive="; ".join(rates[:10]),
            not_judged=small or "none",
            n=f"{len(subject.predictions):,}",
        )
