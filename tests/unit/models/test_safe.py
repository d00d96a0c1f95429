"""A version is loaded only when it is known whose its files are."""

from __future__ import annotations

import json

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from jupyter_mlops.core import keys
from jupyter_mlops.core.errors import Invalid, Refused
from jupyter_mlops.core.project import Project
from jupyter_mlops.core.tracker import PICKLE, ModelFile, ModelVersion
from jupyter_mlops.models import tags
from jupyter_mlops.models.register import register
from jupyter_mlops.models.safe import check_origin, digest_of, load_version, stamp
from tests.fakes import FakeTracker
from tests.unit.models.conftest import finished_run


@pytest.fixture
def version(project: Project, through, tracker: FakeTracker) -> ModelVersion:
    """A version that was registered through the door, so that the ledger knows of it."""
    model = LogisticRegression().fit(np.arange(8.0).reshape(4, 2), [0, 0, 1, 1])
    through(register, model=model, name="churn")
    return tracker.resolve("churn@1")


def unsigned(tracker: FakeTracker, *types: str) -> ModelVersion:
    """A version that somebody registered without us."""
    run = finished_run(tracker, "theirs", ModelFile("clf", {"a": 1}, fingerprint="f"))
    return tracker.register("theirs", run, "clf", key="k", tags={tags.TRUSTED: json.dumps(types)})


class TestSigned:
    def test_registering_signs_the_files(self, project: Project, version: ModelVersion) -> None:
        """The project's own key vouches for each file."""
        found = check_origin(project, version)
        assert (found.status, found.files, found.is_well) == ("signed", 1, True)
        signer = keys.load(project)
        assert signer is not None
        assert found.key == str(signer.public)

    def test_the_ledger_holds_the_digest(self, project: Project, version: ModelVersion, lines) -> None:
        """Whoever re-signs other files meets the line that was written then."""
        digest = digest_of(project.tracker.model_files(version))
        assert lines()[-1].reason == f"model files sha256:{digest}"

    def test_a_signed_version_is_loaded(self, project: Project, version: ModelVersion) -> None:
        """What was fitted comes back."""
        assert isinstance(load_version(project, version), LogisticRegression)

    def test_signing_again_changes_nothing(self, project: Project, version: ModelVersion) -> None:
        """A version has one signature for life."""
        assert stamp(project, version) == version


class TestAltered:
    def test_a_changed_file_is_named_and_not_loaded(self, project: Project, tracker, version) -> None:
        """One byte more, and nothing is unpickled."""
        tracker.spoil(version)
        tracker.calls.clear()
        with pytest.raises(Refused, match=r"model\.pkl was changed"):
            load_version(project, version)
        assert "load" not in tracker.calls

    @pytest.mark.parametrize("tag", [tags.TRUSTED, tags.FINGERPRINT])
    def test_a_changed_tag_shows(self, project: Project, tracker, version, tag: str) -> None:
        """What it may bring is signed too."""
        found = check_origin(project, tracker.tag(version, {tag: '["os.system"]'}))
        assert (found.status, found.reason) == ("altered", "Its tags are not those that were signed.")

    def test_another_versions_signature_shows(self, project: Project, tracker, version) -> None:
        """A signature is of one version."""
        other = tracker.tag(unsigned(tracker), {tags.SIGNATURE: version.tags[tags.SIGNATURE]})
        assert "Its signature is of churn@1." in check_origin(project, other).reason

    def test_a_signature_that_does_not_hold_shows(self, project: Project, tracker, version) -> None:
        """The text was changed after it was signed."""
        forged = version.tags[tags.SIGNATURE].replace("churn@1", "churn@2")
        found = check_origin(project, tracker.tag(version, {tags.SIGNATURE: forged}))
        assert found.reason == "Its signature does not hold."

    def test_a_damaged_signature_shows(self, project: Project, tracker, version) -> None:
        """What is no signature is none."""
        found = check_origin(project, tracker.tag(version, {tags.SIGNATURE: "signed, honestly"}))
        assert (found.status, found.reason) == ("altered", "Its signature is damaged.")

    def test_a_removed_signature_shows(self, project: Project, version) -> None:
        """The ledger remembers that there was one."""
        bare = {key: value for key, value in version.tags.items() if key != tags.SIGNATURE}
        found = check_origin(project, version.model_copy(update={"tags": bare}))
        assert (found.status, found.reason) == ("altered", "Its signature was removed.")

    def test_files_signed_anew_meet_the_ledger(self, project: Project, tracker, version) -> None:
        """The key alone does not rewrite what was registered."""
        tracker.spoil(version)
        bare = {key: value for key, value in version.tags.items() if key != tags.SIGNATURE}
        signer = keys.load(project)
        assert signer is not None
        text = _signed(project, version.model_copy(update={"tags": bare}), signer)
        found = check_origin(project, tracker.tag(version, {tags.SIGNATURE: text}))
        assert found.reason == "Its files are not those that the ledger says were registered."


class TestUnsigned:
    def test_what_brings_no_code_is_trusted(self, project: Project, tracker) -> None:
        """scikit-learn's own types are known."""
        found = check_origin(project, unsigned(tracker, "sklearn.tree._tree.Tree"))
        assert (found.status, found.is_well) == ("trusted", True)

    def test_what_brings_code_is_refused(self, project: Project, tracker) -> None:
        """Nobody vouches for it."""
        with pytest.raises(Refused, match=r"shop\.Scaler"):
            load_version(project, unsigned(tracker, "shop.Scaler"))

    def test_what_its_files_bring_counts_whatever_its_tags_say(self, project: Project, tracker) -> None:
        """Whoever wrote the one may have written the other."""
        version = unsigned(tracker)
        tracker.brought[version.ref] = (PICKLE,)
        tracker.calls.clear()
        with pytest.raises(
            Refused, match=r"theirs@1: It is not signed\. It is a pickle, which may run any code"
        ):
            load_version(project, version)
        assert "load" not in tracker.calls

    def test_what_is_no_model_of_ours_is_left_to_the_tracker_to_refuse(self, project, tracker) -> None:
        """Its card says that nothing is known of it."""
        version = unsigned(tracker)
        tracker.fails["brings"] = Invalid("theirs@1 is not a scikit-learn model.")
        found = check_origin(project, version)
        assert (found.status, found.types) == ("unknown", ())
        assert "not a scikit-learn model" in found.reason

    def test_a_list_of_types_that_cannot_be_read_is_refused(self, project: Project, tracker) -> None:
        """What one does not understand one does not trust."""
        version = tracker.tag(unsigned(tracker), {tags.TRUSTED: "[oops"})
        assert check_origin(project, version).status == "unknown"

    def test_a_strangers_signature_counts_for_nothing(self, project: Project, tracker) -> None:
        """A key that this project never used vouches for nothing here."""
        version = unsigned(tracker)
        text = _signed(project, version, keys.fresh())
        found = check_origin(project, tracker.tag(version, {tags.SIGNATURE: text}))
        assert found.status == "trusted"
        assert "unknown here" in found.reason


def _signed(project: Project, version: ModelVersion, signer) -> str:
    from jupyter_mlops.core import note
    from jupyter_mlops.models.safe import statement

    return note.sign(statement(version, project.tracker.model_files(version)), signer).strip("\n")
