"""deny: say no, and why; the rules are in test_vote."""

from __future__ import annotations

import pytest

from jupyter_mlops.core.errors import Invalid
from jupyter_mlops.core.tracker import ModelVersion
from jupyter_mlops.governance.approval import Approval
from jupyter_mlops.governance.deny import deny
from jupyter_mlops.governance.request import request
from tests.unit.governance.conftest import As


class TestDeny:
    def test_one_denial_settles_it(self, by: As, churn: list[ModelVersion]) -> None:
        """However many approvals it would have needed."""
        by("ada", request, subject="churn@3", needed=3)
        answer = by("bo", deny, ref="churn@3", comment="Trained on last year's prices.")
        assert isinstance(answer, Approval)
        assert answer.state == "denied"
        assert "last year" in str(answer)

    @pytest.mark.parametrize("comment", ["", "   "])
    def test_it_needs_a_reason(self, by: As, churn: list[ModelVersion], comment: str) -> None:
        """Who asked wants to know."""
        by("ada", request, subject="churn@3")
        with pytest.raises(Invalid, match="reason"):
            by("bo", deny, ref="churn@3", comment=comment)
