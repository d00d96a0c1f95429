"""A card as Markdown, with the metadata at its head that model hubs read."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence

from pydantic import JsonValue

from jupyter_mlops.models.cards.evidence import Evidence
from jupyter_mlops.models.cards.judged import scores
from jupyter_mlops.models.cards.section import Section

_TASKS = {
    "binary": "tabular-classification",
    "classification": "tabular-classification",
    "multiclass": "tabular-classification",
    "regression": "tabular-regression",
    "forecasting": "time-series-forecasting",
}
_MARKS = str.maketrans({mark: f"\\{mark}" for mark in "\\`*_[]<>|#"})


def metadata(found: Evidence) -> dict[str, JsonValue]:
    """Return what model hubs know a model by; what is not known is left out."""
    evaluation = found.evaluation or {}
    task = _TASKS.get(str(evaluation.get("task", "")).casefold(), "")
    known = found.stated.texts
    result = _results(found, task)
    made: dict[str, JsonValue] = {
        "license": known.get("license"),
        "language": known.get("language"),
        "library_name": "sklearn",
        "pipeline_tag": task,
        "tags": ["jupyter-mlops", *([task] if task else [])],
        "model_name": found.version.ref,
        "datasets": [item.ref for item in found.training],
        "metrics": [row[0] for row in scores(evaluation)],
        "model-index": [{"name": found.version.name, "results": [result]}] if result else [],
    }
    return {key: value for key, value in made.items() if value}


def markdown(title: str, head: Mapping[str, JsonValue], sections: Sequence[Section]) -> str:
    """Return the whole card."""
    body = "\n".join(line for section in sections for line in _section(section))
    return f"---\n{_yaml(head)}---\n\n# {_plain(title)}\n\n{body}"


def _results(found: Evidence, task: str) -> dict[str, JsonValue]:
    """Return the scores as a hub's index of results; they need a task and the data that they were measured on."""
    evaluation = found.evaluation or {}
    data = str(evaluation.get("data") or evaluation.get("subject") or "").removeprefix("snapshot:")
    measured: list[JsonValue] = []
    for name, value, *_ in scores(evaluation):
        try:
            measured.append({"type": name, "value": float(value)})
        except ValueError:
            continue
    if not (task and data and measured):
        return {}
    return {"task": {"type": task}, "dataset": {"name": data, "type": data}, "metrics": measured}


def _section(section: Section) -> Iterator[str]:
    yield f"## {_plain(section.title)}\n"
    if section.gap:
        yield f"**Gap:** {_plain(section.gap)}. To fill it: {section.fill}\n"
    if section.facts:
        yield from (
            f"- {f'{_plain(name)}: ' if name else ''}{_plain(value)}" for name, value in section.facts
        )
        yield ""
    if section.rows:
        yield _row(section.columns)
        yield _row(["---"] * len(section.columns), is_plain=True)
        yield from (_row(row) for row in section.rows)
        yield ""
    if section.source and not section.gap:
        lines = ", ".join(f"{seq} ({digest[:12]})" for seq, digest in section.lines)
        yield f"*Known from {_plain(section.source)}{f'; ledger lines {lines}' if lines else ''}.*\n"


def _row(cells: Sequence[str], *, is_plain: bool = False) -> str:
    return f"| {' | '.join(cell if is_plain else _plain(cell) for cell in cells)} |"


def _plain(text: str) -> str:
    """Keep what people typed from being Markdown of its own."""
    return " ".join(text.split()).translate(_MARKS)


def _yaml(values: Mapping[str, JsonValue]) -> str:
    """Write each value as JSON, which YAML is a superset of."""
    return "".join(f"{key}: {json.dumps(value, ensure_ascii=True)}\n" for key, value in values.items())
