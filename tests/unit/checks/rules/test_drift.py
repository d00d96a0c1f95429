"""A distribution stays near that of a good version."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from jupyter_mlops.core.project import Project
from jupyter_mlops.data.snapshot import snapshot

RANDOM = np.random.default_rng(0)
GOOD = pd.DataFrame(
    {
        "age": RANDOM.normal(40, 10, 2000),
        "color": RANDOM.choice(["red", "green"], 2000, p=[0.8, 0.2]),
        "mail": [f"ada{number}@shop.example" for number in range(2000)],
    }
)


@pytest.fixture(autouse=True)
def _good(project: Project) -> None:
    snapshot(project, GOOD, "good")


class TestDrift:
    def test_the_same_distribution_passes(self, examine):
        """Other rows of it."""
        other = GOOD.assign(age=RANDOM.normal(40, 10, 2000))
        assert examine("good = ['good@1']\n[table]\ndrift = {psi = 0.1, ks = 0.1}", other).is_well

    @pytest.mark.parametrize(
        ("change", "measure"), [({"age": GOOD.age + 8}, "ks"), ({"color": ["green"] * 2000}, "psi")]
    )
    def test_another_one_is_measured(self, examine, change, measure):
        """With the limit and the version that it is measured from."""
        rules = f"good = ['old@1', 'good@1']\n[table]\ndrift = {{{measure} = 0.2}}"
        (finding,) = examine(rules, GOOD.assign(**change)).findings
        assert (finding.subject, finding.evidence["reference"]) == (next(iter(change)), "good@1")
        assert float(finding.evidence[measure]) > 0.2

    def test_personal_columns_cannot_be_compared(self, examine):
        """Nothing of them is kept: asked for by name that is unknown, asked for the table they are left out."""
        assert examine("[columns.mail]\ndrift = {psi = 0.1, reference = 'good'}", GOOD).verdict == "unknown"
        assert examine("good = ['good']\n[table]\ndrift = 0.1", GOOD).is_well

    def test_without_a_good_version_it_is_unknown(self, examine):
        """There is nothing to measure from."""
        assert "no good version is named" in str(examine("[table]\ndrift = 0.1", GOOD))
