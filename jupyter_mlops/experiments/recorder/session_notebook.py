"""The session as notebooks: every cell as it was executed, and the few that the run rests on."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterable, Mapping

from jupyter_mlops.experiments.recorder.executed import Executed, Output
from jupyter_mlops.experiments.recorder.masking import Mask

SESSION = "mlops/session.ipynb"
SLICE = "mlops/slice.ipynb"
_BUDGET = 8 << 20
_PICTURES = frozenset(["image/png", "image/jpeg"])


def notebook(executions: Iterable[Executed], mask: Mask, *, with_outputs: bool) -> bytes:
    """Return a notebook of *executions* in order, masked; the newest outputs are kept where all are too many."""
    every = list(executions)
    kept, room = set[int](), _BUDGET if with_outputs else 0
    for executed in reversed(every):
        room -= sum(item.size for item in executed.outputs)
        if room < 0:
            break
        kept.add(executed.number)
    content = {
        "nbformat": 4,
        "nbformat_minor": 5,
        "metadata": {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}},
        "cells": [_cell(item, mask, with_outputs=item.number in kept) for item in every],
    }
    return json.dumps(content, ensure_ascii=False, indent=1, default=str).encode("utf-8", "replace")


def _cell(executed: Executed, mask: Mask, *, with_outputs: bool) -> dict[str, object]:
    about = {
        "cell": executed.cell,
        "number": executed.number,
        "status": executed.status,
        "begun_at": executed.begun_at,
        "took_s": round(executed.took_s, 6),
        "peak_bytes": executed.peak_bytes,
    }
    return {
        "cell_type": "code",
        "id": hashlib.sha256(f"{executed.number}:{executed.cell}".encode()).hexdigest()[:12],
        "metadata": {"jupyter_mlops": about},
        "execution_count": executed.count,
        "source": mask.text(executed.source),
        "outputs": [_output(item, executed, mask) for item in executed.outputs] if with_outputs else [],
    }


def _output(output: Output, executed: Executed, mask: Mask) -> dict[str, object]:
    more = f"\n… {output.dropped:,} characters more" if output.dropped else ""
    if output.kind in {"stdout", "stderr"}:
        return {"output_type": "stream", "name": output.kind, "text": mask.text(output.text) + more}
    if output.kind == "error":
        lines = mask.text(output.text).splitlines()
        said = lines[-1].partition(": ")[2] if lines else ""
        return {"output_type": "error", "ename": executed.error, "evalue": said, "traceback": lines}
    data = {mime: _form(mime, value, mask) for mime, value in output.data.items()} or {
        "text/plain": more.strip()
    }
    if output.kind == "result":
        return {
            "output_type": "execute_result",
            "execution_count": executed.count,
            "data": data,
            "metadata": {},
        }
    return {"output_type": "display_data", "data": data, "metadata": {}}


def _form(mime: str, value: object, mask: Mask) -> object:
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    if mime in _PICTURES:
        return value
    return mask.value(dict(value) if isinstance(value, Mapping) else value)
