"""The tags by which a version tells what it came from."""

from __future__ import annotations

from jupyter_mlops.experiments.provenance import ESTIMATOR, MODELS, NOTEBOOK, SNAPSHOTS

__all__ = [
    "CONSENTED",
    "CONSENTED_BY",
    "ESTIMATOR",
    "FINGERPRINT",
    "MODELS",
    "NOTE",
    "NOTEBOOK",
    "RUN",
    "SNAPSHOTS",
    "TRUSTED",
]

RUN = "jupyter_mlops.run"
FINGERPRINT = "jupyter_mlops.fingerprint"
TRUSTED = "jupyter_mlops.trusted"
CONSENTED = "jupyter_mlops.consented"
CONSENTED_BY = "jupyter_mlops.consented_by"
NOTE = "jupyter_mlops.note"
