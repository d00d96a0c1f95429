"""What was found and decided about a version: its evaluation, gate, approvals, promotions, lineage."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from pydantic import JsonValue

from jupyter_mlops.models.cards.evidence import Evidence
from jupyter_mlops.models.cards.section import SHOWN, Rows, Section, cited


def scores(evaluation: Mapping[str, JsonValue]) -> Rows:
    """Return the measures of an evaluation: name, value, low and high, where each is there."""
    found = evaluation.get("metrics", evaluation.get("scores", evaluation.get("intervals")))
    if isinstance(found, dict):
        return tuple(_score({"metric": key, **(_fields(value))}) for key, value in found.items())
    return tuple(_score(_fields(item)) for item in found) if isinstance(found, list) else ()


def evaluation(found: Evidence) -> Section:
    """Tell how good it is, on which data."""
    title, ref = "Evaluation", found.version.ref
    if found.evaluation is None:
        fill = f"`%mlops evaluate {ref} SNAPSHOT`"
        return Section(key="evaluation", title=title, gap="not evaluated yet", fill=fill)
    names = ("data", "task", "target", "rows")
    facts = [(name, str(found.evaluation[name])) for name in names if found.evaluation.get(name)]
    facts += [*_when(found.evaluation), *_worst(found.evaluation), *_fairness(found.evaluation)]
    source = f"evaluation kept with run {found.run.ref if found.run else ''}"
    columns, lines = ("metric", "value", "low", "high"), _of_verb(found, "evaluate")
    return Section(
        key="evaluation",
        title=title,
        facts=tuple(facts),
        columns=columns,
        rows=scores(found.evaluation)[:SHOWN],
        source=source,
        lines=lines,
    )


def gate(found: Evidence) -> Section:
    """Tell what the last gate found."""
    title, ref = "Gate", found.version.ref
    if found.gate is None:
        return Section(
            key="gate", title=title, gap="no gate judged it yet", fill=f"`%mlops gate {ref}`", counts=False
        )
    names = ("gate", "alias", "champion", "data")
    facts = tuple((name, str(found.gate[name])) for name in names if found.gate.get(name))
    facts += tuple(_when(found.gate))
    findings = found.gate.get("findings")
    rows = tuple(
        (str(item.get("severity")), str(item.get("check")), str(item.get("message")))
        for item in (findings if isinstance(findings, list) else [])
        if isinstance(item, dict)
    )
    source = f"gate report kept with run {found.run.ref if found.run else ''}"
    lines = _of_verb(found, "gate") + _of_verb(found, "promote")
    return Section(
        key="gate",
        title=title,
        facts=facts,
        columns=("severity", "check", "what"),
        rows=rows[:SHOWN],
        source=source,
        lines=lines,
        counts=False,
    )


def approvals(found: Evidence) -> Section:
    """Tell who was asked, and what they decided."""
    title = "Approvals"
    if not found.approvals:
        fill = f"`%mlops request {found.version.ref}`"
        return Section(key="approvals", title=title, gap="nobody was asked", fill=fill, counts=False)
    rows = tuple(
        (item.ref, item.state, item.requester, *vote)
        for item in found.approvals
        for vote in ([vote.row() for vote in item.votes] or [("", "", "", "")])
    )
    columns = ("request", "state", "asked by", "who", "decided", "why", "when")
    lines = tuple(line for verb in ("request", "approve", "deny") for line in _of_verb(found, verb))
    return Section(
        key="approvals",
        title=title,
        columns=columns,
        rows=rows,
        source="approvals",
        lines=lines,
        counts=False,
    )


def promotions(found: Evidence) -> Section:
    """Tell who let it serve, when and why."""
    moves = [line for line in found.moves() if f"version:{found.version.ref}" in line.outputs]
    rows = tuple(
        (line.at[:16].replace("T", " "), line.actor, line.verb, line.alias, line.note or line.reason)
        for line in moves
        if line.outcome == "ok"
    )
    columns, facts = ("when", "who", "verb", "alias", "why"), (("", "never promoted"),)
    return Section(
        key="promotions",
        title="Promotions",
        facts=() if rows else facts,
        columns=columns if rows else (),
        rows=rows,
        source="the ledger",
        lines=cited(*moves),
        counts=False,
    )


def lineage(found: Evidence) -> Section:
    """Tell what it came from."""
    if not found.lineage:
        gap, fill = (
            "the ledger does not say what it came from",
            "Load its data as a snapshot, and record the cell that fits it with `%%mlops record`.",
        )
        return Section(key="lineage", title="Lineage", gap=gap, fill=fill)
    rows = tuple((link.target, link.source, link.verb, str(link.line)) for link in found.lineage)
    told = {line.seq: line for line in found.lines}
    lines = cited(*(told.get(link.line) for link in found.lineage))
    columns = ("what", "came from", "by", "line")
    return Section(
        key="lineage",
        title="Lineage",
        columns=columns,
        rows=rows[:SHOWN],
        source="the ledger",
        lines=tuple(dict.fromkeys(lines)),
    )


def _when(report: Mapping[str, JsonValue]) -> Iterator[tuple[str, str]]:
    if at := str(report.get("at") or ""):
        yield "at", f"{at[:16].replace('T', ' ')} UTC"


def _worst(evaluation: Mapping[str, JsonValue]) -> Iterator[tuple[str, str]]:
    """Yield the slice that it does worst on, if one was found."""
    for item in _listed(evaluation, "worst")[:1]:
        said = _fields(item.get("score"))
        rows, name = item.get("rows"), item.get("name")
        yield "worst slice", f"{name}: {said.get('metric')} {_number(said.get('value'))} on {rows} rows"


def _fairness(evaluation: Mapping[str, JsonValue]) -> Iterator[tuple[str, str]]:
    for item in _listed(evaluation, "fairness"):
        parity, odds = _number(item.get("parity_difference")), _number(item.get("odds_difference"))
        yield f"groups of {item.get('column')}", f"parity difference {parity}, odds difference {odds}"


def _listed(evaluation: Mapping[str, JsonValue], name: str) -> list[dict[str, JsonValue]]:
    found = evaluation.get(name)
    return [item for item in found if isinstance(item, dict)] if isinstance(found, list) else []


def _of_verb(found: Evidence, verb: str) -> tuple[tuple[int, str], ...]:
    ref = f"version:{found.version.ref}"
    return cited(
        *(line for line in found.lines if line.verb == verb and ref in (*line.inputs, *line.outputs))
    )


def _score(item: Mapping[str, JsonValue]) -> tuple[str, ...]:
    name = item.get("metric") or item.get("name") or ""
    return (str(name), *(_number(item.get(key)) for key in ("value", "low", "high")))


def _fields(value: JsonValue) -> dict[str, JsonValue]:
    return value if isinstance(value, dict) else {"value": value}


def _number(value: JsonValue) -> str:
    return f"{value:.6g}" if isinstance(value, float | int) else "" if value is None else str(value)
