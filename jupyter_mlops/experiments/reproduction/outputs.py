"""Find the first cell that printed something else than when it was recorded."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence

from jupyter_mlops.experiments.recorder.masking import Mask
from jupyter_mlops.experiments.reproduction.rebuild import RebuiltCell

_ADDRESS = re.compile(r"\b0x[0-9A-Fa-f]{4,}\b")
_CUT = re.compile(r"… [\d,]+ characters more\s*\Z")
_SHOWN = 80


def first_difference(session: bytes | None, ran: bytes, cells: Sequence[RebuiltCell]) -> str:
    """Say which cell printed something else, and what; nothing where none did, or nobody kept outputs.

    Parameters
    ----------
    session
        The recorded session as a notebook.
    ran
        The rebuilt notebook after it ran: a cell that loads the extension, then *cells*.

    Notes
    -----
    Compared is what was printed, and the text of results, but for addresses in memory. The last cell is the recorded
    one, whose outputs came after the record was written.
    """
    before = {_number(cell): cell for cell in _cells(session)}
    after = _cells(ran)[1:]
    for cell, now in zip(cells[:-1], after, strict=False):
        told = _told(before.get(cell.number, {}))
        if told and not _CUT.search(told) and (said := Mask().text(_told(now))) != told:
            return f"{cell.label} printed {_line(told, said)}"
    return ""


def _cells(content: bytes | None) -> list[dict[str, object]]:
    try:
        found = json.loads(content or b"{}")
    except ValueError:
        return []
    cells = found.get("cells") if isinstance(found, dict) else None
    return [cell for cell in cells if isinstance(cell, dict)] if isinstance(cells, list) else []


def _number(cell: Mapping[str, object]) -> object:
    metadata = cell.get("metadata")
    about = metadata.get("jupyter_mlops") if isinstance(metadata, Mapping) else None
    return about.get("number") if isinstance(about, Mapping) else None


def _told(cell: Mapping[str, object]) -> str:
    """Return what a cell printed, and its result's text."""
    outputs = cell.get("outputs")
    texts = "".join(_texts(outputs if isinstance(outputs, list) else []))
    return _ADDRESS.sub("0x…", texts).strip()


def _texts(outputs: Sequence[object]) -> Iterator[str]:
    for output in outputs:
        if not isinstance(output, Mapping):
            continue
        if output.get("output_type") == "stream" and output.get("name") == "stdout":
            yield _joined(output.get("text"))
        elif output.get("output_type") == "execute_result":
            data = output.get("data")
            yield _joined(data.get("text/plain") if isinstance(data, Mapping) else "") + "\n"


def _joined(text: object) -> str:
    return "".join(map(str, text)) if isinstance(text, list) else str(text or "")


def _line(told: str, said: str) -> str:
    """Show the first line that differs."""
    before, after = told.splitlines(), said.splitlines()
    pairs = zip([*before, *[""] * len(after)], [*after, *[""] * len(before)], strict=False)
    one, other = next(((one, other) for one, other in pairs if one != other), ("", ""))
    return f"{one[:_SHOWN]!r}, now {other[:_SHOWN]!r}"
