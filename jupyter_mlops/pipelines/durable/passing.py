"""How variables pass from the cells of one step to those of another: as values, or as snapshots."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, cast

from pydantic_core import to_json

from jupyter_mlops.core import door
from jupyter_mlops.core.errors import Invalid, MlopsError
from jupyter_mlops.core.project import Project
from jupyter_mlops.core.record import Record
from jupyter_mlops.core.redact import is_secret_name, redact
from jupyter_mlops.core.verb import Verb, verb_of
from jupyter_mlops.data.snapshot import snapshot
from jupyter_mlops.pipelines.durable.exact import decode, encode, is_json
from jupyter_mlops.pipelines.file.literal import checked_name, literal
from jupyter_mlops.pipelines.file.placeholder import PLAIN, TYPE
from jupyter_mlops.pipelines.output import FOLDER, keep

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from pydantic import JsonValue

_LARGEST = 1_000_000
_ARRAYS = "biufcmM"


def prologue(passed: Mapping[str, JsonValue]) -> str:
    """Write the cell that gives a step the variables it takes over.

    Parameters
    ----------
    passed
        Each variable as its step gave it.

    Raises
    ------
    Invalid
        One is of a kind that a later step cannot have as a variable.
    """
    lines = [line for name, value in passed.items() for line in _taken(checked_name(name), value)]
    loads = ["%load_ext jupyter_mlops"] if any(" = %mlops load " in line for line in lines) else []
    return "\n".join(["# Taken over from earlier steps", *loads, *lines])


def epilogue(prefix: str, names: tuple[str, ...]) -> str:
    """Write the cell that gives a step's variables to later ones.

    Parameters
    ----------
    prefix
        Names of the datasets that tables among them become begin so: `retrain.load`.
    """
    words = "".join(f", {literal(checked_name(name))}" for name in names)
    return (
        "# Given to later steps\n"
        "from jupyter_mlops.pipelines.durable import passing as _passing\n\n"
        f"_passing.give({literal(prefix)}, globals(){words})"
    )


def give(prefix: str, namespace: Mapping[str, object], *names: str) -> None:
    """Keep variables where the pipeline that runs this notebook finds them; outside of one, do nothing.

    What `%mlops output` has given already stays as it is, and so does what no cell has made.

    Raises
    ------
    Invalid
        One cannot pass.
    """
    folder = os.environ.get(FOLDER)
    if not folder:
        return
    for name in names:
        if name in namespace and not (Path(folder) / f"{name}.json").exists():
            try:
                keep(Path(folder), name, given(prefix, name, namespace[name]))
            except MlopsError as error:
                raise type(error)(f"{name}: {error.message}", hint=error.hint) from None


def given(prefix: str, name: str, value: object) -> JsonValue:
    """Return a variable as JSON that `prologue` makes it of again.

    Raises
    ------
    Invalid
        It cannot pass: it is, or looks like, a secret, is too large, or is no value, table or array.
    """
    if isinstance(value, str) and (is_secret_name(name) or redact(value) != value):
        raise Invalid("It looks like a secret.", hint="Refer to it in the secrets of both steps.")
    if isinstance(value, Record):
        return _marked("record", cast("JsonValue", value.wire()))
    return _given_table(f"{prefix}.{name}", value) or _given_value(value)


def _given_value(value: object) -> JsonValue:
    exact = encode(value)
    size = len(json.dumps(exact))
    if size > _LARGEST:
        raise Invalid(
            f"It takes {size:,} bytes, more than {_LARGEST:,}.",
            hint="Make it a DataFrame or an array, or keep it in a file and pass the path.",
        )
    if is_json(value) and not (isinstance(value, dict) and PLAIN in value):
        return cast("JsonValue", value)
    if isinstance(exact, bool | int | float | str):
        return exact  # one of NumPy's scalars
    plain = json.loads(to_json(value, inf_nan_mode="strings", bytes_mode="base64"))
    return _marked("value", plain, exact=exact)


def _given_table(dataset: str, value: object) -> JsonValue:
    """Keep a table, a column or an array as a snapshot; None for anything else."""
    pandas, numpy = sys.modules.get("pandas"), sys.modules.get("numpy")
    if pandas is not None and type(value) is pandas.DataFrame:
        return _marked("table", _kept(dataset, cast("pd.DataFrame", value)))
    if pandas is not None and type(value) is pandas.Series:
        return _given_column(dataset, cast("pd.Series", value))
    if numpy is not None and type(value) is numpy.ndarray:
        return _given_array(dataset, cast("np.ndarray", value))
    return None


def _given_column(dataset: str, column: pd.Series) -> JsonValue:
    if not isinstance(column.name, str | int | None):
        raise Invalid(f"Its name, {column.name!r}, is no text.", hint="Rename it, or pass its frame.")
    name = column.name if isinstance(column.name, str) else column.name and int(column.name)
    return _marked("column", _kept(dataset, column.to_frame("values")), name=name)


def _given_array(dataset: str, array: np.ndarray) -> JsonValue:
    import pandas as pd

    frame = pd.DataFrame({"values": array.ravel()})
    if array.dtype.kind not in _ARRAYS or frame["values"].to_numpy().dtype != array.dtype:
        raise Invalid(
            f"An array of {array.dtype} cannot pass to another step.", hint="Make it a DataFrame or a list."
        )
    return _marked("array", _kept(dataset, frame), shape=list(array.shape))


def _kept(dataset: str, frame: pd.DataFrame) -> str:
    verb = cast(Verb, verb_of(snapshot))
    made = door.enter(Project.open(), verb, {"table": frame, "name": dataset}, face="pipeline")
    return str(getattr(made, "ref", ""))


def _marked(kind: str, plain: JsonValue, **more: JsonValue) -> JsonValue:
    return {PLAIN: plain, TYPE: kind, **more}


def _taken(name: str, value: JsonValue) -> list[str]:
    """Write the lines that make a variable of what was given."""
    if not isinstance(value, dict) or PLAIN not in value:
        return [f"{name} = {literal(value)}"]
    load = f"{name} = %mlops load {value[PLAIN]}"
    match value[TYPE]:
        case "table":
            return [load]
        case "column":
            return [load, f"{name} = {name}.iloc[:, 0].rename({literal(value['name'])})"]
        case "array":
            shape = cast("list[int]", value["shape"])
            return [load, f"{name} = {name}.iloc[:, 0].to_numpy().reshape({literal(tuple(shape))})"]
        case "value":
            return [f"{name} = {literal(decode(value['exact']))}"]
    raise Invalid(
        f"{name} is what a verb answered, and passes no further as a variable.",
        hint=f"Give a part of it as a parameter: ${{steps.STEP.outputs.{name}.FIELD}}.",
    )
