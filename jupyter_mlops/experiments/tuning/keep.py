"""Keep a fitted estimator with the run that made it, so that `register` finds it."""

from __future__ import annotations

import json
from collections.abc import Mapping

from jupyter_mlops.core.errors import Invalid, Refused
from jupyter_mlops.core.project import Project
from jupyter_mlops.core.session import Recorded
from jupyter_mlops.core.tracker import ModelFile, Run, RunLog
from jupyter_mlops.experiments import provenance
from jupyter_mlops.experiments.environment import requirements_for
from jupyter_mlops.experiments.estimators import example_for
from jupyter_mlops.experiments.fingerprint import fingerprint
from jupyter_mlops.experiments.trust import trusted_types
from jupyter_mlops.experiments.tuning.record import Stopped
from jupyter_mlops.experiments.tuning.runs import StudyRuns


def keep(
    runs: StudyRuns, run: Run, estimators: Mapping[str, object], rows: Mapping[str, object]
) -> list[str]:
    """Log fitted estimators to *run* by name, and return why those left out are.

    Parameters
    ----------
    rows
        Variables, of which one may hold rows such as an estimator takes.
    """
    notes: list[str] = []
    models: list[ModelFile] = []
    for name, estimator in estimators.items():
        try:
            models.append(_file(runs.project, name, estimator, rows))
        except (Invalid, Refused) as error:
            notes.append(f"{name} is not kept. {error}")
    if not models:
        return notes
    kept = {model.name: model.fingerprint for model in models}
    tags = {provenance.MODELS: json.dumps(kept)}
    if len(models) == 1:
        tags[provenance.ESTIMATOR] = _class_of(models[0].estimator)
    if runs.add(run, RunLog(tags=tags, models=models)):
        for name, known in kept.items():
            runs.project.session.models[known] = Recorded(run.id, name)
    return notes


def doubt(*, is_resumed: bool, jobs: int, stopped: Stopped) -> str:
    """Say why searching again may propose other parameters than the best; nothing when it would not."""
    whys = {
        "its study was resumed": is_resumed,
        "trials ran side by side": jobs > 1,
        "the search was cut short": stopped != "done",
    }
    reasons = [why for why, is_so in whys.items() if is_so]
    advice = "write the parameters that it found into a cell, and record that"
    return f"{', '.join(reasons)}: {advice}" if reasons else ""


def _file(project: Project, name: str, estimator: object, rows: Mapping[str, object]) -> ModelFile:
    trust = trusted_types(estimator, project.settings.trusted)
    trust.require()
    with project.tracker.autolog(None):  # trying the example is ours, not the user's
        example = example_for(estimator, rows)
    return ModelFile(
        name=name,
        estimator=estimator,
        fingerprint=fingerprint(estimator),
        requirements=requirements_for(estimator, project),
        trusted=trust.admitted,
        example=example,
    )


def _class_of(estimator: object) -> str:
    return f"{type(estimator).__module__}.{type(estimator).__qualname__}"
