"""Read a table that is named in words: a snapshot, or a file of the project."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path, PurePath
from typing import TYPE_CHECKING

from jupyter_mlops.core.errors import Invalid, NotFound
from jupyter_mlops.core.project import Project, confined

if TYPE_CHECKING:
    import pandas as pd

_LONGEST = 200


def read_table(project: Project, text: str) -> pd.DataFrame:
    """Return the table that *text* names: `customers@3`, `customers`, or a file like `data/customers.csv`.

    Raises
    ------
    Invalid
        The file is of a kind that is not read, or broken.
    NotFound
        There is no such file or snapshot, or it lies outside the project.
    """
    from jupyter_mlops.data.load import load

    if "\0" in text:
        raise Invalid(f"{text!r} names no table.", hint="Name a file of the project, or a snapshot.")
    if _is_file(project, text):
        return _read_file(confined(project.root, text), text)
    try:
        return load(project, text)
    except (NotFound, Invalid) as error:
        if PurePath(text).suffix.lower() not in _readers():
            raise
        raise NotFound(f"No file {text!r} in {project.root}.", hint="Paths start at the project.") from error


def _is_file(project: Project, text: str) -> bool:
    """Tell whether *text* can only be a path, or a file of that name is there."""
    if "/" in text or "\\" in text or text.startswith("."):
        return True
    try:
        return (project.root / text).is_file()
    except OSError:
        return False


def _read_file(path: Path, text: str) -> pd.DataFrame:
    import pyarrow as pa

    reader = _readers().get(path.suffix.lower())
    if reader is None:
        kinds = ", ".join(_readers())
        raise Invalid(
            f"{text!r} is not a table that can be read.", hint=f"These are: {kinds}; or name a snapshot."
        )
    if not path.is_file():
        raise Invalid(f"{text!r} is not a file.", hint="Name one file.")
    try:
        return reader(path)
    except (ValueError, OSError, pa.ArrowException) as error:
        cause = " ".join(str(error).split())[:_LONGEST] or type(error).__name__
        raise Invalid(
            f"{text!r} cannot be read: {cause.rstrip('.')}.", hint="Check that it is what its name says."
        ) from error


def _readers() -> dict[str, Callable[[Path], pd.DataFrame]]:
    import pandas as pd

    return {
        ".csv": pd.read_csv,
        ".tsv": lambda path: pd.read_csv(path, sep="\t"),
        ".parquet": pd.read_parquet,
        ".json": pd.read_json,
        ".jsonl": lambda path: pd.read_json(path, lines=True),
        ".feather": pd.read_feather,
        ".arrow": pd.read_feather,
    }
