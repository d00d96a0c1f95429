"""Split the rows as the data demand: in classes' shares, by groups, or by time."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from jupyter_mlops.core.errors import Invalid
from jupyter_mlops.experiments.baselines.task import Task

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Rows = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Folds:
    """Which rows are trained on and which are tested, fold by fold.

    Parameters
    ----------
    scheme
        How they were split, in words.
    """

    scheme: str
    splits: tuple[tuple[Rows, Rows], ...]

    @property
    def overlap(self) -> float:
        """Rows tested on by rows trained on, as the mean over folds."""
        return sum(len(test) / len(train) for train, test in self.splits) / len(self.splits)

    @property
    def digest(self) -> str:
        """Equal for the same splits of as many rows."""
        found = hashlib.sha256()
        for train, test in self.splits:
            found.update(train.tobytes() + b"|" + test.tobytes())
        return found.hexdigest()[:16]


def folds(task: Task, count: int, seed: int) -> Folds:
    """Split a task's rows.

    Raises
    ------
    Invalid
        There are too few groups, or too few rows of a class.
    """
    from sklearn import model_selection as ways

    is_classes = task.kind == "classification"
    if task.is_ordered:
        return _made(task, ways.TimeSeriesSplit(count), f"{count} folds, each tested on what came after")
    if task.groups is not None:
        if task.groups.nunique() < count:
            raise Invalid(
                f"There are {task.groups.nunique()} groups for {count} folds.", hint="Say fewer --folds."
            )
        if is_classes:
            way = ways.StratifiedGroupKFold(count, shuffle=True, random_state=seed)
            return _made(task, way, f"{count} folds, whole groups, in the classes' shares")
        return _made(task, ways.GroupKFold(count), f"{count} folds, whole groups")
    if not is_classes:
        return _made(task, ways.KFold(count, shuffle=True, random_state=seed), f"{count} folds")
    rarest = task.target.value_counts()
    if int(rarest.min()) < count:
        raise Invalid(
            f"The class {rarest.idxmin()!r} has {int(rarest.min())} rows for {count} folds.",
            hint="Say fewer --folds, or leave out the class.",
        )
    way = ways.StratifiedKFold(count, shuffle=True, random_state=seed)
    return _made(task, way, f"{count} folds in the classes' shares")


def _made(task: Task, way: object, scheme: str) -> Folds:
    splits = tuple(way.split(task.features, task.target, task.groups))  # type: ignore[attr-defined]
    return Folds(scheme, splits)
