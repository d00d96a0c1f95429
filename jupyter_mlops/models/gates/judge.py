"""Ask every check of a gate of a version, and keep what was found."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence

from jupyter_mlops.checks.check import ask
from jupyter_mlops.checks.report import Finding, Report
from jupyter_mlops.core.errors import Conflict, NotFound
from jupyter_mlops.core.project import Project
from jupyter_mlops.core.tracker import Artifact, ModelVersion, RunLog
from jupyter_mlops.core.types import Alias
from jupyter_mlops.governance.guard import gate_name
from jupyter_mlops.models.gates.asked import NOTHING_ASKED, Asked, gate_of
from jupyter_mlops.models.gates.candidate import Candidate
from jupyter_mlops.models.gates.check import VersionCheck
from jupyter_mlops.models.gates.consent import consent
from jupyter_mlops.models.gates.declared import Gate
from jupyter_mlops.models.gates.report import GateReport

_FOLDER = "gates"
_LATEST = f"{_FOLDER}/latest.txt"
_DIGITS = 16
_DIGEST = re.compile(rf"[0-9a-f]{{{_DIGITS}}}")


def judge(project: Project, version: ModelVersion, alias: Alias, asked: Asked = NOTHING_ASKED) -> GateReport:
    """Return what the gate of an alias finds in a version; nothing is kept or changed.

    Parameters
    ----------
    asked
        What else this call asks: no promotion does.

    Raises
    ------
    Invalid
        The gate is declared wrongly.
    """
    gate = gate_of(project.settings, version.name, alias, asked)
    started = project.clock.monotonic()
    candidate = _candidate(project, version, alias, gate)
    checks = gate.checks if gate else ()
    found = _lenient(ask(version.ref, candidate, checks), checks)
    report = _report(project, candidate, gate, found, project.clock.monotonic() - started)
    is_declared = gate_name(project.settings, version.name, alias) is not None
    return report.model_copy(update={"gate": report.gate if is_declared else "", "asked": asked.words})


def keep(project: Project, version: ModelVersion, report: GateReport) -> GateReport:
    """Keep a report with the version's run, under the digest of what it says; without a run it is only answered."""
    content = report.model_copy(update={"digest": "", "run": None}).model_dump_json().encode()
    digest = _digest(content)
    if version.run is None:
        return report.model_copy(update={"digest": digest})
    try:
        run = project.tracker.run(version.run)
        names = [Artifact(f"{_FOLDER}/{digest}.json", content)]
        if not report.asked:  # the latest is what a promotion would ask
            names.append(Artifact(_LATEST, digest.encode()))
        project.tracker.log(run, RunLog(artifacts=tuple(names)))
    except NotFound:  # somebody deleted the run
        return report.model_copy(update={"digest": digest})
    return report.model_copy(update={"digest": digest, "run": run.ref})


def kept(project: Project, version: ModelVersion, digest: str) -> GateReport:
    """Return a report that was kept, proven to be what was written.

    Parameters
    ----------
    digest
        Its own, as the ledger holds it, or `latest`.

    Raises
    ------
    NotFound
        The version's run keeps none of that digest.
    Conflict
        Somebody changed it.
    """
    none = NotFound(
        f"No report {digest!r} of {version.ref} is kept.", hint=f"Judge it with `%mlops gate {version.ref}`."
    )
    if version.run is None:
        raise none
    run = project.tracker.run(version.run)
    last = project.tracker.artifact(run, _LATEST) or b"" if digest == "latest" else digest.encode()
    whole = last.decode()
    content = project.tracker.artifact(run, f"{_FOLDER}/{whole}.json") if _DIGEST.fullmatch(whole) else None
    if content is None:
        raise none
    if _digest(content) != whole:
        raise Conflict(
            f"The report {whole} of {version.ref} was changed after it was written.",
            hint="Judge it again, and ask who changed the files of its run.",
        )
    return GateReport.model_validate_json(content).model_copy(update={"digest": whole, "run": run.ref})


def pointing(project: Project, model: str, alias: Alias) -> ModelVersion | None:
    """Return the version that an alias points at, or None."""
    try:
        return project.tracker.resolve(f"{model}@{alias}")
    except NotFound:
        return None


def _lenient(found: Report, checks: Sequence[VersionCheck]) -> Report:
    """Let what cannot be answered be a warning where the check is no more: a warning keeps nothing from passing."""
    strict = {check.label for check in checks if check.severity == "error"}
    warned = tuple(
        Finding(check=label, severity="warning", message=f"not answered: {why}")
        for label, why in found.unknown.items()
        if label not in strict
    )
    unknown = {label: why for label, why in found.unknown.items() if label in strict}
    return found.model_copy(update={"findings": (*found.findings, *warned), "unknown": unknown})


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:_DIGITS]


def _candidate(project: Project, version: ModelVersion, alias: Alias, gate: Gate | None) -> Candidate:
    return Candidate(
        project,
        version,
        alias,
        champion=version if alias in version.aliases else pointing(project, version.name, alias),
        data=gate.data if gate else "",
        target=gate.target if gate else "",
        measures=tuple(name for check in gate.checks for name in check.measures) if gate else (),
    )


def _report(
    project: Project, candidate: Candidate, gate: Gate | None, found: Report, took_s: float
) -> GateReport:
    with project.store.read() as connection:
        people = consent(
            project, connection, candidate.version, candidate.alias, gate.approvals if gate else 0
        )
    judged_on = candidate.__dict__.get("table")  # only where a check asked for it
    return GateReport(
        **dict(found),
        version=candidate.version.ref,
        alias=candidate.alias,
        gate=gate.name if gate else "",
        champion=candidate.champion.ref if candidate.champion else None,
        data=judged_on.name if judged_on else "",
        approvals=people,
        at=project.clock.now(),
        duration_s=round(took_s, 3),
    )
