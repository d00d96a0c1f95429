"""Measure one candidate fold by fold, and keep it as a run."""

from __future__ import annotations

import warnings
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from jupyter_mlops.core.project import Project
from jupyter_mlops.core.tracker import Artifact, Run, RunLog, RunStatus
from jupyter_mlops.experiments.baselines.families import Make
from jupyter_mlops.experiments.baselines.folds import Folds
from jupyter_mlops.experiments.baselines.record import Candidate
from jupyter_mlops.experiments.baselines.task import Task
from jupyter_mlops.experiments.comparison import intervals, predictions
from jupyter_mlops.experiments.provenance import PARENT, PART
from jupyter_mlops.experiments.tuning.runs import StudyRuns
from jupyter_mlops.experiments.unsent import is_unsent

if TYPE_CHECKING:
    import pandas as pd
    from sklearn.base import BaseEstimator

_STATUS: dict[str, RunStatus] = {"measured": "finished", "failed": "failed", "out of time": "killed"}


@dataclass
class Contest:
    """Candidates measured on the same folds, while there is time.

    Parameters
    ----------
    until
        Seconds of the project's clock at which no fold begins any more.
    """

    project: Project
    parent: Run
    task: Task
    folds: Folds
    metric: str
    seed: int
    until: float
    runs: StudyRuns
    made: dict[str, Run] = field(default_factory=dict)

    def measure(self, name: str, make: Make) -> Candidate:
        """Cross-validate one candidate in a run of its own."""
        tags = {PARENT: self.parent.id, PART: "candidate", intervals.FOLDS: self.folds.digest}
        run = self.runs.start(
            name.replace(" ", "-"),
            key=f"{self.parent.id}:{name}",
            experiment=self.parent.experiment,
            tags=tags,
        )
        begun = self.project.clock.monotonic()
        try:
            scores, parts, reason = self._scores(make)
        except BaseException:
            self.runs.close(run, RunLog(), "killed")
            raise
        took = self.project.clock.monotonic() - begun
        self.made[name] = run
        is_whole = len(scores) == len(self.folds.splits)
        found = Candidate(
            name=name,
            run=(self.parent if is_unsent(run) else run).ref,
            state="measured" if is_whole else "failed" if reason else "out of time",
            folds=tuple(scores),
            took_s=took,
            reason=reason,
        )
        return self._kept(run, self._judged(found), parts, make)

    def _scores(self, make: Make) -> tuple[list[float], list[pd.DataFrame], str]:
        """Return the score of each fold there was time for, what was predicted, and what went wrong."""
        from sklearn.metrics import get_scorer

        scorer = get_scorer(self.metric)
        scores: list[float] = []
        parts: list[pd.DataFrame] = []
        for train, test in self.folds.splits:
            if self.project.clock.monotonic() >= self.until:
                break
            features, target = self.task.features, self.task.target
            try:
                with warnings.catch_warnings():
                    warnings.simplefilter("ignore")
                    model = make(self.task, self.seed).fit(features.iloc[train], target.iloc[train])
                    scores.append(float(scorer(model, features.iloc[test], target.iloc[test])))
                    parts.append(_predicted(model, features.iloc[test], target.iloc[test]))
            except (ValueError, TypeError, MemoryError, FloatingPointError) as error:
                return [], [], f"{type(error).__name__}: {str(error).splitlines()[0][:200]}"
        return scores, parts, ""

    def _judged(self, found: Candidate) -> Candidate:
        if found.state != "measured":
            return found
        made = intervals.over_folds(found.folds, self.folds.overlap)
        return found.model_copy(update={"score": made.value, "low": made.low, "high": made.high})

    def _kept(self, run: Run, found: Candidate, parts: list[pd.DataFrame], make: Make) -> Candidate:
        import pandas as pd

        files = []
        if found.score is not None:
            table = pd.concat(parts).reset_index(names=predictions.ID)
            files.append(Artifact(predictions.PREDICTIONS, predictions.written(table)))
        parameters = make(self.task, self.seed).get_params()
        log = RunLog(
            params={
                name: str(value)
                for name, value in parameters.items()
                if name.startswith("model__") and isinstance(value, str | int | float | bool | None)
            },
            metrics={} if found.score is None else {self.metric: found.score},
            tags={"jupyter_mlops.reason": found.reason} if found.reason else {},
            artifacts=files,
            curves={f"{intervals.FOLD}{self.metric}": list(enumerate(found.folds))} if found.folds else {},
        )
        self.runs.close(run, log, _STATUS[found.state], found.took_s or 0.0)
        return found


def _predicted(model: BaseEstimator, features: pd.DataFrame, target: pd.Series) -> pd.DataFrame:
    """Return what the model predicts for rows that it has not seen, by their place in the table."""
    import pandas as pd

    found = pd.DataFrame(
        {predictions.TRUTH: target, predictions.PREDICTION: model.predict(features)}, index=target.index
    )
    if hasattr(model, "predict_proba") and target.nunique() <= 2 and len(model.classes_) == 2:
        found[predictions.SCORE] = model.predict_proba(features)[:, 1]
    return found
