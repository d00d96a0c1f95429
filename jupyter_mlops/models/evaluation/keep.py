"""Keep what was found of a version with the run that trained it, and find it again."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

from pydantic import ValidationError

from jupyter_mlops.core.errors import NotFound
from jupyter_mlops.core.project import Project
from jupyter_mlops.core.record import Record
from jupyter_mlops.core.tracker import Artifact, ModelVersion, Run, RunLog
from jupyter_mlops.experiments.comparison import predictions as comparison
from jupyter_mlops.models import tags
from jupyter_mlops.models.evaluation.predictions import Predictions

if TYPE_CHECKING:
    import pandas as pd

Kept = TypeVar("Kept", bound=Record)
LATEST = "latest.txt"


def run_of(project: Project, version: ModelVersion) -> Run | None:
    """Return the run that trained a version, or None when somebody deleted it."""
    run = version.tags.get(tags.RUN) or (version.run or "").removeprefix("@")
    if not run:
        return None
    try:
        return project.tracker.run(f"@{run}")
    except NotFound:
        return None


def stem(version: ModelVersion, digest: str, options: Mapping[str, object]) -> str:
    """Return the name under which the same question of the same version is found again."""
    asked = json.dumps([version.ref, digest, options], sort_keys=True, default=str)
    return f"{version.name}-{version.version}-{hashlib.sha256(asked.encode()).hexdigest()[:16]}"


def find(project: Project, run: Run, path: str, kind: type[Kept]) -> Kept | None:
    """Return what is kept under *path*, or None where nothing is, or what another version of ours cannot read."""
    content = project.tracker.artifact(run, path)
    if content is None:
        return None
    try:
        return kind.model_validate_json(content)
    except ValidationError:
        return None


def keep(project: Project, run: Run, place: str, record: Record, log: RunLog | None = None) -> None:
    """Write *record* to the run as `place.json`, say that it is the latest of its folder, and log the rest."""
    folder, _, name = place.rpartition("/")
    content = json.dumps(record.wire(), allow_nan=False).encode()
    artifacts = (Artifact(f"{place}.json", content), Artifact(f"{folder}/{LATEST}", name.encode()))
    log = log or RunLog()
    project.tracker.log(run, replace(log, artifacts=(*log.artifacts, *artifacts)))


def predicted(found: Predictions) -> Artifact:
    """Return truth and prediction, row by row, as `compare` reads them."""
    import pandas as pd

    table = {comparison.TRUTH: found.target, comparison.PREDICTION: found.values}
    if found.scores is not None and found.scores.ndim == 1:
        table[comparison.SCORE] = found.scores
    return Artifact(comparison.PREDICTIONS, comparison.written(pd.DataFrame(table)))


def digest_of(table: pd.DataFrame) -> str:
    """Return a digest of a table at hand: columns, types and values; empty where values have none."""
    import pandas as pd

    made = hashlib.sha256(repr([(str(name), str(kind)) for name, kind in table.dtypes.items()]).encode())
    try:
        made.update(pd.util.hash_pandas_object(table, index=False).to_numpy().tobytes())
    except TypeError:
        return ""  # cells that are lists or the like
    return made.hexdigest()
