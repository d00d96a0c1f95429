"""The tags by which a version tells what it came from."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from jupyter_mlops.core.errors import Invalid
from jupyter_mlops.experiments.provenance import ESTIMATOR, MODELS, NOTEBOOK, SNAPSHOTS

__all__ = [
    "CONSENTED",
    "CONSENTED_BY",
    "ESTIMATOR",
    "FINGERPRINT",
    "MODELS",
    "NOTE",
    "NOTEBOOK",
    "OWNER",
    "RUN",
    "SIGNATURE",
    "SNAPSHOTS",
    "TRUSTED",
    "own",
    "parsed",
]

RUN = "jupyter_mlops.run"
FINGERPRINT = "jupyter_mlops.fingerprint"
TRUSTED = "jupyter_mlops.trusted"
CONSENTED = "jupyter_mlops.consented"
CONSENTED_BY = "jupyter_mlops.consented_by"
NOTE = "jupyter_mlops.note"
SIGNATURE = "jupyter_mlops.signature"
OWNER = "jupyter_mlops.owner"
_OURS = ("jupyter_mlops.", "mlops.", "mlflow.")
_KEY = re.compile(r"[\w][\w ./:-]{0,249}")


def parsed(given: Iterable[str]) -> dict[str, str]:
    """Return tags as people write them, `KEY=VALUE` or `KEY`, by key.

    Raises
    ------
    Invalid
        A key is none, or belongs to us or to MLflow.
    """
    found = {}
    for text in given:
        key, equals, value = (part.strip() for part in text.partition("="))
        if not _KEY.fullmatch(key):
            raise Invalid(f"{text!r} is no tag.", hint="Write KEY=VALUE, like team=payments.")
        if key.startswith(_OURS):
            raise Invalid(f"The tag {key!r} is written by the system.", hint="Use another key, like team.")
        found[key] = value if equals and value else "yes"
    return found


def own(tags: Mapping[str, str]) -> dict[str, str]:
    """Return the tags that people gave."""
    return {key: value for key, value in tags.items() if not key.startswith(_OURS)}
