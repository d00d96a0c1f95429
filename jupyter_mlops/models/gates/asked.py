"""Checks asked in a line, like `accuracy >= 0.9` or `fairness by=sex at_most=0.1`, over those that settings declare."""

from __future__ import annotations

import re
import shlex
import tomllib
from dataclasses import dataclass

from jupyter_mlops.core.errors import Invalid
from jupyter_mlops.core.settings import GateSetting, Settings
from jupyter_mlops.core.types import Alias, ModelName
from jupyter_mlops.governance.guard import gate_name
from jupyter_mlops.models.gates import declared
from jupyter_mlops.models.gates.declared import Gate

_COMPARED = re.compile(r"\s*(?P<metric>[\w@]+)\s*(?P<sign>>=|<=)\s*(?P<limit>\S+)(?P<sure>\s+confident)?\s*")
_SIDES = {">=": "at_least", "<=": "at_most"}
_HINT = "Write METRIC >= NUMBER, METRIC <= NUMBER, or a check with its options: fairness by=sex at_most=0.1"


@dataclass(frozen=True)
class Asked:
    """What a call asks besides the settings.

    Parameters
    ----------
    checks
        As they were written, like `accuracy >= 0.9`.
    data, target
        The snapshot to judge on and its column to predict, rather than those declared; empty for those.
    """

    checks: tuple[str, ...] = ()
    data: str = ""
    target: str = ""

    def __bool__(self) -> bool:
        return bool(self.checks or self.data or self.target)

    @property
    def words(self) -> tuple[str, ...]:
        """What is asked, for people."""
        others = (f"on {self.data}" if self.data else "", f"target {self.target}" if self.target else "")
        return (*self.checks, *filter(None, others))

    def over(self, setting: GateSetting) -> GateSetting:
        """Return a gate's setting with what is asked in it; a check of the same label takes the place of the old one.

        Raises
        ------
        Invalid
            A check is unknown or wrong; the sentence holds it.
        """
        made = {
            declared.check_of(repr(text), table_of(text), _HINT).label: table_of(text) for text in self.checks
        }
        kept = [table for table in setting.checks if declared.label_of(table) not in made]
        return GateSetting(
            data=self.data or setting.data,
            target=self.target or setting.target,
            approvals=setting.approvals,
            checks=(*kept, *made.values()),
        )


NOTHING_ASKED = Asked()


def gate_of(settings: Settings, model: ModelName, alias: Alias, asked: Asked) -> Gate | None:
    """Return the gate that settings declare, with what is asked in it; None where neither is."""
    name = gate_name(settings, model, alias)
    if not asked:
        return None if name is None else declared.read(name, settings.gates[name])
    setting = settings.gates[name] if name is not None else GateSetting()
    return declared.read(name or f"{model}@{alias}", asked.over(setting))


def table_of(text: str) -> dict[str, object]:
    """Return the table that a line stands for, as settings write it.

    Raises
    ------
    Invalid
        It is written otherwise.
    """
    compared = _COMPARED.fullmatch(text)
    if compared is not None:
        limit = _number(compared["limit"], text)
        table = {"check": "metric", "name": compared["metric"], _SIDES[compared["sign"]]: limit}
        return table | ({"confident": True} if compared["sure"] else {})
    try:
        name, *options = shlex.split(text)
        pairs = [_option(option) for option in options]
    except ValueError:
        raise Invalid(f"{text!r} asks nothing of a version.", hint=_HINT) from None
    return {"check": name, **dict(pairs)}


def _number(written: str, text: str) -> float:
    try:
        return float(written)
    except ValueError:
        raise Invalid(f"{written!r} in {text!r} is no number.", hint=_HINT) from None


def _option(written: str) -> tuple[str, object]:
    key, equals, value = written.partition("=")
    if not equals or not key.isidentifier():
        raise ValueError(written)
    return key, _value(value)


def _value(written: str) -> object:
    try:
        return tomllib.loads(f"value = {written}")["value"]
    except tomllib.TOMLDecodeError:
        words = written.split(",")
        return words if len(words) > 1 else written
