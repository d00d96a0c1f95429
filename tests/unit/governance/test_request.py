"""request: ask for what one may not decide alone."""

from __future__ import annotations

import pytest

from jupyter_mlops.core.errors import NotFound, Refused
from jupyter_mlops.core.project import Project
from jupyter_mlops.core.tracker import ModelVersion
from jupyter_mlops.governance.approval import Approval
from jupyter_mlops.governance.request import request
from jupyter_mlops.governance.subject import evidence_of
from tests.unit.governance.conftest import As, set_up


def asked(answer: object) -> Approval:
    assert isinstance(answer, Approval)
    return answer


class TestRequest:
    def test_an_alias_is_asked_for_by_its_number(self, by: As, churn: list[ModelVersion]) -> None:
        """`latest` is what it is now, not what it will be when somebody decides."""
        found = asked(by("ada", request, subject="churn@latest", to="challenger", message="Better recall."))
        assert (found.subject, found.state, found.requester) == ("version:churn@3>challenger", "open", "ada")
        assert "churn@3 → challenger" in str(found)

    def test_it_is_bound_to_the_content(self, by: As, churn: list[ModelVersion]) -> None:
        """The same number with another run or model is another subject."""
        found = asked(by("ada", request, subject="churn@3"))
        assert found.evidence == evidence_of(churn[2])
        for changed in ({"run": "@ffff0000"}, {"tags": {"jupyter_mlops.fingerprint": "another"}}):
            assert evidence_of(churn[2].model_copy(update=changed)) != found.evidence

    def test_a_version_that_is_not_there(self, by: As, churn: list[ModelVersion]) -> None:
        """Nothing is asked."""
        with pytest.raises(NotFound, match="churn@9"):
            by("ada", request, subject="churn@9")

    def test_a_contributor_may_ask_and_a_viewer_may_not(
        self, project: Project, by: As, churn: list[ModelVersion]
    ) -> None:
        """Asking is a change, if a small one."""
        set_up(project, "default_role = 'viewer'\naccess = {churn = {ada = 'contributor'}}")
        by("ada", request, subject="churn@3")
        with pytest.raises(Refused, match="bo is viewer of churn"):
            by("bo", request, subject="churn@3")


class TestWithdraw:
    def test_who_asked_may_take_it_back(self, by: As, churn: list[ModelVersion]) -> None:
        """And ask again."""
        first = asked(by("ada", request, subject="churn@3"))
        assert asked(by("ada", request, subject="churn@3", withdraw=True)).state == "withdrawn"
        assert asked(by("ada", request, subject="churn@3")).ref != first.ref

    def test_nobody_else_may(self, by: As, churn: list[ModelVersion]) -> None:
        """Others deny."""
        by("ada", request, subject="churn@3")
        with pytest.raises(Refused, match="ada asked for it"):
            by("bo", request, subject="churn@3", withdraw=True)

    def test_there_may_be_nothing_to_take_back(self, by: As, churn: list[ModelVersion]) -> None:
        """Said in one sentence."""
        by("ada", request, subject="churn@3")
        by("ada", request, subject="churn@3", withdraw=True)
        with pytest.raises(NotFound, match="withdrawn"):
            by("ada", request, subject="churn@3", withdraw=True)


class TestHowMany:
    @pytest.fixture(autouse=True)
    def _settings(self, project: Project) -> None:
        """A gate that two people open, and three who may."""
        set_up(
            project,
            "gates.champion = {approvals = 2}\n"
            'gates."churn@champion" = {approvals = 3}\n'
            'default_role = "contributor"\n'
            'roles = {ada = "approver", bo = "approver", cy = "contributor"}\n'
            'access = {"churn*" = {dee = "approver"}}\n',
        )

    @pytest.mark.usefixtures("churn")
    def test_as_many_as_the_gate_of_that_alias_asks_for(self, by: As) -> None:
        """Of several gates, that of the model; where none guards, one."""
        assert asked(by("ada", request, subject="churn@3")).needed == 3
        assert asked(by("ada", request, subject="churn@2", to="challenger")).needed == 1
        assert asked(by("ada", request, subject="churn@1", needed=2)).needed == 2

    @pytest.mark.usefixtures("churn")
    def test_it_says_who_may(self, by: As) -> None:
        """Those whom settings name, but for whoever asks."""
        found = asked(by("ada", request, subject="churn@3"))
        assert found.deciders == ("bo", "dee")
        assert "3 approvals, by bo, dee; has 0" in str(found)

    @pytest.mark.usefixtures("churn")
    def test_where_everybody_may_it_says_so(self, project: Project, by: As) -> None:
        """Nobody is left out of the answer for not being named."""
        set_up(project, 'default_role = "approver"\n')
        assert "1 approval, by anybody else; has 0" in str(by("ada", request, subject="churn@3"))
