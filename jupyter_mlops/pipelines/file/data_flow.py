"""The data that a piece of code reads and makes, by what it says: magics, calls of ours, and `pd.read_…`."""

from __future__ import annotations

import ast
import posixpath
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field

from jupyter_mlops.core.errors import MlopsError
from jupyter_mlops.core.types import split_reference
from jupyter_mlops.pipelines.file.python_source import mlops_lines

_URL = re.compile(r"[a-z][a-z0-9+.-]+://")
_NO_FILE = frozenset({"read_sql", "read_sql_query", "read_sql_table", "read_clipboard", "read_gbq"})
_PATHS = frozenset({"path", "io", "filepath_or_buffer", "path_or_buf", "source"})


@dataclass
class Data:
    """References to data, in the order in which the code names them.

    Parameters
    ----------
    outputs
        Names that `%mlops output` gives.
    """

    reads: list[str] = field(default_factory=list)
    makes: list[str] = field(default_factory=list)
    outputs: list[str] = field(default_factory=list)

    def add(self, verb: str, words: tuple[str, ...]) -> None:
        """Note a call of ours with the words that it was given, in order."""
        if verb == "load" and words:
            _append(self.reads, _reference("snapshot", words[0]))
        elif verb == "snapshot" and len(words) > 1:
            _append(self.makes, _reference("snapshot", words[1]))
        elif verb == "register" and len(words) > 1:
            _append(self.makes, _reference("version", words[1]))
        elif verb == "output" and words and "=" in words[0]:
            _append(self.outputs, words[0].partition("=")[0])


def data_of(source: str, tree: ast.Module, parameters: Collection[str], folder: str = "") -> Data:
    """Return the data that a cell reads and makes.

    Parameters
    ----------
    parameters
        Names that stand for the pipeline's parameters.
    folder
        The notebook's, where its kernel works; files are told from where this starts.
    """
    found = Data()
    for line in mlops_lines(source):
        found.add(line.verb, line.words)
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            _of_call(found, node, node.func, parameters, folder)
    return found


def _of_call(
    found: Data, node: ast.Call, called: ast.Attribute, parameters: Collection[str], folder: str
) -> None:
    if isinstance(called.value, ast.Name) and called.value.id == "mlops":
        words = tuple(_said(item, parameters) or "" for item in node.args)
        found.add(called.attr, words)
    elif called.attr.startswith(("read_", "scan_")) and called.attr not in _NO_FILE:
        given = (
            node.args[0]
            if node.args
            else next((item.value for item in node.keywords if item.arg in _PATHS), None)
        )
        said = _said(given, parameters)
        if said:
            _append(found.reads, _place(said, folder))


def _said(node: ast.expr | None, parameters: Collection[str]) -> str | None:
    """Return a text as written, or a placeholder for a parameter."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.Name) and node.id in parameters:
        return f"${{parameters.{node.id}}}"
    return None


def _place(said: str, folder: str) -> str:
    if _URL.match(said):
        return f"url:{said}"
    return (
        f"file:{said}"
        if said.startswith("${")
        else f"file:{posixpath.normpath(posixpath.join(folder, said))}"
    )


def _reference(kind: str, word: str) -> str | None:
    if word.startswith("${"):
        return f"{kind}:{word}"
    try:
        split_reference(word)
    except MlopsError:
        return None
    return f"{kind}:{word}"


def _append(to: list[str], item: str | None) -> None:
    if item and item not in to:
        to.append(item)


def merged(parts: Iterator[Data]) -> Data:
    """Return the data of several cells as one."""
    whole = Data()
    for part in parts:
        for name in ("reads", "makes", "outputs"):
            for item in getattr(part, name):
                _append(getattr(whole, name), item)
    return whole
