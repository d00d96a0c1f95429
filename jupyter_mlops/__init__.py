"""MLOps in the notebook: one life cycle, from data to a watched model."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import os

    from IPython.core.interactiveshell import InteractiveShell

    from jupyter_mlops.faces.facade import Facade

__version__ = "0.1.0"


def open(path: str | os.PathLike[str] | None = None) -> Facade:  # noqa: A001 - the word users expect
    """Open the project around *path* (the working folder by default); every verb is a method of what comes back."""
    from jupyter_mlops.faces.facade import Facade

    return Facade(path)


def load_ipython_extension(shell: InteractiveShell) -> None:
    """Add `%mlops` and `%%mlops` to a notebook: `%load_ext jupyter_mlops`."""
    from jupyter_mlops.faces.magic import load

    load(shell)


def _jupyter_labextension_paths() -> list[dict[str, str]]:
    return [{"src": "labextension", "dest": "jupyter-mlops"}]


def _jupyter_server_extension_points() -> list[dict[str, object]]:
    from jupyter_mlops.faces.server import MlopsExtension

    return [{"module": "jupyter_mlops", "app": MlopsExtension}]
