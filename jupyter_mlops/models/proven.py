"""Stamp a version with whether a clean run of its cells would make it again, and on which data; refuse those that would not."""

from __future__ import annotations

from collections.abc import Mapping

from jupyter_mlops.core.errors import Refused
from jupyter_mlops.core.project import Project
from jupyter_mlops.core.tracker import Run
from jupyter_mlops.experiments.provenance import SNAPSHOTS
from jupyter_mlops.experiments.recorder.data_read import snapshots_of
from jupyter_mlops.experiments.recorder.proof import PROVEN, REASONS, proof_of_object

__all__ = ["PROVEN", "REASONS", "data", "found", "require", "said"]


def found(project: Project, run: Run | None, estimator: object) -> dict[str, str]:
    """Return the tags that say whether it is proven: as its run was stamped, or by the cells of this session."""
    if run is not None and PROVEN in run.tags:
        return {key: run.tags[key] for key in (PROVEN, REASONS) if key in run.tags}
    return proof_of_object(project, estimator).tags()


def data(project: Project, run: Run, estimator: object | None) -> str:
    """Return the snapshots that it was made from: as its run says, or by the cells of this session."""
    if estimator is None or run.tags.keys() & {PROVEN, SNAPSHOTS}:
        return run.tags.get(SNAPSHOTS, "")
    return ", ".join(snapshots_of(project, proof_of_object(project, estimator)))


def require(project: Project, stamp: Mapping[str, str], name: str, run: Run | None) -> None:
    """Let an unproven version pass unless the settings refuse it.

    Parameters
    ----------
    run
        The one that made it, whose cells can be run clean.

    Raises
    ------
    Refused
        The setting `require_proven` is on, and it is not proven.
    """
    if project.settings.require_proven and stamp.get(PROVEN) != "true":
        raise Refused(
            f"{name} is unproven: {stamp.get(REASONS, 'nobody knows how it was made')}.",
            hint=f"`%mlops prove {run.ref}` runs its cells clean; then register again."
            if run is not None
            else "Record the cell that fits it with `%%mlops record`, run `%mlops prove @latest`, and register again.",
        )


def said(tags: Mapping[str, str]) -> str:
    """Return the stamp as a reader takes it: `yes`, or `no` and why; nothing for a version older than stamps."""
    if PROVEN not in tags:
        return ""
    return "yes" if tags[PROVEN] == "true" else f"no: {tags.get(REASONS, '')}"
