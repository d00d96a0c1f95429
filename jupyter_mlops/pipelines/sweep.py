"""Run a notebook or pipeline for every combination of some parameters."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterable, Mapping
from typing import Annotated

from pydantic import Field

from jupyter_mlops.core import progress
from jupyter_mlops.core.card import Card
from jupyter_mlops.core.errors import Invalid
from jupyter_mlops.core.project import Project
from jupyter_mlops.core.record import Record
from jupyter_mlops.core.types import Short
from jupyter_mlops.core.verb import verb
from jupyter_mlops.pipelines.durable.account import Execution, account
from jupyter_mlops.pipelines.durable.launch import Cause, Request, launch, new_id
from jupyter_mlops.pipelines.file.parameters import assignments
from jupyter_mlops.pipelines.run import Given, Target, prepare

_MOST = 1_000


class Sweep(Record):
    """Executions that differ in some parameters.

    Parameters
    ----------
    ref
        What its executions name as their parent.
    varied
        The parameters that differ, and the values of each.
    """

    ref: str
    target: str
    varied: dict[str, tuple[str, ...]]
    executions: tuple[Execution, ...]

    def card(self) -> Card:
        """Show one line for each combination."""
        columns = ("execution", *self.varied, "status")
        rows = tuple(
            (one.ref, *(str(one.parameters.get(name, "")) for name in self.varied), one.status)
            for one in self.executions
        )
        title = f"{len(self.executions)} executions of {self.target}"
        steps = (f"%mlops executions --parent {self.ref}", "%mlops worker --until-idle")
        return Card(title, "ok", columns=columns, rows=rows, next=steps)


@verb("sweep", effect="write", long=True)
def sweep(
    project: Project,
    target: Target,
    *,
    over: Annotated[
        tuple[str, ...],
        Field(description="NAME=A,B,C: a parameter and the values it takes in turn; several are combined."),
        Short("o"),
    ] = (),
    param: Given = (),
    priority: Annotated[int, Field(ge=1, le=100, description="1 is the most urgent, 100 the least.")] = 50,
) -> Sweep:
    """Ask for one execution for each combination of values; workers run them side by side.

    Raises
    ------
    Invalid
        Nothing is varied, a value is ill-typed, or there are more than 1,000 combinations.
    """
    varied = {name: _values(text) for name, text in assignments(over).items()}
    if not varied:
        raise Invalid("The sweep varies nothing.", hint="Say what: --over alpha=0.1,1,10.")
    combinations = list(_combinations(varied))
    if len(combinations) > _MOST:
        raise Invalid(
            f"The sweep has {len(combinations):,} combinations, more than {_MOST:,}.", hint="Vary less."
        )
    fixed = assignments(param)
    plans = [prepare(project, target, {**fixed, **chosen}) for chosen in combinations]
    group = new_id(project)
    made = []
    for number, (plan, values) in enumerate(plans, 1):
        cause = Cause(kind="sweep", reference=group)
        made.append(launch(project, plan, values, Request(cause=cause, parent=group, priority=priority)))
        progress.report(number, len(plans), target)
    with project.change() as connection:
        found = tuple(account(connection, execution, project.clock.now()) for execution in made)
    return Sweep(ref=group, target=target, varied=varied, executions=found)


def _values(text: str) -> tuple[str, ...]:
    """Split the values: at commas, or as the JSON list that they are."""
    if text.startswith("["):
        try:
            return tuple(one if isinstance(one, str) else json.dumps(one) for one in json.loads(text))
        except ValueError:
            raise Invalid(f"{text!r} is no list.", hint="Write A,B,C or a JSON list.") from None
    return tuple(part.strip() for part in text.split(","))


def _combinations(varied: Mapping[str, tuple[str, ...]]) -> Iterable[dict[str, str]]:
    for values in itertools.product(*varied.values()):
        yield dict(zip(varied, values, strict=True))
