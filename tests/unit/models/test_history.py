"""The trail of an alias is read from the ledger's lines alone."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from jupyter_mlops.core.ledger import AuditEvent
from jupyter_mlops.models.history import trail


def event(
    verb: str, version: int, *, found: int | None = None, outcome: str = "ok", **arguments: object
) -> AuditEvent:
    inputs = () if found is None else (f"version:churn@{found}",)
    return AuditEvent.model_validate(
        {
            "at": "2026-11-01T12:00:00+00:00",
            "actor": "ada",
            "source": "os",
            "face": "python",
            "verb": verb,
            "phase": "outcome",
            "arguments": arguments,
            "inputs": inputs,
            "outputs": (f"version:churn@{version}",),
            "outcome": outcome,
        }
    )


class TestTrail:
    def test_promotions_add_steps(self) -> None:
        """Oldest first."""
        assert trail([event("promote", 1), event("promote", 3)], "churn", "champion") == (1, 3)

    def test_rollback_takes_the_newest_away(self) -> None:
        """It ends at the version that it returned to."""
        events = [event("promote", 1), event("promote", 2), event("promote", 3), event("rollback", 1)]
        assert trail(events, "churn", "champion") == (1,)

    def test_foreign_version_stands_before_the_promotion(self) -> None:
        """What a promotion found is a step too."""
        assert trail([event("promote", 2, found=1)], "churn", "champion") == (1, 2)

    def test_failed_and_refused_calls_do_not_count(self) -> None:
        """Only what came to pass moved the alias."""
        events = [
            event("promote", 1),
            event("promote", 2, outcome="failed"),
            event("promote", 3, outcome="refused"),
        ]
        assert trail(events, "churn", "champion") == (1,)

    def test_other_models_and_aliases_do_not_count(self) -> None:
        """A trail belongs to one alias of one model."""
        events = [event("promote", 1), event("promote", 2, to="challenger")]
        assert trail(events, "churn", "challenger") == (2,)
        assert trail(events, "sales", "champion") == ()

    @given(st.lists(st.integers(1, 5)))
    def test_promotions_then_rollbacks_visit_every_step_once(self, versions: list[int]) -> None:
        """Going back step by step ends at the first promotion, and never rests in one place."""
        events = [event("promote", version) for version in versions]
        steps = trail(events, "churn", "champion")
        assert all(one != two for one, two in pairwise(steps))
        for expected in reversed(steps[:-1]):
            events.append(event("rollback", expected))
            assert trail(events, "churn", "champion")[-1] == expected
        assert trail(events, "churn", "champion") == steps[:1]
