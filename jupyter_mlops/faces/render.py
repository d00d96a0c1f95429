"""Put answers on the wire and on the terminal."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, cast

from jupyter_mlops.core.preview import Preview
from jupyter_mlops.core.record import Record

if TYPE_CHECKING:
    import pandas as pd


def as_record(answer: object) -> Record:
    """Return the wire form of an answer: itself, or the preview of a live table, personal values hidden."""
    if isinstance(answer, Record):
        return answer
    from jupyter_mlops.data.privacy.scan import hidden_in

    table = cast("pd.DataFrame", answer)
    return Preview.of(table, hidden=hidden_in(table))


def as_json_text(answer: object) -> str:
    """Return an answer as JSON, non-finite numbers as strings."""
    return json.dumps(as_record(answer).wire(), indent=2, ensure_ascii=False, allow_nan=False)


def in_shell(text: str) -> str:
    """Return *text* with its magic lines as they are typed in a shell."""
    return text.replace("%%mlops ", "jupyter mlops ").replace("%mlops ", "jupyter mlops ")


def as_text(answer: object) -> str:
    """Return an answer as a reader of a terminal sees it."""
    return as_record(answer).card().text()
