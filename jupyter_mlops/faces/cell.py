"""A notebook's cell, run where its author wrote it, with nothing of ours in its traceback."""

from __future__ import annotations

import ast
import inspect
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

from jupyter_mlops.core.code import Evaluation
from jupyter_mlops.core.errors import Invalid
from jupyter_mlops.core.types import Execution, Figure
from jupyter_mlops.faces import evaluation

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

_PICTURES = {
    "image/png": "png",
    "image/svg+xml": "svg",
    "image/jpeg": "jpg",
    "application/vnd.plotly.v1+json": "plotly.json",
}


class NotebookCell:
    """The body of a cell magic, executed in the notebook's own namespace."""

    def __init__(self, shell: InteractiveShell, source: str, notebook: str | None) -> None:
        self._shell = shell
        self._source = source
        self._notebook = notebook

    @property
    def source(self) -> str:
        """The body as typed."""
        return self._source

    @property
    def notebook(self) -> str | None:
        """The notebook's path, when the front end told it."""
        return self._notebook

    @property
    def namespace(self) -> Mapping[str, object]:
        """The notebook's variables."""
        variables: Mapping[str, object] = self._shell.user_ns
        return variables

    def execute(self) -> Execution:
        """Run the body once; its last expression shows as in any cell."""
        pictures: list[Figure] = []
        name = self._shell.compile.cache(self._source, self._shell.execution_count)
        try:
            tree = self._shell.transform_ast(self._parse(name))
            with _watching(self._shell, pictures):
                self._run(tree, name, pictures)
        except (Exception, KeyboardInterrupt, SystemExit) as error:  # noqa: BLE001 - kept, and raised again by `reraise`
            return Execution(error, self._explain(error, name), tuple(pictures))
        pictures += _open_figures()
        return Execution(figures=tuple(pictures))

    def evaluate(self, given: Mapping[str, object]) -> Evaluation:
        """Run the body for its value on a copy of the notebook's variables and *given*."""
        name = self._shell.compile.cache(self._source, self._shell.execution_count)
        try:
            tree = self._shell.transform_ast(self._parse(name))
        except SyntaxError as error:
            return Evaluation(error=error, traceback=self._explain(error, name))
        variables = {**self._shell.user_ns, **given}
        return evaluation.evaluate(tree, name, variables, lambda error: self._explain(error, name))

    def bind(self, names: Mapping[str, object]) -> None:
        """Make *names* variables of the notebook."""
        self._shell.user_ns.update(names)

    def reraise(self, execution: Execution) -> None:
        """Raise the user's own error again, showing the user's frames only."""
        error = execution.error
        if error is None:
            return
        lines = execution.traceback.splitlines()
        shown: BaseException = error
        if isinstance(error, SyntaxError):
            # IPython draws every frame above a SyntaxError, ours too, and does not ask it how it wants to be shown.
            shown = type(type(error).__name__, (Exception,), {})(str(error))
        if not hasattr(shown, "_render_traceback_"):
            shown._render_traceback_ = lambda: lines  # type: ignore[attr-defined]  # IPython asks the error itself
        raise shown

    def _parse(self, name: str) -> ast.Module:
        source = str(self._shell.transform_cell(self._source))
        tree = compile(
            source, name, "exec", ast.PyCF_ONLY_AST | ast.PyCF_ALLOW_TOP_LEVEL_AWAIT, dont_inherit=True
        )
        if not isinstance(tree, ast.Module):
            raise TypeError(f"{type(tree).__name__} is no module")
        if inspect.CO_COROUTINE & compile(tree, name, "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT).co_flags:
            raise Invalid(
                "A recorded cell cannot await at its top level.", hint="Put the await in a cell of its own."
            )
        return tree

    def _run(self, tree: ast.Module, name: str, pictures: list[Figure]) -> None:
        shell = self._shell
        last = tree.body[-1] if tree.body else None
        body = ast.Module(tree.body[:-1] if isinstance(last, ast.Expr) else tree.body, tree.type_ignores)
        exec(compile(body, name, "exec"), shell.user_global_ns, shell.user_ns)  # noqa: S102 - the user's own cell
        if not isinstance(last, ast.Expr):
            return
        expression = compile(ast.Expression(last.value), name, "eval")
        value = eval(expression, shell.user_global_ns, shell.user_ns)  # noqa: S307
        if value is not None and not self._source.rstrip().endswith(";"):
            if shell.display_formatter is not None:
                shown, _ = shell.display_formatter.format(value, include=set(_PICTURES))
                pictures += _pictures_in(shown, len(pictures))
            shell.displayhook(value)

    def _explain(self, error: BaseException, name: str) -> str:
        if hasattr(error, "_render_traceback_"):
            return "\n".join(error._render_traceback_())
        shell = self._shell
        if isinstance(error, SyntaxError) and error.filename == name:
            return "\n".join(shell.SyntaxTB.structured_traceback(type(error), error, None))
        frames = _from_cell(error.__traceback__, name)
        return "\n".join(shell.InteractiveTB.structured_traceback(type(error), error, frames, tb_offset=0))


def _from_cell(frames: TracebackType | None, name: str) -> TracebackType | None:
    """Drop the frames above the user's own cell."""
    found = frames
    while found is not None and found.tb_frame.f_code.co_filename != name:
        found = found.tb_next
    return found or frames


class _Watching:
    """Pass everything on to the shell's own publisher, and keep the pictures."""

    def __init__(self, publisher: object, keep: Callable[[Mapping[str, object]], None]) -> None:
        self._publisher = publisher
        self._keep = keep

    def publish(self, data: Mapping[str, object], *args: object, **kwargs: object) -> None:
        self._keep(data)
        self._publisher.publish(data, *args, **kwargs)  # type: ignore[attr-defined]

    def __getattr__(self, name: str) -> object:
        return getattr(self._publisher, name)


@contextmanager
def _watching(shell: InteractiveShell, pictures: list[Figure]) -> Iterator[None]:
    publisher = shell.display_pub

    def keep(data: Mapping[str, object]) -> None:
        pictures.extend(_pictures_in(data, len(pictures)))

    shell.display_pub = _Watching(publisher, keep)  # type: ignore[assignment]  # it passes everything on
    try:
        yield
    finally:
        shell.display_pub = publisher


def _pictures_in(data: Mapping[str, object], count: int) -> Iterator[Figure]:
    import base64
    import json

    for mime, suffix in _PICTURES.items():
        if mime in data:
            value = data[mime]
            if isinstance(value, bytes):
                content = value
            elif not isinstance(value, str):
                content = json.dumps(value).encode()
            else:
                content = base64.b64decode(value) if mime in {"image/png", "image/jpeg"} else value.encode()
            yield Figure(f"figure-{count + 1}.{suffix}", mime, content)
            return


def _open_figures() -> Iterator[Figure]:
    """Yield the matplotlib figures that the end of the cell will show."""
    import io
    import sys

    pyplot = sys.modules.get("matplotlib.pyplot")
    if pyplot is None:
        return
    for number in pyplot.get_fignums():
        buffer = io.BytesIO()
        pyplot.figure(number).savefig(buffer, format="png", bbox_inches="tight")
        yield Figure(f"matplotlib-{number}.png", "image/png", buffer.getvalue())


def notebook_path(root: Path, variables: Mapping[str, object]) -> str | None:
    """Return the path of the notebook that this kernel serves, from *root*, when somebody told it.

    Our engine and Jupyter's server tell it by the environment, VS Code by a variable.
    """
    named = [os.environ.get(name) for name in ("JUPYTER_MLOPS_NOTEBOOK", "JPY_SESSION_NAME")]
    told = next((name for name in (*named, variables.get("__vsc_ipynb_file__")) if name), None)
    if not isinstance(told, str):
        return None
    path = Path(told)
    if path.is_absolute() and path.resolve().is_relative_to(root.resolve()):
        return path.resolve().relative_to(root.resolve()).as_posix()
    return told
