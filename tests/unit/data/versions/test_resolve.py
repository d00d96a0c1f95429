"""One word names one version."""

from __future__ import annotations

import pandas as pd
import pytest

from jupyter_mlops.core.errors import Invalid, NotFound
from jupyter_mlops.data.snapshot import snapshot
from jupyter_mlops.data.versions import catalogue
from jupyter_mlops.data.versions.resolve import resolve

DAY = 24 * 3600


@pytest.fixture
def versions(project):
    """Three versions, of 1, 2 and 3 November 2026 at noon; the third is equal to the first."""
    made = []
    for number in (1, 2, 1):
        made.append(snapshot(project, pd.DataFrame({"a": [number]}), "customers"))
        project.clock.advance(DAY)
    return made


class TestResolve:
    @pytest.mark.parametrize(
        ("ref", "version"),
        [
            ("customers", 3),
            ("customers@latest", 3),
            (" customers@2 ", 2),
            ("customers@002", 2),
            ("customers@2026-11-01", 1),
            ("customers@2026-11-02", 2),
            ("customers@2030-01-01", 3),
            ("customers@2026-11-02T12:00:00", 2),
            ("customers@2026-11-02T11:59:59", 1),
            ("customers@2026-11-02T12:30:00+01:00", 1),
            ("customers@2026-11-02T13:00:00Z", 2),
        ],
    )
    def test_every_way_to_name_a_version(self, project, versions, ref, version):
        """Number, latest, a day to its end, a moment in any zone."""
        assert resolve(project, ref).version == version

    def test_a_day_ends_at_midnight(self, project):
        """What was made at midnight belongs to the day that begins."""
        snapshot(project, pd.DataFrame({"a": [1]}), "customers")
        project.clock.advance(DAY / 2)
        snapshot(project, pd.DataFrame({"a": [2]}), "customers")
        assert resolve(project, "customers@2026-11-01").version == 1
        assert resolve(project, "customers@2026-11-02").version == 2

    def test_a_digest_prefix(self, project, versions):
        """Six digits of the digest suffice; of equal versions it is the newest."""
        prefix = next(d for n in range(6, 64) if not (d := versions[1].digest[:n]).isdigit())
        assert resolve(project, f"customers@{prefix}").version == 2
        prefix = next(d for n in range(6, 64) if not (d := versions[0].digest[:n]).isdigit())
        assert resolve(project, f"customers@{prefix.upper()}").version == 3

    def test_an_ambiguous_prefix_lists_them(self, project, versions):
        """A prefix of two contents is refused with both."""
        with project.change() as connection:
            for version, tail in ((4, "0"), (5, "1")):
                update = {"version": version, "digest": "abcdef" + tail * 58}
                catalogue.add(connection, versions[0].model_copy(update=update))
        with pytest.raises(Invalid, match=r"customers@5 \(abcdef1111\), customers@4 \(abcdef0000\)"):
            resolve(project, "customers@abcdef")

    @pytest.mark.parametrize(
        ("ref", "what"),
        [
            ("custmers", "No dataset is called 'custmers'. Did you mean 'customers'"),
            ("customers@9", "no version 9. It has 3, 2, 1"),
            ("customers@0", "no version 0"),
            (f"customers@{'9' * 40}", "no version 9999"),
            ("customers@abcdef123456", "no version whose digest begins with abcdef123456"),
            ("customers@2026-10-31", "no version at 2026-10-31. The first one is customers@1"),
        ],
    )
    def test_what_is_not_there(self, project, versions, ref, what):
        """A version that does not exist is answered with those that do."""
        with pytest.raises(NotFound, match=what):
            resolve(project, ref)

    @pytest.mark.parametrize(
        "selector", ["abc", "newest", "v3", "2026-13-01", "2026-02-30", "9999-12-31", "³", "-1"]
    )
    def test_what_is_no_selector(self, project, versions, selector):
        """A word that selects nothing is refused with the forms there are."""
        with pytest.raises(Invalid, match=r"does not select a version of customers. Write NAME"):
            resolve(project, f"customers@{selector}")

    @pytest.mark.parametrize("ref", ["", "@", "@3", "a@b@c", "../x", "a/b", "a\0b"])
    def test_what_is_no_reference(self, project, ref):
        """A malformed reference is refused before anything is looked up."""
        with pytest.raises(Invalid):
            resolve(project, ref)

    def test_an_empty_project(self, project):
        """Where there is nothing yet, the hint says how to begin."""
        with pytest.raises(NotFound, match=r"snapshot df customers"):
            resolve(project, "customers")
