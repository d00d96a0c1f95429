"""A script's source as a cell: what `record` runs on the command line."""

from __future__ import annotations

import traceback
from collections.abc import Mapping
from pathlib import Path

from jupyter_mlops.core.errors import Invalid
from jupyter_mlops.core.types import Execution


class Script:
    """Run a Python file in a namespace of its own, as `python FILE` would."""

    def __init__(self, path: Path, root: Path) -> None:
        self._path = path
        self._root = root
        self._namespace: dict[str, object] = {"__name__": "__main__", "__file__": str(path)}
        try:
            self._source = path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise Invalid(
                f"{path.name} cannot be read as Python: {error}.", hint="Name a .py file."
            ) from None

    @property
    def source(self) -> str:
        """The file's text."""
        return self._source

    @property
    def notebook(self) -> str | None:
        """The file's path from the project's root."""
        return self._path.relative_to(self._root.resolve()).as_posix()

    @property
    def namespace(self) -> Mapping[str, object]:
        """The script's globals."""
        return self._namespace

    def execute(self) -> Execution:
        """Run the file once."""
        try:
            exec(compile(self._source, str(self._path), "exec"), self._namespace)  # noqa: S102 - it is the user's own
        except BaseException as error:  # noqa: BLE001 - kept, and raised again by `reraise`
            return Execution(error=error, traceback=traceback.format_exc())
        return Execution()

    def reraise(self, execution: Execution) -> None:
        """Raise the script's own error again."""
        if execution.error is not None:
            raise execution.error
