"""why: what people said, then the grounds; what only proves is left to the event."""

from __future__ import annotations

import pytest

from jupyter_mlops.core.ledger import AuditEvent
from jupyter_mlops.governance.why import why

DIGEST = f"model files sha256:{'5b' * 32}"


@pytest.mark.parametrize(
    ("arguments", "reason", "said"),
    [
        ({"note": "trees see more"}, DIGEST, "trees see more"),
        ({}, DIGEST, ""),
        ({"note": ""}, "away from churn@2", "away from churn@2"),
        ({"comment": "The slices hold."}, "", "The slices hold."),
        ({"note": "monthly"}, "gate champion passed", "monthly · gate champion passed"),
    ],
)
def test_it_is_for_people(arguments: dict[str, object], reason: str, said: str) -> None:
    """A digest of files is no reason."""
    event = AuditEvent.model_validate(
        {
            "at": "2026-11-20T12:00:00+00:00",
            "actor": "ada",
            "source": "os",
            "face": "magic",
            "verb": "register",
            "phase": "outcome",
            "outcome": "ok",
            "arguments": arguments,
            "reason": reason,
        }
    )
    assert why(event) == said
