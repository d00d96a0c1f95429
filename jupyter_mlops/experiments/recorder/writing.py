"""Write down how a run came about: its record, and its session as notebooks."""

from __future__ import annotations

import json
from dataclasses import dataclass

from jupyter_mlops.core.project import Project
from jupyter_mlops.core.redact import redact
from jupyter_mlops.core.tracker import Artifact, Run, RunLog
from jupyter_mlops.experiments import provenance
from jupyter_mlops.experiments.environment import environment
from jupyter_mlops.experiments.recorder import run_record
from jupyter_mlops.experiments.recorder.data_read import basis_of, snapshots_of
from jupyter_mlops.experiments.recorder.flow_findings import flow_findings
from jupyter_mlops.experiments.recorder.masking import Mask
from jupyter_mlops.experiments.recorder.proof import FINDINGS, Proof, proof_of_cell, proof_of_object
from jupyter_mlops.experiments.recorder.run_record import CellRecord, RunRecord
from jupyter_mlops.experiments.recorder.session_notebook import SESSION, SLICE, notebook


@dataclass(frozen=True)
class Writing:
    """What is to be written to a run.

    Parameters
    ----------
    notice
        What was masked, for a reader; empty when nothing was.
    """

    tags: dict[str, str]
    artifacts: tuple[Artifact, ...]
    snapshots: tuple[str, ...]
    notice: str = ""


def write_up(project: Project, run: Run, source: str, proof: Proof) -> Writing:
    """Return how *run* came about.

    Parameters
    ----------
    source
        The recorded cell's, for where nobody watched the session.
    """
    mask = Mask()
    snapshots = snapshots_of(project, proof)
    findings = tuple(
        f"{item.check}: {item.message}"
        for item in flow_findings([step.executed.source for step in proof.steps])
    )
    record = run_record.masked(_record(project, run, source, proof, snapshots, findings), mask)
    artifacts = [Artifact(run_record.PATH, json.dumps(record.wire(), ensure_ascii=False, indent=1).encode())]
    if proof.trace is not None:
        every = [step.executed for step in proof.trace.steps]
        artifacts.append(Artifact(SESSION, notebook(every, mask, with_outputs=True)))
        artifacts.append(
            Artifact(SLICE, notebook((step.executed for step in proof.steps), mask, with_outputs=False))
        )
    said = {FINDINGS: "; ".join(findings)[:1_000]} if findings else {}
    return Writing(proof.tags() | said, tuple(artifacts), snapshots, mask.notice())


def log_of_object(project: Project, run: Run, value: object) -> RunLog:
    """Return what *run* keeps of how *value* came about, where no recorded cell made it: as much as one would."""
    proof = proof_of_object(project, value)
    source = proof.steps[-1].executed.source if proof.steps else ""
    return _log(project, run, source, proof)


def log_of_cell(project: Project, run: Run, source: str, doubt: str) -> RunLog:
    """Return what *run* keeps of how the cell that runs came about.

    Parameters
    ----------
    doubt
        What the caller knows against its proof.
    """
    return _log(project, run, source, proof_of_cell(project, doubt))


def _log(project: Project, run: Run, source: str, proof: Proof) -> RunLog:
    account = write_up(project, run, source, proof)
    known = environment(project)
    tags = {provenance.SNAPSHOTS: ", ".join(account.snapshots), provenance.ENVIRONMENT: known.digest}
    texts = {"source.py": redact(source), "requirements.txt": known.requirements}
    files = [Artifact(path, text.encode("utf-8", "replace")) for path, text in texts.items() if text]
    return RunLog(
        tags={key: text for key, text in tags.items() if text} | account.tags,
        artifacts=[*files, *account.artifacts],
    )


def _record(
    project: Project,
    run: Run,
    source: str,
    proof: Proof,
    snapshots: tuple[str, ...],
    findings: tuple[str, ...],
) -> RunRecord:
    cells = run_record.cells_of(proof) or ((_alone(run, source),) if source else ())
    git, modules = run_record.code_of(project)
    numbers = tuple(step.number for step in proof.steps) or tuple(
        cell.number for cell in cells if proof.trace is None
    )
    return RunRecord(
        run=run.id,
        name=run.name,
        notebook=project.session.notebook or "",
        recorded_at=project.clock.now().isoformat(),
        is_proven=proof.is_proven,
        reasons=proof.reasons,
        findings=findings,
        cells=cells,
        slice=numbers,
        parameters=run_record.parameters_of(cell.source for cell in cells if cell.number in numbers),
        snapshots=run_record.data_of(project, snapshots),
        snapshots_of=basis_of(proof),
        environment=run_record.environment_of(project),
        git=git,
        modules=modules,
        seeds=run_record.seeds_of(proof),
    )


def _alone(run: Run, source: str) -> CellRecord:
    """Return the recorded cell as all that is known of a session."""
    return CellRecord(
        number=0,
        cell="",
        label="",
        source=source,
        status="ok",
        begun_at=run.started_at.timestamp(),
        took_s=0.0,
    )
