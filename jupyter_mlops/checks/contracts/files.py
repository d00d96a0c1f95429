"""The file of a contract: where it lies, and how it is written whole or not at all."""

from __future__ import annotations

from pathlib import Path

from jupyter_mlops.core import durable
from jupyter_mlops.core.errors import Invalid
from jupyter_mlops.core.project import Project
from jupyter_mlops.core.types import check_name

SUFFIX = ".contract.toml"
_LARGEST = 10_000_000


def locate(project: Project, dataset: str) -> Path:
    """Return where the contract of a dataset lies, or would lie: at the project's root."""
    return project.root / f"{check_name(dataset)}{SUFFIX}"


def read(path: Path) -> str | None:
    """Return the text of a contract; None where there is none.

    Raises
    ------
    Invalid
        It cannot be read, or is too large to be written by hand.
    """
    try:
        size = path.stat().st_size
        if size > _LARGEST:
            raise Invalid(f"{path.name} has {size:,} bytes.", hint=f"A contract has at most {_LARGEST:,}.")
        return path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as error:
        raise Invalid(f"{path.name} cannot be read: {error}.", hint="Save it as UTF-8.") from None


def write(path: Path, text: str, before: str | None) -> None:
    """Write a contract whole, unless it is no more as it was *before*.

    Raises
    ------
    Conflict
        Somebody has changed it meanwhile.
    """
    durable.rewrite(path, text, lambda: read(path) == before)
