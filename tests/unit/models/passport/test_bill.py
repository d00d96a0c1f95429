"""The bill of materials is CycloneDX 1.6, and the same for the same version."""

from __future__ import annotations

import json

from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from jupyter_mlops.core.project import Project
from jupyter_mlops.core.tracker import ModelVersion
from jupyter_mlops.models.cards.evidence import gather
from jupyter_mlops.models.passport.bill import bill
from tests.fakes import FakeTracker
from tests.unit.models.conftest import add_version


def flaws(project: Project, version: ModelVersion) -> object:
    """What the official schema says against a version's bill."""
    return JsonStrictValidator(SchemaVersion.V1_6).validate_str(json.dumps(bill(gather(project, version))))


class TestBill:
    def test_the_official_schema_accepts_it(self, project: Project, churn: ModelVersion) -> None:
        """Strictly: no field that it does not know."""
        assert flaws(project, churn) is None

    def test_a_version_of_which_little_is_known_has_one_too(
        self, project: Project, tracker: FakeTracker
    ) -> None:
        """The model alone."""
        assert flaws(project, add_version(tracker, "bare", 1)) is None

    def test_packages_have_their_urls(self, project: Project, churn: ModelVersion) -> None:
        """Names as PyPI writes them, versions escaped."""
        components = bill(gather(project, churn))["components"]
        urls = [item.get("purl") for item in components if item["type"] == "library"]
        assert urls == ["pkg:pypi/numpy@2.4.6", "pkg:pypi/scikit-learn@1.9.0", "pkg:pypi/torch@2.9.0%2Bcpu"]

    def test_the_data_are_part_of_it(self, project: Project, churn: ModelVersion) -> None:
        """With the digest of their content."""
        found = gather(project, churn)
        data = [item for item in bill(found)["components"] if item["type"] == "data"]
        assert [(item["name"], item["version"]) for item in data] == [("customers", "1")]
        assert data[0]["hashes"][0]["content"] == found.training[0].digest

    def test_the_same_version_has_the_same_bill(self, project: Project, churn: ModelVersion) -> None:
        """Its number is made from what it is of."""
        assert bill(gather(project, churn)) == bill(gather(project, churn))
