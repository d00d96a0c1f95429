"""Whether a version has seen the rows that it is judged on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from jupyter_mlops.checks.check import ask
from jupyter_mlops.checks.leakage.overlap import Overlap
from jupyter_mlops.checks.leakage.split import Split
from jupyter_mlops.checks.report import Finding
from jupyter_mlops.core.errors import MlopsError
from jupyter_mlops.core.project import Project
from jupyter_mlops.core.tracker import ModelVersion, Run
from jupyter_mlops.data.versions import privacy
from jupyter_mlops.data.versions.catalogue import Snapshot
from jupyter_mlops.data.versions.resolve import resolve
from jupyter_mlops.data.versions.subject import Named
from jupyter_mlops.models import tags

Seen = tuple[tuple[Finding, ...], dict[str, str]]


def overlap(project: Project, version: ModelVersion, run: Run | None, data: Named) -> Seen:
    """Return the findings on rows that the version's training data has too, and what cannot be told."""
    findings: list[Finding] = []
    unknown: dict[str, str] = {}
    names = list(_named(version, run))
    if not names:
        unknown["overlap"] = "nobody said which data the version was trained on"
    for name in names:
        try:
            snapshot = resolve(project, name)
            if data.snapshot is not None and snapshot.digest == data.snapshot.digest:
                findings.append(_same(version, snapshot, names))
                continue
            train = read(project, snapshot)
        except MlopsError as error:
            unknown[f"overlap with {name}"] = error.message
            continue
        split = Split(train.frame, data.frame, personal=privacy.hidden(project, data))
        report = ask(name, split, [Overlap()])
        findings += [
            item.model_copy(update={"message": f"{item.message} ({snapshot.ref})"})
            for item in report.findings
        ]
        unknown |= {f"{label} with {name}": reason for label, reason in report.unknown.items()}
    return tuple(findings), unknown


def read(project: Project, snapshot: Snapshot) -> Named:
    """Return a snapshot's table, without saying that the session works with it: judging is not training."""
    from jupyter_mlops.data.store.restore import open_manifest, restore

    manifest = open_manifest(project.objects, snapshot.manifest, snapshot.digest)
    return Named(snapshot.ref, restore(project.objects, manifest, None), snapshot)


def _named(version: ModelVersion, run: Run | None) -> Iterator[str]:
    said = version.tags.get(tags.SNAPSHOTS) or (run.tags.get(tags.SNAPSHOTS, "") if run else "")
    yield from filter(None, (part.strip() for part in said.split(",")))


def _same(version: ModelVersion, snapshot: Snapshot, names: Sequence[str]) -> Finding:
    """Say that it was judged on what its run read: an error where it read nothing else."""
    is_only = len(names) == 1
    return Finding(
        check="overlap",
        severity="error" if is_only else "warning",
        message=f"{version.ref} was trained on {snapshot.ref} itself"
        if is_only
        else f"the run of {version.ref} read {snapshot.ref} too, and may have trained on it",
        count=snapshot.rows,
        evidence={"digest": snapshot.digest[:12], "training data": ", ".join(names)},
    )
