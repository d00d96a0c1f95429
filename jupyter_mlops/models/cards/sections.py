"""What a card says of a version, section by section: each with where it is known from, or as a gap."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from jupyter_mlops.core.tracker import Run
from jupyter_mlops.experiments import provenance
from jupyter_mlops.models import tags
from jupyter_mlops.models.alias import ranked
from jupyter_mlops.models.cards import judged
from jupyter_mlops.models.cards.evidence import Evidence
from jupyter_mlops.models.cards.section import SHOWN, STATED, Facts, Section, cited


def sections(found: Evidence) -> tuple[Section, ...]:
    """Return all sections, in the order of a card."""
    return (
        _identity(found),
        *_stated(found),
        _origin(found),
        _run(found),
        _values(found, "parameters", "Parameters"),
        _values(found, "metrics", "Metrics of the run"),
        _training(found),
        _environment(found),
        judged.evaluation(found),
        judged.gate(found),
        judged.approvals(found),
        judged.promotions(found),
        judged.lineage(found),
    )


def _identity(found: Evidence) -> Section:
    version = found.version
    before = [item.ref for item in found.others if item.version < version.version]
    facts = (
        ("version", version.ref),
        ("registered", f"{version.created_at:%Y-%m-%d %H:%M} UTC"),
        ("class", version.tags.get(tags.ESTIMATOR, "")),
        ("aliases", ", ".join(ranked(version.aliases))),
        ("previous versions", ", ".join(before[:10])),
        ("note", version.tags.get(tags.NOTE, "")),
    )
    lines = cited(found.made(f"version:{version.ref}"))
    return Section(key="identity", title="Version", facts=_there(facts), source="the registry", lines=lines)


def _stated(found: Evidence) -> Iterator[Section]:
    asked = (
        ("purpose", "Intended use", "intended_use"),
        ("limitations", "Limitations", "limitations"),
        ("provider", "Provider", "provider"),
        ("license", "Licence", "license"),
    )
    for key, title, name in asked:
        text = found.stated.texts.get(name, "")
        if text:
            source = f"{STATED}{found.stated.file} (SHA-256 {found.stated.digest[:12]}); no evidence knows it"
            yield Section(key=key, title=title, facts=((name, text),), source=source)
        else:
            fill = f'Write {name} = "…" into {found.stated.file}.'
            yield Section(key=key, title=title, gap="not stated", fill=fill)


def _origin(found: Evidence) -> Section:
    origin, lines = found.origin, cited(found.made(f"version:{found.version.ref}"))
    shown = Section(key="origin", title="Origin of the files", facts=origin.card().facts, lines=lines)
    if origin.status == "signed":
        return shown.model_copy(update={"source": f"signature of {origin.key}"})
    if origin.status == "consented":
        return shown.model_copy(update={"source": "consent in the ledger"})
    fill = "Register the model in this project, whose key signs it."
    return shown.model_copy(update={"gap": f"{origin.status}: {origin.reason}", "fill": fill})


def _run(found: Evidence) -> Section:
    run = found.run
    if run is None:
        return Section(
            key="run",
            title="Training run",
            gap="no run is known",
            fill="Record the cell with `%%mlops record`.",
        )
    facts = (
        ("run", run.ref),
        ("name", run.name),
        ("status", run.status),
        ("began", f"{run.started_at:%Y-%m-%d %H:%M} UTC"),
        ("took", "" if run.duration_s is None else f"{run.duration_s:.2f} s"),
        ("by", run.tags.get(provenance.ACTOR, "")),
        ("notebook", run.tags.get(provenance.NOTEBOOK, "")),
        ("commit", _commit(run)),
    )
    lines = cited(found.made(f"run:{run.ref}"))
    return Section(key="run", title="Training run", facts=_there(facts), source=f"run {run.ref}", lines=lines)


def _commit(run: Run) -> str:
    commit = run.tags.get(provenance.COMMIT, "")
    return f"{commit}, with changes" if commit and run.tags.get(provenance.DIRTY) == "true" else commit


def _values(found: Evidence, key: str, title: str) -> Section:
    run = found.run
    values = {} if run is None else run.params if key == "parameters" else run.metrics
    if run is None or not values:
        fill = "Record the cell that fits the model with `%%mlops record`."
        return Section(key=key, title=title, gap=f"no {key} were recorded", fill=fill)
    rows = tuple(
        (name, value if isinstance(value, str) else f"{value:.6g}") for name, value in sorted(values.items())
    )
    lines = cited(found.made(f"run:{run.ref}"))
    columns = ("name", "value")
    return Section(
        key=key, title=title, columns=columns, rows=rows[:SHOWN], source=f"run {run.ref}", lines=lines
    )


def _training(found: Evidence) -> Section:
    title = "Training data"
    if not found.training:
        gone = f"; {', '.join(found.lost)} cannot be read any more" if found.lost else ""
        fill = "Load the data as a snapshot before the model is fitted: `%mlops load customers@3`."
        return Section(key="training", title=title, gap=f"no snapshot is known{gone}", fill=fill)
    facts = [(item.ref, f"{item.rows:,} rows, SHA-256 {item.digest}") for item in found.training]
    facts += [(f"{item.ref}, personal", "; ".join(item.personal)) for item in found.training if item.personal]
    facts += [("not there any more", ", ".join(found.lost))] if found.lost else []
    rows = tuple((item.ref, *column) for item in found.training for column in item.columns)
    lines = cited(*(found.made(f"snapshot:{item.ref}") for item in found.training))
    return Section(
        key="training",
        title=title,
        facts=tuple(facts),
        columns=("snapshot", "column", "type", "missing", "distinct"),
        rows=rows[:SHOWN],
        source="profiles of the snapshots",
        lines=lines,
    )


def _environment(found: Evidence) -> Section:
    known, title = found.environment, "Environment"
    if known is None:
        fill = "Record the cell that fits the model with `%%mlops record`."
        return Section(key="environment", title=title, gap="what was installed is not known", fill=fill)
    facts = (
        ("python", known.python),
        ("platform", known.platform),
        ("packages", str(len(known.packages))),
        ("digest", known.digest),
    )
    source = f"requirements.txt of run {found.run.ref if found.run else ''}"
    lines = cited(found.made(f"run:{found.run.ref}")) if found.run else ()
    return Section(key="environment", title=title, facts=facts, source=source, lines=lines)


def _there(facts: Sequence[tuple[str, str]]) -> Facts:
    return tuple(fact for fact in facts if fact[1])
