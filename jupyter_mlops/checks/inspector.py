"""Inspect tables by their datasets' contracts: what breaks one is noted, or refused where it says `enforce = true`."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from typing import TYPE_CHECKING

from jupyter_mlops.checks.case import Case
from jupyter_mlops.checks.contracts import contract
from jupyter_mlops.checks.report import Report
from jupyter_mlops.checks.rule import Rule
from jupyter_mlops.checks.stored_case import StoredCase
from jupyter_mlops.core.errors import Invalid, Refused
from jupyter_mlops.core.project import Project
from jupyter_mlops.data.encoding.frame import check
from jupyter_mlops.data.versions.catalogue import Snapshot
from jupyter_mlops.data.versions.stored import StoredTable

if TYPE_CHECKING:
    import pandas as pd

_AT_LOAD = {"schema", "type", "dtype"}
_SHOWN = 5


class ContractInspector:
    """Asks a dataset's contract, when it has one."""

    def before_snapshot(self, project: Project, table: pd.DataFrame, dataset: str) -> tuple[str, ...] | None:
        """Return what breaks the contract; None where there is none.

        Raises
        ------
        Refused
            The contract is enforced, and the table does not pass.
        Invalid
            The contract cannot be read: nobody can tell whether it is enforced.
        """
        found = contract.find(project, dataset)
        if found is None:
            return None
        return _judged(found, Case(f"the table for {dataset}", check(table), project, dataset))

    def before_version(self, project: Project, table: StoredTable, dataset: str) -> tuple[str, ...] | None:
        """Return what breaks the contract, reading one column after another; None where there is none.

        Raises
        ------
        Refused
            The contract is enforced, and the table does not pass.
        Invalid
            The contract cannot be read.
        """
        found = contract.find(project, dataset)
        if found is None:
            return None
        return _judged(found, StoredCase.of(table, project, dataset))

    def after_load(self, project: Project, table: pd.DataFrame, found: Snapshot) -> tuple[str, ...]:
        """Return how the columns of a version differ from those that the contract names."""
        try:
            known = contract.find(project, found.dataset)
        except Invalid as error:
            return (str(error),)
        if known is None:
            return ()
        few = replace(known, placed=tuple(_of(known, _AT_LOAD)))
        return _sentences(few.examine(Case(found.ref, table, project, found.dataset, found)), known.name)


def _judged(found: contract.Contract, case: Case) -> tuple[str, ...]:
    """Say what breaks a contract, or refuse where it is enforced."""
    report = found.examine(case)
    if found.document.enforce and not report.is_well:
        hint = f"See which rows with `%mlops validate TABLE --dataset {case.dataset}`; nothing was stored."
        raise Refused(f"{found.name} refuses {report.headline}.", hint=hint, report=report)
    return _sentences(report, found.name)


def _of(known: contract.Contract, names: Collection[str]) -> list[tuple[contract.Place, Rule]]:
    return [(place, rule) for place, rule in known.placed if rule.name in names]


def _sentences(report: Report, name: str) -> tuple[str, ...]:
    said = [f"{finding.said} ({finding.severity})" for finding in report.findings]
    said += [f"{check} could not be answered: {reason}" for check, reason in report.unknown.items()]
    more = [f"{len(said) - _SHOWN} more"] if len(said) > _SHOWN else []
    return tuple(f"{name}: {line}" for line in [*said[:_SHOWN], *more])
