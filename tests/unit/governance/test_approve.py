"""approve: agree, by id or by version; the rules are in test_vote."""

from __future__ import annotations

import pytest

from jupyter_mlops.core.errors import NotFound
from jupyter_mlops.core.tracker import ModelVersion
from jupyter_mlops.governance.approval import Approval
from jupyter_mlops.governance.approve import approve
from jupyter_mlops.governance.request import request
from tests.unit.governance.conftest import As


class TestApprove:
    def test_the_card_shows_who_and_why(self, by: As, churn: list[ModelVersion]) -> None:
        """As the approver said it."""
        by("ada", request, subject="churn@3")
        answer = by("bo", approve, ref="churn@3", comment="The slices hold.")
        assert isinstance(answer, Approval)
        assert answer.approvers == ("bo",)
        assert "The slices hold." in str(answer)
        assert "approved" in str(answer)

    def test_nothing_to_approve(self, by: As, churn: list[ModelVersion]) -> None:
        """A version that nobody asked for."""
        with pytest.raises(NotFound, match="churn@2"):
            by("bo", approve, ref="churn@2")
