"""Ask whether a table keeps its contract."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from jupyter_mlops.checks.case import Case
from jupyter_mlops.checks.contracts import contract, files, pandera
from jupyter_mlops.checks.contracts.contract import Contract
from jupyter_mlops.checks.report import Report
from jupyter_mlops.core.errors import Invalid, NotFound, Refused
from jupyter_mlops.core.project import Project
from jupyter_mlops.core.types import Cell, DatasetName, Subject
from jupyter_mlops.core.verb import verb
from jupyter_mlops.data.versions.privacy import hidden
from jupyter_mlops.data.versions.subject import named

if TYPE_CHECKING:
    from jupyter_mlops.data.versions.subject import Named


@verb("validate", effect="read", long=True)
def validate(
    project: Project,
    subject: Subject,
    rules: Cell | None = None,
    *,
    dataset: Annotated[
        DatasetName | None, Field(description="Dataset whose contract it must keep; by default its own.")
    ] = None,
    gate: Annotated[
        bool, Field(description="Refuse what does not pass, so that a pipeline stops here.")
    ] = False,
) -> Report:
    """Ask whether a table keeps its contract, or the rules in the cell, and which rows do not."""
    found = named(project, subject)
    case = case_of(project, found, dataset)
    report = _asked(project, case, None if rules is None else (rules.source, rules.notebook))
    if gate and not report.is_well:
        raise Refused(report.headline, hint="Mend the rows that `%mlops validate` names.", report=report)
    return report


def case_of(project: Project, found: Named, dataset: str | None) -> Case:
    """Return a table as rules judge it."""
    own = found.snapshot.dataset if found.snapshot else None
    return Case(found.name, found.frame, project, dataset or own, found.snapshot, hidden(project, found))


def _contract(project: Project, case: Case) -> Contract:
    """Return the contract of a table's dataset."""
    if case.dataset is None:
        raise Invalid(
            f"{case.name} is of no dataset, so that it has no contract.",
            hint="Name one with --dataset, or write rules in a cell under %%mlops validate.",
        )
    found = contract.find(project, case.dataset)
    if found is None:
        file = files.locate(project, case.dataset).name
        raise NotFound(f"No contract {file}.", hint=f"Propose one with `%mlops expect {case.dataset}`.")
    return found


def _asked(project: Project, case: Case, rules: tuple[str, str | None] | None) -> Report:
    if rules is None:
        return _contract(project, case).examine(case)
    text, file = rules
    if file is not None and file.endswith(pandera.SUFFIXES):
        return pandera.examine(text, file, case)
    return contract.parse(text, "the cell" if file is None or file.endswith(".ipynb") else file).examine(case)
