"""A version with a whole story: data, run, registration and promotion, all through the door."""

from __future__ import annotations

import numpy as np
import pandas as pd
from sklearn.linear_model import LogisticRegression

from jupyter_mlops.core.project import Project
from jupyter_mlops.core.session import Recorded
from jupyter_mlops.core.tracker import Artifact, ModelFile, ModelVersion, RunLog
from jupyter_mlops.data.snapshot import snapshot
from jupyter_mlops.experiments.fingerprint import fingerprint
from jupyter_mlops.models.promote import promote
from jupyter_mlops.models.register import register
from tests.fakes import FakeTracker
from tests.unit.models.conftest import Enter, finished_run

X = np.arange(24.0).reshape(12, 2)
PINS = b"# python 3.11.9\n# Linux\nnumpy==2.4.6\nscikit_learn==1.9.0\ntorch==2.9.0+cpu\n"


def tell(project: Project, tracker: FakeTracker, through: Enter) -> ModelVersion:
    """Train on a snapshot, record, register and promote."""
    through(snapshot, table=pd.DataFrame({"age": [20.0, None], "plan": ["a", "b"]}), name="customers")
    model = LogisticRegression().fit(X, [0, 1] * 6)
    known = fingerprint(model)
    run = finished_run(tracker, "fit", ModelFile("clf", model, known), snapshots="customers@1")
    tracker.log(
        run,
        RunLog(params={"C": "1.0"}, metrics={"auc": 0.91}, artifacts=[Artifact("requirements.txt", PINS)]),
    )
    project.session.models[known] = Recorded(run.id, "clf")
    through(register, model=model, name="churn", note="first <b>try</b>")
    through(promote, version="churn@1", note="better *than* before")
    return tracker.resolve("churn@1")
