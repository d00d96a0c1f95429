"""What a version was trained on, what it is judged on, and what it reads."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from jupyter_mlops.checks.check import Check, Unknown, ask
from jupyter_mlops.checks.contracts import contract
from jupyter_mlops.checks.leakage.columns import Constants, Identifiers
from jupyter_mlops.checks.leakage.echo import Echo
from jupyter_mlops.checks.leakage.overlap import Group, Overlap
from jupyter_mlops.checks.leakage.split import Split
from jupyter_mlops.checks.report import Finding, Report
from jupyter_mlops.checks.validate import case_of
from jupyter_mlops.core.preview import shown
from jupyter_mlops.data.versions import privacy
from jupyter_mlops.data.versions.subject import Named, named
from jupyter_mlops.experiments.recorder.proof import FINDINGS
from jupyter_mlops.models import tags
from jupyter_mlops.models.gates.candidate import Candidate
from jupyter_mlops.models.gates.check import VersionCheck


class DataContract(VersionCheck):
    """The data that it is judged on keeps its contract.

    Parameters
    ----------
    dataset
        Whose contract; by default the data's own.
    """

    kind: ClassVar[str] = "contract"

    dataset: str = ""

    def find(self, subject: Candidate) -> Iterator[Finding]:
        """Ask every rule of the contract."""
        table = subject.table
        case = case_of(subject.project, table, self.dataset or None)
        found = contract.find(subject.project, case.dataset)
        if found is None:
            raise Unknown(f"{case.dataset or table.name} has no contract; propose one with `%mlops expect`")
        yield from _retold(self, found.examine(case), f"{table.name} keeps {found.name}")


class NoLeak(VersionCheck):
    """No row that it is judged on was trained on, and no column tells the target.

    Parameters
    ----------
    group
        Columns that say whom a row is about: nobody may be on both sides.
    ignore
        Columns that are no features, and by which equal rows may differ.
    """

    kind: ClassVar[str] = "no-leak"

    group: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()

    def find(self, subject: Candidate) -> Iterator[Finding]:
        """Compare the data with every snapshot that it was trained on."""
        flow = subject.stamps.get(FINDINGS, "")
        if flow:
            yield self.says(f"its cells have findings: {shown(flow, 200)}", is_well=False, about="cells")
        trained = [part.strip() for part in subject.stamps.get(tags.SNAPSHOTS, "").split(",") if part.strip()]
        if not trained:
            raise Unknown("which snapshots it was trained on is not recorded")
        for ref in trained:
            left = named(subject.project, ref)
            told = f"{subject.table.name} shares nothing with {left.name}, which it was trained on"
            yield from _retold(self, self._asked(subject, left), told)

    def _asked(self, subject: Candidate, left: Named) -> Report:
        hidden = {
            shown(name) for table in (left, subject.table) for name in privacy.hidden(subject.project, table)
        }
        known = {str(label) for label in left.frame.columns}
        target = subject.target if subject.target in known else None
        split = Split(
            train=left.frame,
            test=subject.frame,
            target=target,
            groups=self.group,
            ignored=self.ignore,
            personal=hidden,
        )
        checks: list[Check[Split]] = [Overlap(), *map(Group, self.group), Constants(), Identifiers()]
        return ask(subject.table.name, split, [*checks, Echo()] if target else checks)


class Signature(VersionCheck):
    """It reads nothing that the serving version does not read, and answers with the same classes."""

    kind: ClassVar[str] = "signature"

    def find(self, subject: Candidate) -> Iterator[Finding]:
        """Compare columns and classes with those of the version that serves."""
        if subject.serving is None:
            reads = _reads(subject.own.model)
            yield self.says(f"nothing else serves; it reads {len(reads)} columns", is_well=True)
            return
        old = subject.serving.version.ref
        mine, theirs = _reads(subject.own.model), _reads(subject.serving.model)
        more = [name for name in mine if name not in theirs]
        if more:
            yield self.says(
                f"it reads {', '.join(more[:5])}{'…' if len(more) > 5 else ''}, which {old} does not",
                is_well=False,
                **_counts(mine, theirs),
            )
        classes = [_classes(subject.own.model), _classes(subject.serving.model)]
        if classes[0] != classes[1]:
            yield self.says(
                f"its classes are not those of {old}",
                is_well=False,
                classes=", ".join(classes[0]) or "none",
                before=", ".join(classes[1]) or "none",
            )
        if not more and classes[0] == classes[1]:
            yield self.says(f"it takes {old}'s place as it is", is_well=True, **_counts(mine, theirs))


def _retold(check: VersionCheck, report: Report, otherwise: str) -> Iterator[Finding]:
    """Yield what another report found, under this check's name; what nobody could answer is unknown."""
    for item in report.findings:
        is_bad = item.severity == "error"
        severity = check.severity if is_bad else item.severity
        yield item.model_copy(
            update={"check": check.label, "severity": severity, "message": f"{item.check}: {item.message}"}
        )
    if report.unknown:
        name, reason = next(iter(report.unknown.items()))
        raise Unknown(f"{name}: {reason}")
    if not any(item.severity == "error" for item in report.findings):
        yield check.says(otherwise, is_well=True, asked=f"{len(report.checks)} checks")


def _reads(model: object) -> tuple[str, ...]:
    """Return the columns that a model reads, by name, else by place."""
    names = getattr(model, "feature_names_in_", None)
    if names is not None:
        return tuple(map(str, names))
    width = getattr(model, "n_features_in_", None)
    if width is None:
        raise Unknown("the model does not say which columns it reads")
    return tuple(f"column {number}" for number in range(int(width)))


def _classes(model: object) -> tuple[str, ...]:
    found = getattr(model, "classes_", None)
    return () if found is None else tuple(map(str, found))


def _counts(mine: tuple[str, ...], theirs: tuple[str, ...]) -> dict[str, str]:
    return {"columns": str(len(mine)), "columns_before": str(len(theirs))}
