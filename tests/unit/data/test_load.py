"""Load brings a version back as it was, or says why not."""

from __future__ import annotations

import json

import pandas as pd
import pytest
from sqlalchemy import update

from jupyter_mlops.core import door
from jupyter_mlops.core.call import Call, current
from jupyter_mlops.core.errors import NotFound, Unavailable
from jupyter_mlops.core.verb import verb_of
from jupyter_mlops.data.encoding.part import canonical
from jupyter_mlops.data.load import load
from jupyter_mlops.data.snapshot import snapshot
from jupyter_mlops.data.store import manifest
from jupyter_mlops.data.versions import catalogue
from jupyter_mlops.data.versions.catalogue import SNAPSHOTS

FRAME = pd.DataFrame(
    {"id": [1, 2], "name": ["ada", None], 3: [0.5, -0.0]}, index=pd.Index([7, 8], name="key")
)


@pytest.fixture
def customers(project):
    """The first version of customers."""
    return snapshot(project, FRAME, "customers")


class TestLoad:
    def test_brings_the_frame_back(self, project, customers):
        """A name alone is the latest version; older ones stay what they were."""
        snapshot(project, FRAME[["id"]], "customers")
        pd.testing.assert_frame_equal(load(project, "customers"), FRAME[["id"]])
        pd.testing.assert_frame_equal(load(project, "customers@1"), FRAME)

    def test_brings_only_the_columns_named(self, project, customers):
        """Columns come in the order asked for; a label that is no string is named as it prints."""
        found = load(project, "customers", columns=["3", "id"])
        pd.testing.assert_frame_equal(found, FRAME[[3, "id"]])

    def test_names_divided_by_commas(self, project, customers):
        """One word may name several columns, unless a column is called so."""
        pd.testing.assert_frame_equal(load(project, "customers", columns=["3,id"]), FRAME[[3, "id"]])
        odd = FRAME.assign(**{"id,name": 0})
        snapshot(project, odd, "odd")
        assert list(load(project, "odd", columns=["id,name"])) == ["id,name"]

    def test_an_unknown_column_is_named(self, project, customers):
        """A misspelt column gets the nearest one."""
        with pytest.raises(NotFound, match=r"customers@1 has no column 'nam'. Did you mean 'name'"):
            load(project, "customers", columns=["nam"])

    def test_through_the_door(self, project, customers):
        """The recorded way gives the same live frame."""
        found = door.enter(project, verb_of(load), {"ref": "customers@latest", "columns": ["id"]})
        pd.testing.assert_frame_equal(found, FRAME[["id"]])

    def test_lineage_has_the_version_itself(self, project, customers):
        """What was called latest is recorded as the version it was."""
        call = Call("load", project.root, project.session, inputs={"snapshot:customers@latest": None})
        token = current.set(call)
        load(project, "customers@latest")
        current.reset(token)
        assert list(call.inputs) == ["snapshot:customers@1"]

    def test_the_session_remembers(self, project, customers):
        """A run that follows knows the data it read."""
        project.session.snapshots.clear()
        load(project, "customers")
        assert list(project.session.snapshots) == ["customers@1"]


class TestDamage:
    @pytest.mark.parametrize("which", ["manifest", "parts"])
    @pytest.mark.parametrize("position", [0, 10, -1])
    def test_a_flipped_bit_is_named(self, project, customers, which, position):
        """A damaged object stops the load, naming version and object; there is never wrong data."""
        kept = manifest.read(project.objects, customers.manifest)
        objects = {"manifest": customers.manifest, "parts": kept.objects[0][0]}
        path = project.objects.path(objects[which])
        content = bytearray(path.read_bytes())
        content[position] ^= 4
        path.chmod(0o644)
        path.write_bytes(content)
        with pytest.raises(
            Unavailable, match=f"customers@1 cannot be loaded: Object {objects[which][:12]} is damaged"
        ):
            load(project, "customers")

    def test_a_lost_object_is_named(self, project, customers):
        """A missing file stops the load in one sentence."""
        project.objects.path(customers.manifest).unlink()
        with pytest.raises(Unavailable, match=r"customers@1 cannot be loaded: Object .* No such file"):
            load(project, "customers")

    def test_a_manifest_of_other_content_is_seen(self, project, customers):
        """A row that was made to name another version's manifest does not pass."""
        other = snapshot(project, FRAME[["id"]], "other")
        with project.store.write() as connection:
            here = SNAPSHOTS.c.dataset == "customers"
            connection.execute(update(SNAPSHOTS).where(here).values(manifest=other.manifest))
        with pytest.raises(Unavailable, match="not of the content that was recorded"):
            load(project, "customers")


class TestNewer:
    def test_what_a_newer_package_kept_is_named(self, project):
        """One sentence with the way out, not a guess at what it may mean."""
        made = snapshot(project, pd.DataFrame({"a": [1]}), "customers")
        content = json.loads(project.objects.get(made.manifest)) | {"format": 99}
        newer = made.model_copy(update={"manifest": project.objects.put(canonical(content))})
        with project.store.engine.begin() as connection:
            catalogue.mend(connection, made, newer.manifest)
        with pytest.raises(Unavailable, match="format 99, and this package reads formats up to") as caught:
            load(project, "customers")
        assert "pip install -U" in str(caught.value.hint)
