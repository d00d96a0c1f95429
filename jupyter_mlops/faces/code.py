"""Write the Python call that a line stands for."""

from __future__ import annotations

from collections.abc import Mapping

from jupyter_mlops.core.door import validate
from jupyter_mlops.core.verb import Parameter, Verb

OPENING = "mlops = jupyter_mlops.open()"


def call_of(verb: Verb, given: Mapping[str, object], *, variables: Mapping[str, object] | None = None) -> str:
    """Return the call as source: `mlops.snapshot(df, "customers")`.

    Parameters
    ----------
    variables
        The notebook's variables: live words among them are written as names, others as text.
    """
    plain = {name: value for name, value in given.items() if verb.parameter(name).live is None}
    live = {name: value for name, value in given.items() if name not in plain}
    values = validate(verb, {**plain, **dict.fromkeys(_live_names(verb))}) | live
    words = [
        _written(item, values[item.name], variables) for item in verb.parameters if _is_said(item, given)
    ]
    return f"mlops.{verb.name}({', '.join(words)})"


def _live_names(verb: Verb) -> list[str]:
    return [item.name for item in verb.parameters if item.live is not None]


def _is_said(item: Parameter, given: Mapping[str, object]) -> bool:
    return item.name in given


def _written(item: Parameter, value: object, variables: Mapping[str, object] | None) -> str:
    is_variable = item.live is not None and variables is not None and str(value) in variables
    shown = str(value) if is_variable else repr(value)
    return shown if item.is_required and item.is_word else f"{item.name}={shown}"
