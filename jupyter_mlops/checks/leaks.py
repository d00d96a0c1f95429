"""Look for what a model could know that it should not: test rows, the target, the future."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from jupyter_mlops.checks.check import Check, ask
from jupyter_mlops.checks.leakage.columns import Constants, Identifiers
from jupyter_mlops.checks.leakage.echo import Echo
from jupyter_mlops.checks.leakage.order import Order
from jupyter_mlops.checks.leakage.overlap import Group, Overlap
from jupyter_mlops.checks.leakage.split import Split
from jupyter_mlops.checks.report import Finding, Report
from jupyter_mlops.core.errors import NotFound
from jupyter_mlops.core.preview import shown
from jupyter_mlops.core.project import Project
from jupyter_mlops.core.types import Subject
from jupyter_mlops.core.verb import did_you_mean, verb
from jupyter_mlops.data.versions import privacy
from jupyter_mlops.data.versions.subject import named


@verb("leaks", effect="read", long=True)
def leaks(
    project: Project,
    train: Subject,
    test: Subject | None = None,
    *,
    target: Annotated[str | None, Field(description="The column to predict.")] = None,
    time: Annotated[str | None, Field(description="The column that says when a row happened.")] = None,
    group: Annotated[
        tuple[str, ...], Field(description="A column that says whom a row is about, like a customer.")
    ] = (),
    ignore: Annotated[
        tuple[str, ...], Field(description="A column that is no feature, and by which equal rows may differ.")
    ] = (),
) -> Report:
    """Look for leaks: test rows seen in training, features that echo the target, training after testing."""
    left = named(project, train, "the training table")
    right = None if test is None else named(project, test, "the test table")
    for name in (target, time, *group, *ignore):
        if name is not None and name not in map(str, left.frame.columns):
            known = [str(label) for label in left.frame.columns]
            raise NotFound(f"{left.name} has no column {name!r}.", hint=did_you_mean(name, known))
    split = Split(
        train=left.frame,
        test=left.frame.iloc[:0] if right is None else right.frame,
        target=target,
        time=time,
        groups=group,
        ignored=ignore,
        personal={
            shown(name) for table in filter(None, (left, right)) for name in privacy.hidden(project, table)
        },
    )
    subject = left.name if right is None else f"{left.name} against {right.name}"
    return _with_flow(project, ask(subject, split, checks_for(split)))


def checks_for(split: Split) -> list[Check[Split]]:
    """Return the questions that can be asked of a split."""
    checks: list[Check[Split]] = []
    if len(split.test):
        checks += [Overlap(), *map(Group, split.groups), Order(split.time)]
    if split.target is not None:
        checks.append(Echo())
    return [*checks, Constants(), Identifiers()]


def _with_flow(project: Project, report: Report) -> Report:
    """Join what the flow of this session's cells shows, where a kernel records them."""
    if project.session.flow_findings is None:
        return report
    found = [item for item in project.session.flow_findings() if isinstance(item, Finding)]
    return report.model_copy(
        update={"checks": (*report.checks, "flow of cells"), "findings": (*report.findings, *found)}
    )
