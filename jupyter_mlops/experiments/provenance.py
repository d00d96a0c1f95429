"""Where a run came from: its notebook, its commit, its snapshots, who ran it."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from jupyter_mlops.core.project import Project

SNAPSHOTS = "jupyter_mlops.snapshots"
NOTEBOOK = "jupyter_mlops.notebook"
ACTOR = "jupyter_mlops.actor"
ENVIRONMENT = "jupyter_mlops.environment"
MODELS = "jupyter_mlops.models"
ESTIMATOR = "jupyter_mlops.class"
COMMIT = "jupyter_mlops.git.commit"
BRANCH = "jupyter_mlops.git.branch"
DIRTY = "jupyter_mlops.git.dirty"
PARENT = "jupyter_mlops.parent"
EXECUTION = "jupyter_mlops.execution"
_PATIENCE_S = 2


def origin(project: Project, notebook: str | None) -> dict[str, str]:
    """Return the tags that say where a run starts."""
    found = {
        ACTOR: project.actor.name,
        NOTEBOOK: notebook or project.session.notebook or "",
        PARENT: os.environ.get("JUPYTER_MLOPS_PARENT_RUN", ""),
        EXECUTION: os.environ.get("JUPYTER_MLOPS_EXECUTION", ""),
    }
    return {key: value for key, value in (found | git(project.root)).items() if value}


def git(folder: Path) -> dict[str, str]:
    """Return commit, branch and whether files differ from it; nothing outside of git."""
    if not any((place / ".git").exists() for place in (folder, *folder.parents)):
        return {}
    command = ["git", "-C", os.fspath(folder), "status", "--porcelain=v2", "--branch", "--untracked-files=no"]
    try:
        answer = subprocess.run(
            command,
            capture_output=True,
            check=True,
            env={**os.environ, "GIT_OPTIONAL_LOCKS": "0"},
            text=True,
            timeout=_PATIENCE_S,
        )
    except (OSError, subprocess.SubprocessError):
        return {}
    lines = answer.stdout.splitlines()
    heads = dict(
        line.removeprefix("# branch.").split(" ", 1) for line in lines if line.startswith("# branch.")
    )
    if heads.get("oid", "(initial)") == "(initial)":
        return {}
    is_dirty = any(not line.startswith("#") for line in lines)
    return {COMMIT: heads["oid"], BRANCH: heads.get("head", ""), DIRTY: str(is_dirty).lower()}
