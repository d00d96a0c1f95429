"""A notebook file: read whole or refused, written whole or not at all."""

from __future__ import annotations

import hashlib
import json
import os
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, cast

from jupyter_mlops.core.durable import sync_folder
from jupyter_mlops.core.errors import Invalid
from jupyter_mlops.core.project import confined

if TYPE_CHECKING:
    from nbformat import NotebookNode

_LABEL = 60
_LARGE = 100_000
_SAVE_AGAIN = "Save it again with JupyterLab."


@dataclass(frozen=True)
class Notebook:
    """A valid notebook, as it was when it was read.

    Parameters
    ----------
    name
        Its path from the project's root, as records show it.
    sha256
        Digest of the file's bytes.
    """

    path: Path
    name: str
    sha256: str
    node: NotebookNode

    @property
    def kernel(self) -> str | None:
        """The kernel that it names."""
        name = self.node.metadata.get("kernelspec", {}).get("name")
        return name if isinstance(name, str) and name else None


def find(root: Path, target: str) -> Notebook:
    """Read the notebook that *target* names, from the working folder or else from the project's *root*.

    Raises
    ------
    NotFound
        There is none within the project.
    Invalid
        It is no whole notebook.
    """
    home = root.resolve()
    here = (Path.cwd() / target).resolve()
    path = here if here.is_file() and here.is_relative_to(home) else confined(root, target)
    if not path.is_file():
        raise Invalid(f"{target!r} is a folder.", hint="Name a notebook in it.")
    return read(path, path.relative_to(home).as_posix())


def read(path: Path, name: str) -> Notebook:
    """Read the notebook at *path*, brought to the newest format.

    Raises
    ------
    Invalid
        It is no whole notebook; the sentence says where it is broken.
    """
    return parse(path.read_bytes(), path, name)


def parse(content: bytes, path: Path, name: str) -> Notebook:
    """Return the notebook that *content* is, as if it had been read from *path*.

    Raises
    ------
    Invalid
        It is no whole notebook; the sentence says where it is broken.
    """
    node = _upgraded(_parsed(content, name), name)
    return Notebook(path, name, hashlib.sha256(content).hexdigest(), node)


def write(node: NotebookNode, path: Path) -> None:
    """Write the notebook so that a reader, or a crash, sees the old file or the new one, never a torn one."""
    text = json.dumps(_in_lines(node), ensure_ascii=False, indent=1, sort_keys=True)
    content = whole(text).encode("utf-8") + b"\n"
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o640)
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


def _in_lines(node: Mapping[str, object]) -> dict[str, object]:
    """Return a copy with texts as lists of lines, as Jupyter writes them, but for large ones, which cost it dearly."""
    cells = cast("list[dict[str, object]]", node["cells"])
    return {**node, "cells": [_cell_in_lines(cell) for cell in cells]}


def _cell_in_lines(cell: Mapping[str, object]) -> dict[str, object]:
    copy = {**cell, "source": _lines(cell.get("source"))}
    if "outputs" in cell:
        copy["outputs"] = [
            _output_in_lines(output) for output in cast("list[dict[str, object]]", cell["outputs"])
        ]
    return copy


def _output_in_lines(output: Mapping[str, object]) -> dict[str, object]:
    if output.get("output_type") == "stream":
        return {**output, "text": _lines(output.get("text"))}
    data = output.get("data")
    if not isinstance(data, Mapping):
        return dict(output)
    texts = {kind: _lines(value) for kind, value in data.items() if kind.startswith("text/")}
    return {**output, "data": {**data, **texts}}


def _lines(text: object) -> object:
    return text.splitlines(keepends=True) if isinstance(text, str) and len(text) <= _LARGE else text


def whole(text: str) -> str:
    """Return *text* with lone surrogates, which no file can hold, marked as U+FFFD."""
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text


def runnable(cells: Sequence[Mapping[str, object]]) -> list[int]:
    """Return the positions of the cells that a kernel would execute."""
    return [
        index
        for index, cell in enumerate(cells)
        if cell.get("cell_type") == "code"
        and str(cell.get("source", "")).strip()
        and "skip-execution" not in _tags(cell)
    ]


def label(cells: Sequence[Mapping[str, object]], index: int) -> str:
    """Say what a cell does: the heading right above it, or its own first line."""
    above = (
        str(cells[index - 1].get("source", ""))
        if index and cells[index - 1].get("cell_type") == "markdown"
        else ""
    )
    heading = next((line.strip("# ") for line in above.splitlines() if line.startswith("#")), "")
    source = str(cells[index].get("source", ""))
    shown = heading or next((line.strip() for line in source.splitlines() if line.strip()), "")
    return shown if len(shown) <= _LABEL else shown[: _LABEL - 1] + "…"


def _tags(cell: Mapping[str, object]) -> Sequence[object]:
    metadata = cell.get("metadata")
    tags = metadata.get("tags") if isinstance(metadata, Mapping) else None
    return tags if isinstance(tags, list) else []


def _parsed(content: bytes, name: str) -> dict[str, object]:
    mend = "Open it in JupyterLab, or take it from version control."
    try:
        raw = json.loads(content.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise Invalid(f"{name} is no notebook: byte {error.start} is not UTF-8.", hint=mend) from None
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        raise Invalid(f"{name} is broken at {where}: {error.msg}.", hint=mend) from None
    except RecursionError:
        raise Invalid(f"{name} is nested too deeply.", hint=mend) from None
    if not isinstance(raw, dict) or not isinstance(raw.get("nbformat"), int):
        raise Invalid(f"{name} is JSON, but no notebook: it has no 'nbformat'.", hint=mend)
    sound: dict[str, object] = json.loads(whole(json.dumps(raw, ensure_ascii=False)))
    return sound


def _upgraded(raw: dict[str, object], name: str) -> NotebookNode:
    import nbformat
    from nbformat.validator import normalize

    version = raw["nbformat"]
    if version not in {3, 4}:
        raise Invalid(
            f"{name} has notebook format {version}; 3 and 4 are known.", hint="Save it with JupyterLab."
        )
    minor = raw.get("nbformat_minor", 0)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            nbformat.validate(raw)
            node: NotebookNode = nbformat.v4.upgrade(
                nbformat.convert(nbformat.reader.reads(json.dumps(raw)), 4)
            )
            _, node = normalize(node)
    except nbformat.ValidationError as error:
        where = "/".join(map(str, getattr(error, "absolute_path", ()) or ()))
        what = str(error.message).partition("\n")[0][:200]
        raise Invalid(
            f"{name} is no valid notebook: {where or 'the file'}: {what}.",
            hint=_SAVE_AGAIN,
        ) from None
    except (
        AttributeError,
        KeyError,
        TypeError,
    ) as error:  # where nbformat stumbles over what it should validate
        raise Invalid(f"{name} is no valid notebook: {error!r}.", hint=_SAVE_AGAIN) from None
    if version < 4 or (isinstance(minor, int) and minor < 5):
        _name_cells(node)
    return node


def _name_cells(node: NotebookNode) -> None:
    """Give the cells of an old notebook the same ids on each run, where nbformat draws random ones."""
    for index, cell in enumerate(node.cells):
        cell["id"] = hashlib.sha256(f"{index}:{cell.source}".encode()).hexdigest()[:8]
