"""Ask a pandera schema, as pandera writes it to YAML or JSON; the only file that knows pandera."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jupyter_mlops.checks.case import Case
from jupyter_mlops.checks.cells import MASKED
from jupyter_mlops.checks.report import Finding, Report
from jupyter_mlops.checks.rule import ROWS
from jupyter_mlops.core.errors import Invalid, Unavailable

if TYPE_CHECKING:
    import pandas as pd
    from pandera.api.pandas.container import DataFrameSchema

SUFFIXES = (".yaml", ".yml", ".json")
_LONGEST = 60


def examine(text: str, name: str, case: Case) -> Report:
    """Ask a schema of a table.

    Raises
    ------
    Invalid
        The text is no schema.
    Unavailable
        pandera is not installed.
    """
    schema = _read(text, name)
    from pandera.errors import SchemaErrors

    has_index = schema.index is not None
    frame = case.frame if has_index else case.frame.reset_index(drop=True)
    asked = tuple(f"{column}: pandera" for column in schema.columns) or ("pandera",)
    report = Report(subject=case.name, checks=asked)
    try:
        schema.validate(frame, lazy=True)
    except SchemaErrors as error:
        failures = error.failure_cases
        groups = failures.groupby(["column", "check"], dropna=False, sort=False)
        found = [_finding(key, group, case, has_index=has_index) for key, group in groups]
        return report.model_copy(update={"findings": tuple(found)})
    except Exception as error:  # noqa: BLE001 - whatever breaks in a check, its question stays open
        return report.model_copy(update={"unknown": {"pandera": f"{type(error).__name__}: {error}"}})
    return report


def _read(text: str, name: str) -> DataFrameSchema:
    try:
        from pandera.pandas import DataFrameSchema
    except ImportError as error:
        raise Unavailable(
            f"{name} is a pandera schema, and pandera is not installed.",
            hint="Install it with `pip install 'jupyter-mlops[validate]'`.",
        ) from error
    try:
        return DataFrameSchema.from_json(text) if name.endswith(".json") else DataFrameSchema.from_yaml(text)
    except Exception as error:
        cause = " ".join(str(error).split())[:200]
        raise Invalid(
            f"{name} is no pandera schema: {cause}.", hint="Write it with `schema.to_yaml()`."
        ) from error


def _finding(key: tuple[object, object], failures: pd.DataFrame, case: Case, *, has_index: bool) -> Finding:
    """Return what one check of one column found."""
    column, check = ("" if value is None or value != value else str(value) for value in key)  # noqa: PLR0124 - NaN
    rows = failures["index"].dropna()
    places = () if has_index else tuple(int(place) for place in rows[:ROWS])
    values = failures.loc[rows.index[: len(places)], "failure_case"]
    is_personal = column in case.personal
    sample = tuple(MASKED if is_personal else str(value)[:_LONGEST] for value in values)
    about = column or ", ".join(failures["failure_case"].astype(str)[:ROWS])
    message = f"{len(rows):,} rows break {check}" if len(rows) else f"{about} breaks {check}"
    return Finding(
        check="pandera",
        subject=about,
        message=message,
        count=len(rows) or None,
        rows=places,
        sample=sample,
        evidence={"check": check},
    )
