"""What format 1 stored stays readable, and serves newer versions."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from jupyter_mlops.core.errors import Unavailable
from jupyter_mlops.data.load import load
from jupyter_mlops.data.snapshot import snapshot
from jupyter_mlops.data.store import manifest
from jupyter_mlops.data.store.draft import Known
from jupyter_mlops.data.store.keep import keep
from jupyter_mlops.data.store.restore import open_manifest, restore
from jupyter_mlops.data.versions.verify import verify

OLD = json.loads((Path(__file__).parent / "format1.json").read_text())
FRAME = pd.DataFrame(
    {
        "id": np.arange(100),
        "name": [f"n{i % 3}" if i % 7 else None for i in range(100)],
        "kind": pd.Categorical(["a", "b"] * 50),
        "x": [0.5, float("nan")] * 50,
    },
    index=pd.Index(np.arange(100) * 2, name="key"),
)


@pytest.fixture
def old(project):
    """A store in which the first release kept a frame."""
    for content in OLD["objects"].values():
        project.objects.put(bytes.fromhex(content))
    return project.objects


class TestFormat1:
    def test_it_is_read(self, old):
        """A manifest of the first release, and its objects, give the frame back."""
        found = open_manifest(old, OLD["manifest"], OLD["digest"])
        pd.testing.assert_frame_equal(restore(old, found), FRAME)
        pd.testing.assert_frame_equal(restore(old, found, ["x"]), FRAME[["x"]])

    def test_equal_content_makes_nothing_new(self, old):
        """The digest of a frame did not change with the format."""
        known = Known(manifest.read(old, OLD["manifest"]), OLD["manifest"])
        assert keep(old, FRAME, [known]).address == OLD["manifest"]

    def test_the_next_version_leans_on_it(self, old):
        """Columns that did not change are shared, and one that did is told from the old one."""
        known = Known(manifest.read(old, OLD["manifest"]), OLD["manifest"])
        changed = FRAME.assign(id=FRAME["id"].where(FRAME["id"] != 5, -1))
        made = keep(old, changed, [known]).manifest
        assert made.objects[made.columns[3].key[0]] in known.manifest.objects
        pd.testing.assert_frame_equal(restore(old, made), changed)


class TestNewer:
    def test_a_newer_format_is_named(self, project):
        """A manifest that a later release wrote is refused in one sentence."""
        made = snapshot(project, FRAME, "customers")
        content = json.loads(project.objects.get(made.manifest)) | {"format": 3}
        address = project.objects.put(json.dumps(content).encode())
        with pytest.raises(
            Unavailable, match=r"format 3, and this package reads formats up to 2.*pip install -U"
        ):
            manifest.read(project.objects, address)

    def test_an_old_store_verifies(self, project):
        """What is kept now is whole, put together too."""
        snapshot(project, FRAME, "customers")
        assert verify(project, deep=True).is_well
        pd.testing.assert_frame_equal(load(project, "customers"), FRAME)
