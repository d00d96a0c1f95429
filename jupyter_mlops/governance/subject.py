"""What an approval is about: text with its kind, like `version:churn@3>champion` or `execution:ID/STEP`."""

from __future__ import annotations

import hashlib
import json

from jupyter_mlops.core.tracker import ModelVersion
from jupyter_mlops.core.types import Alias

_CONTENT = ("jupyter_mlops.fingerprint", "jupyter_mlops.snapshots", "jupyter_mlops.run")


def of_promotion(version: ModelVersion, alias: Alias) -> str:
    """Return the subject of a promotion."""
    return f"version:{version.ref}>{alias}"


def evidence_of(version: ModelVersion) -> str:
    """Return the digest of what makes a version what it is: not its number alone, but its run, model and data."""
    content = {name: version.tags.get(name, "") for name in _CONTENT}
    content |= {"ref": version.ref, "run": version.run or "", "created": version.created_at.isoformat()}
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def references(subject: str) -> tuple[str, ...]:
    """Return what a subject is about, as lineage names it: `version:churn@3`, `execution:ID`."""
    kind, _, body = subject.partition(":")
    return (f"{kind}:{body.partition('>')[0].partition('/')[0]}",)


def shown(subject: str) -> str:
    """Return a subject as people read it."""
    return subject.partition(":")[2].replace(">", " → ")
