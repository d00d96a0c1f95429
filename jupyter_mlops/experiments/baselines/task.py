"""Read what is to be predicted from a table: classes or numbers, on which rows, from which columns."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from jupyter_mlops.core.errors import Invalid, NotFound
from jupyter_mlops.core.verb import did_you_mean

if TYPE_CHECKING:
    import pandas as pd

Kind = Literal["classification", "regression"]
_FEW = 20
_LEAST = 20


@dataclass(frozen=True)
class Task:
    """A table made ready to be learnt from.

    Parameters
    ----------
    features
        (n, p): the columns that are used.
    target
        (n,): what is predicted; no value is missing.
    groups
        (n,): whom a row is about; None where nobody said.
    is_ordered
        The rows stand in order of time.
    notes
        What was left out, and why.
    """

    kind: Kind
    features: pd.DataFrame
    target: pd.Series
    groups: pd.Series | None = None
    is_ordered: bool = False
    notes: tuple[str, ...] = ()

    @property
    def classes(self) -> int:
        """How many values the target takes."""
        return int(self.target.nunique())

    @property
    def numbers(self) -> list[str]:
        """The columns of numbers, truth values among them."""
        import pandas as pd

        return [str(name) for name in self.features if pd.api.types.is_numeric_dtype(self.features[name])]

    @property
    def words(self) -> list[str]:
        """The other columns."""
        return [str(name) for name in self.features if str(name) not in self.numbers]


def read_task(
    table: pd.DataFrame, target: str, kind: Kind | None, group: str | None, time: str | None
) -> Task:
    """Make *table* ready: drop what cannot be learnt from, and say so.

    Raises
    ------
    NotFound
        A column is missing.
    Invalid
        There is nothing to learn: too few rows, one class, no feature.
    """
    import pandas as pd

    table = table.rename(columns=str).reset_index(drop=True)
    for name in filter(None, (target, group, time)):
        if name not in table.columns:
            known = [str(label) for label in table.columns]
            raise NotFound(f"The table has no column {name!r}.", hint=did_you_mean(name, known))
    if not table.columns.is_unique:
        raise Invalid("Two columns of the table have the same name.", hint="Rename one of them.")
    known_rows = table[target].notna()
    notes = [f"{int((~known_rows).sum()):,} rows without {target} are left out."] * bool((~known_rows).any())
    table = table[known_rows]
    if time is not None:
        table = table.sort_values(time, kind="stable")
    features, dropped = _features(table.drop(columns=[name for name in (target, group, time) if name]))
    found = kind or _kind(table[target])
    if found == "regression" and not pd.api.types.is_numeric_dtype(table[target]):
        raise Invalid(f"{target} holds no numbers.", hint="Say --task classification.")
    task = Task(
        found,
        features,
        table[target].astype("float64") if found == "regression" else _labels(table[target]),
        None if group is None else table[group],
        time is not None,
        (*notes, *dropped),
    )
    _check(task, target)
    return task


def _kind(target: pd.Series) -> Kind:
    """Tell classes from numbers: numbers with a fraction, or many of them, are numbers."""
    import pandas as pd

    if not pd.api.types.is_numeric_dtype(target) or pd.api.types.is_bool_dtype(target):
        return "classification"
    is_whole = pd.api.types.is_integer_dtype(target) or bool((target.astype(float) % 1 == 0).all())
    return "classification" if is_whole and target.nunique() <= _FEW else "regression"


def _labels(target: pd.Series) -> pd.Series:
    """Return classes in a type that scikit-learn sorts: their own if they are numbers, else text."""
    import pandas as pd

    if pd.api.types.is_numeric_dtype(target):
        return pd.Series(target.to_numpy(), target.index)
    return target.astype(str).astype(object)


def _features(table: pd.DataFrame) -> tuple[pd.DataFrame, list[str]]:
    """Keep what can be learnt from: numbers, truth values, and words that come again; say what is left out."""
    import pandas as pd

    kept: dict[str, pd.Series] = {}
    dropped: dict[str, list[str]] = {}
    for name in map(str, table.columns):
        column = table[name]
        reason = _useless(column)
        if reason:
            dropped.setdefault(reason, []).append(name)
        elif pd.api.types.is_numeric_dtype(column):
            numbers = column.to_numpy(dtype="float64", na_value=float("nan"))
            kept[name] = pd.Series(numbers, column.index)
        else:
            kept[name] = column.astype(object).where(column.notna(), None).map(str, na_action="ignore")
    notes = [f"Left out, as {reason}: {', '.join(names)}." for reason, names in dropped.items()]
    return pd.DataFrame(kept, index=table.index), notes


def _useless(column: pd.Series) -> str:
    import pandas as pd

    if pd.api.types.is_datetime64_any_dtype(column) or pd.api.types.is_timedelta64_dtype(column):
        return "a time (derive what matters from it)"
    if pd.api.types.is_complex_dtype(column):
        return "complex numbers"
    try:
        distinct = column.nunique()
    except TypeError:
        return "objects, not values"
    if distinct <= 1:
        return "constant"
    is_word = not pd.api.types.is_numeric_dtype(column)
    return "nearly every value is another" if is_word and distinct > 0.9 * len(column) else ""


def _check(task: Task, target: str) -> None:
    if len(task.target) < _LEAST:
        raise Invalid(f"{len(task.target)} rows are too few.", hint=f"It takes {_LEAST} or more.")
    if task.features.shape[1] == 0:
        raise Invalid("No column is left to learn from.", hint="; ".join(task.notes) or "Add features.")
    if task.classes < 2:
        raise Invalid(f"{target} has a single value.", hint="There is nothing to predict.")
