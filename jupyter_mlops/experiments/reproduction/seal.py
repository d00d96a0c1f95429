"""Write to a run, and to its model versions, what making it again has shown."""

from __future__ import annotations

import json
from collections.abc import Sequence

from jupyter_mlops.core import call
from jupyter_mlops.core.project import Project
from jupyter_mlops.core.tracker import Artifact, ModelVersion, Run, RunLog
from jupyter_mlops.experiments.recorder.proof import PROVEN, REASONS
from jupyter_mlops.experiments.reproduction.answer import Reproduction

REPRODUCED = "mlops.reproduced"
REPRODUCES = "mlops.reproduces"
PROVEN_BY = "mlops.proven_by"
_REPORT = "mlops/reproduction.json"
_LONGEST = 500


def versions_of(project: Project, run: Run) -> list[ModelVersion]:
    """Return the model versions that a run made."""
    return [one for one in project.tracker.versions() if one.run == run.ref]


def seal(project: Project, recorded: Run, made: Run | None, answer: Reproduction) -> Reproduction:
    """Write the verdict to the run, to its model versions, and to the new run."""
    word, by = "yes" if answer.is_reproduced else "no", f" by {answer.made}" if answer.made else ""
    said = f"{word}{by} on {project.clock.now():%Y-%m-%d}: {answer.verdict}"[:_LONGEST]
    versions = versions_of(project, recorded)
    answer = answer.model_copy(update={"versions": tuple(one.ref for one in versions)})
    if made is not None:
        call.makes(f"run:{made.ref}")
        report = Artifact(_REPORT, json.dumps(answer.wire(), ensure_ascii=False, indent=1).encode())
        project.tracker.log(made, RunLog(tags={REPRODUCES: recorded.id}, artifacts=[report]))
    _tag(project, recorded, versions, {REPRODUCED: said})
    call.because(f"reproduced: {said}")
    return answer


def prove(project: Project, recorded: Run, answer: Reproduction) -> tuple[str, ...]:
    """Stamp the run and its versions as proven, by the run that came out the same; return the versions."""
    versions = versions_of(project, recorded)
    by = f"{answer.made} on {project.clock.now():%Y-%m-%d}: {answer.verdict}"[:_LONGEST]
    _tag(project, recorded, versions, {PROVEN: "true", REASONS: "", PROVEN_BY: by})
    call.because(f"proven by {by}")
    return tuple(one.ref for one in versions)


def _tag(project: Project, run: Run, versions: Sequence[ModelVersion], tags: dict[str, str]) -> None:
    project.tracker.log(run, RunLog(tags=tags))
    for version in versions:
        project.tracker.tag(version, tags)
