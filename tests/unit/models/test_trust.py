"""trust: an explicit consent to the very files of one version, kept by the ledger."""

from __future__ import annotations

import re

import pytest
from sklearn.linear_model import LinearRegression

from jupyter_mlops.core.door import enter
from jupyter_mlops.core.errors import Conflict, Invalid, Refused
from jupyter_mlops.core.project import Project
from jupyter_mlops.core.tracker import PICKLE, ModelFile, ModelVersion
from jupyter_mlops.core.verb import verb_of
from jupyter_mlops.models.register import register
from jupyter_mlops.models.safe import check_origin, load_version
from jupyter_mlops.models.trust import trust
from tests.fakes import FakeTracker
from tests.unit.models.conftest import finished_run

WHY = "built by the fraud team, ticket 12"


@pytest.fixture
def theirs(tracker: FakeTracker) -> ModelVersion:
    """A pickle that somebody registered without us."""
    run = finished_run(tracker, "theirs", ModelFile("clf", {"a": 1}, fingerprint="f"))
    tracker.brought["theirs@1"] = (PICKLE,)
    return tracker.register("theirs", run, "clf", key="k", tags={})


def proposed(project: Project, version: ModelVersion) -> dict[str, str]:
    """Return the arguments of the command that the refusal to load it proposes."""
    with pytest.raises(Refused) as caught:
        load_version(project, version)
    found = re.search(r"`%mlops trust (?P<version>\S+) (?P<digest>[0-9a-f]{16}) \"WHY\"`", caught.value.hint)
    assert found is not None
    return found.groupdict()


class TestConsent:
    def test_what_the_refusal_proposes_lets_it_load(self, project, theirs, through) -> None:
        """Typed as it stands, with a reason."""
        through(trust, **proposed(project, theirs), why=WHY)
        assert load_version(project, theirs) == {"a": 1}
        found = check_origin(project, theirs)
        assert (found.status, found.reason) == (
            "consented",
            f"It is not signed. ada trusts these very files since 2026-11-01: {WHY}",
        )

    def test_the_ledger_holds_who_what_and_why(self, project, theirs, through, lines) -> None:
        """The digest in full."""
        through(trust, **proposed(project, theirs), why=WHY)
        line = lines()[-1]
        assert (line.verb, line.actor, line.inputs) == ("trust", "ada", ("version:theirs@1",))
        assert line.reason == f"trusts model files sha256:{check_origin(project, theirs).digest}: {WHY}"

    def test_it_is_for_these_files_only(self, project, theirs, tracker, through) -> None:
        """One byte more, and it is refused again."""
        through(trust, **proposed(project, theirs), why=WHY)
        tracker.spoil(theirs)
        assert proposed(project, theirs)["version"] == "theirs@1"

    def test_it_is_for_this_version_only(self, project, theirs, tracker, through) -> None:
        """The same bytes under another number were not looked at by anybody."""
        through(trust, **proposed(project, theirs), why=WHY)
        run = finished_run(tracker, "again", ModelFile("clf", {"a": 1}, fingerprint="f"))
        other = tracker.register("theirs", run, "clf", key="other", tags={})
        tracker.brought[other.ref] = (PICKLE,)
        assert proposed(project, other)["version"] == "theirs@2"


class TestRefusals:
    def test_another_digest_is_a_conflict(self, project, theirs) -> None:
        """The files are not those that somebody looked at."""
        with pytest.raises(Conflict, match="not 0000000000000000"):
            trust(project, "theirs@1", "0" * 16, WHY)

    def test_it_takes_an_approver(self, project, theirs) -> None:
        """A refused consent is none."""
        asked = proposed(project, theirs)
        (project.root / "pyproject.toml").write_text('[tool.jupyter-mlops.roles]\nada = "contributor"\n')
        services = {"tracker": project.tracker}
        later = Project(project.root, actor=project.actor, clock=project.clock, services=services)
        with pytest.raises(Refused, match="needs approver"):
            enter(later, verb_of(trust), asked | {"why": WHY})
        proposed(project, theirs)

    def test_what_is_signed_needs_none(self, project, tracker, through) -> None:
        """It loads as it is."""
        through(register, model=LinearRegression().fit([[0.0], [1.0]], [0, 1]), name="churn")
        digest = check_origin(project, tracker.resolve("churn@1")).digest
        with pytest.raises(Invalid, match="churn@1 is signed, and loads without that"):
            trust(project, "churn@1", digest, WHY)
