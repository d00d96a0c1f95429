"""policy: who one is, and what one may."""

from __future__ import annotations

import pytest

from jupyter_mlops.core.errors import Refused
from jupyter_mlops.core.policy import Actor, authorise, highest_role_of, role_of
from jupyter_mlops.core.settings import Settings
from jupyter_mlops.core.verb import Role, Verb

ADA = Actor("ada", "os")
BO = Actor("bo", "os")
ACCESS: dict[str, dict[str, Role]] = {
    "churn*": {"ada": "approver"},
    "churn-eu": {"ada": "viewer"},
    "model:fraud": {"ada": "admin", "*": "viewer"},
    "dataset:people*": {"*": "viewer"},
}
SETTINGS = Settings.model_validate({"default_role": "contributor", "access": ACCESS})


class TestActor:
    @pytest.mark.parametrize(
        ("environment", "expected"),
        [
            ({"LOGNAME": "ada"}, Actor("ada", "os")),
            ({"GITHUB_ACTIONS": "true", "GITHUB_ACTOR": "octocat"}, Actor("octocat", "ci")),
            ({"GITLAB_CI": "true", "GITLAB_USER_LOGIN": "tanuki"}, Actor("tanuki", "ci")),
            ({"JENKINS_URL": "http://ci", "BUILD_USER": "Ada"}, Actor("Ada", "ci")),
            ({"JENKINS_URL": "http://ci", "BUILD_USER": "Ada", "BUILD_USER_ID": "ada"}, Actor("ada", "ci")),
            ({"JUPYTERHUB_API_URL": "http://hub", "JUPYTERHUB_USER": "bo"}, Actor("bo", "jupyterhub")),
            ({"LOGNAME": "ada", "GITHUB_ACTOR": "octocat"}, Actor("ada", "os")),
        ],
    )
    def test_one_is_who_the_surroundings_say(
        self, monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], expected: Actor
    ) -> None:
        """A name alone, without the sign of where it comes from, is not believed."""
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        assert Actor.of_system() == expected


class TestRoleOf:
    @pytest.mark.parametrize(
        ("references", "expected"),
        [
            ((), "contributor"),
            (("version:churn@3",), "approver"),
            (("model:churn-us",), "approver"),
            (("version:churn-eu@1",), "viewer"),
            (("snapshot:churn@3",), "approver"),
            (("version:fraud@1",), "admin"),
            (("dataset:fraud",), "contributor"),
            (("snapshot:people-eu@2",), "viewer"),
            (("version:churn@3", "snapshot:people@1"), "viewer"),
            (("run:@8c1d", "notebook:churn.ipynb"), "contributor"),
            (("any:@8c1d",), "contributor"),
            (("any:churn.ipynb",), "contributor"),
            (("any:model:churn",), "approver"),
            (("any:people",), "viewer"),
        ],
    )
    def test_the_longest_pattern_decides_and_the_least_of_several_counts(
        self, references: tuple[str, ...], expected: Role
    ) -> None:
        """By kind where a pattern names one; runs and notebooks have the role in general."""
        assert role_of(ADA, SETTINGS, *references) == expected

    def test_everybody_else_is_a_star(self) -> None:
        """Whom a pattern does not name, it leaves as they are, unless it has one."""
        assert role_of(BO, SETTINGS, "version:fraud@1") == "viewer"
        assert role_of(BO, SETTINGS, "version:churn@1") == "contributor"

    def test_the_highest_role_is_that_on_anything(self) -> None:
        """Which decides whether one may vote at all."""
        assert highest_role_of(ADA, SETTINGS) == "admin"
        assert highest_role_of(BO, SETTINGS) == "contributor"


class TestAuthorise:
    PROMOTE = Verb("promote", print, "write", "approver", is_foreign=False, is_long=False, is_anywhere=False)

    def test_a_role_on_what_is_named_is_enough(self) -> None:
        """Though in general it is too low."""
        authorise(ADA, self.PROMOTE, SETTINGS, ["version:churn@3", "alias:champion"])

    def test_a_refusal_says_on_what(self) -> None:
        """And where it is written."""
        with pytest.raises(Refused, match=r"ada is viewer of churn-eu, and promote needs approver.*access"):
            authorise(ADA, self.PROMOTE, SETTINGS, ["version:churn-eu@3"])
