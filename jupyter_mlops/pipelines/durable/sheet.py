"""The steps of one execution within one transaction: read once, changed in memory and in the store alike."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, cast

from pydantic import JsonValue
from sqlalchemy import Connection, RowMapping

from jupyter_mlops.pipelines.durable import state
from jupyter_mlops.pipelines.durable.frozen import Frozen
from jupyter_mlops.pipelines.durable.launch import step_row
from jupyter_mlops.pipelines.durable.state import STEPS, StepKey, moment
from jupyter_mlops.pipelines.file.definition import Definition


@dataclass(frozen=True)
class StepItem:
    """One item of one step as the store has it; a step that does not fan out has one item, 0."""

    name: str
    item: int
    status: str
    attempt: int = 0
    failures: int = 0
    parameters: Mapping[str, JsonValue] = field(default_factory=dict)
    outputs: Mapping[str, JsonValue] = field(default_factory=dict)
    due_at: str | None = None
    approval: str | None = None
    reason: str = ""

    @property
    def is_ended(self) -> bool:
        """Whether nothing happens to it any more."""
        return self.status in state.STEP_ENDED


class Sheet:
    """Look at an execution and change it, while nobody else does.

    Parameters
    ----------
    row
        The execution, locked until the transaction of *connection* ends.

    Attributes
    ----------
    asked
        What waits for people who are to be told so now: the item, and the question.
    """

    def __init__(self, connection: Connection, row: RowMapping | Mapping[str, object], now: datetime) -> None:
        self.connection = connection
        self.row: dict[str, Any] = dict(row)
        self.now = now
        self.id: str = self.row["id"]
        self.asked: list[tuple[StepItem, str]] = []
        self.definition: Definition = Frozen.model_validate(self.row["definition"]).definition
        self._items: dict[str, list[StepItem]] = {step.name: [] for step in self.definition.steps}
        for found in state.steps_of(connection, self.id):
            known = {name: found[name] for name in StepItem.__dataclass_fields__}
            self._items[found["name"]].append(StepItem(**known))

    def items(self, *names: str) -> Iterator[StepItem]:
        """Yield the items of the steps called so, or of every step."""
        for name in names or self._items:
            yield from tuple(self._items[name])

    def with_status(self, *statuses: str) -> list[StepItem]:
        """Return the items of any step that stand so."""
        return [item for item in self.items() if item.status in statuses]

    def is_good(self, step: str) -> bool:
        """Tell whether every item of a step succeeded."""
        return all(item.status in state.GOOD for item in self.items(step))

    def is_lost(self, step: str) -> bool:
        """Tell whether a step ended, and not well."""
        return any(item.is_ended and item.status not in state.GOOD for item in self.items(step))

    def change(self, item: StepItem, **values: object) -> StepItem:
        """Set columns of a step's item."""
        where = (STEPS.c.execution == self.id, STEPS.c.name == item.name, STEPS.c.item == item.item)
        self.connection.execute(STEPS.update().where(*where).values(**values, updated_at=moment(self.now)))
        known = {key: value for key, value in values.items() if key in StepItem.__dataclass_fields__}
        changed = replace(item, **known)  # type: ignore[arg-type]  # columns are what the dataclass holds
        self._items[item.name][item.item] = changed
        return changed

    def end(self, item: StepItem, status: str, reason: str = "", **values: object) -> None:
        """Let nothing more happen to a step's item."""
        self.change(item, status=status, reason=reason, finished_at=moment(self.now), due_at=None, **values)

    def add(self, step: str, parameters: Mapping[str, JsonValue]) -> StepItem:
        """Give a step one more item."""
        made = StepItem(step, len(self._items[step]), "pending", parameters=parameters)
        row = step_row(self.id, step, made.item, parameters, moment(self.now))
        self.connection.execute(STEPS.insert().values(**row))
        self._items[step].append(made)
        return made

    def change_execution(self, **values: object) -> None:
        """Set columns of the execution."""
        state.change(self.connection, self.id, self.now, **values)
        self.row |= values

    def later(self, seconds: float) -> str:
        """Return the moment that many seconds from now, as the store keeps it."""
        return moment(self.now + timedelta(seconds=seconds))

    def key(self, item: StepItem) -> str:
        """Return the key of an item's current attempt."""
        return str(StepKey(self.id, item.name, item.item, item.attempt))

    def scope(self) -> dict[str, JsonValue]:
        """Return what placeholders may name: parameters, outputs of steps, the execution, what triggered it."""
        steps: dict[str, JsonValue] = {}
        for step in self.definition.steps:
            outputs = [dict(item.outputs) for item in self.items(step.name)]
            steps[step.name] = {"outputs": _listed(outputs) if step.is_fanned else _merged(outputs)}
        cause = cast(Mapping[str, JsonValue], self.row["cause"])
        slot = cause.get("slot", "")
        return {
            "parameters": dict(self.row["parameters"]),
            "steps": steps,
            "execution": {"id": self.id, "slot": slot, "started": self.row["started_at"] or moment(self.now)},
            "trigger": {"reference": cause.get("reference", ""), "slot": slot},
        }


def _listed(outputs: list[dict[str, JsonValue]]) -> dict[str, JsonValue]:
    names = dict.fromkeys(name for item in outputs for name in item)
    return {name: [item.get(name) for item in outputs] for name in names}


def _merged(outputs: list[dict[str, JsonValue]]) -> dict[str, JsonValue]:
    return outputs[0] if outputs else {}
