"""A script's source as a cell: what `record` runs on the command line."""

from __future__ import annotations

import ast
import sys
import traceback
from collections.abc import Mapping
from pathlib import Path

from jupyter_mlops.core.code import Evaluation
from jupyter_mlops.core.errors import Invalid
from jupyter_mlops.core.types import Execution
from jupyter_mlops.faces import evaluation

GRAMMAR = "rfc3987_syntax"  # the command line keeps it out


class ScriptError(Exception):
    """A script's own error: its traceback, without the frames above the script."""

    def __init__(self, name: str, message: str, traceback: str) -> None:
        super().__init__(f"{name}: {message}" if message else name)
        self.traceback = traceback


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
        sys.modules.pop(GRAMMAR, None)
        try:
            exec(compile(self._source, str(self._path), "exec"), self._namespace)  # noqa: S102 - it is the user's own
        except BaseException as error:  # noqa: BLE001 - kept, and raised again by `reraise`
            return Execution(error=error, traceback=self._explain(error))
        return Execution()

    def evaluate(self, given: Mapping[str, object]) -> Evaluation:
        """Run the file for its value on a copy of its globals and *given*."""
        try:
            tree = ast.parse(self._source, str(self._path))
        except SyntaxError as error:
            return Evaluation(error=error, traceback=self._explain(error))
        return evaluation.evaluate(tree, str(self._path), {**self._namespace, **given}, self._explain)

    def bind(self, names: Mapping[str, object]) -> None:
        """Make *names* globals of it."""
        self._namespace.update(names)

    def reraise(self, execution: Execution) -> None:
        """Raise the script's own error again; an interrupt stays what it is."""
        if execution.error is None:
            return
        if isinstance(execution.error, KeyboardInterrupt):
            raise execution.error
        error = execution.error
        raise ScriptError(type(error).__name__, str(error), execution.traceback)

    def _explain(self, error: BaseException) -> str:
        frames = error.__traceback__
        while frames is not None and frames.tb_frame.f_code.co_filename != str(self._path):
            frames = frames.tb_next
        return "".join(traceback.format_exception(type(error), error, frames))
