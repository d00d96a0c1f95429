"""A table is named by a snapshot or by a file of the project."""

from __future__ import annotations

import pandas as pd
import pytest

from jupyter_mlops.core.errors import Invalid, NotFound
from jupyter_mlops.data.snapshot import snapshot
from jupyter_mlops.data.versions.source import read_table

FRAME = pd.DataFrame({"id": [1, 2], "name": ["ada", "bob"]})
WRITERS = {
    "csv": lambda path: FRAME.to_csv(path, index=False),
    "tsv": lambda path: FRAME.to_csv(path, index=False, sep="\t"),
    "parquet": FRAME.to_parquet,
    "json": lambda path: FRAME.to_json(path, orient="records"),
    "jsonl": lambda path: FRAME.to_json(path, orient="records", lines=True),
    "feather": FRAME.to_feather,
    "arrow": FRAME.to_feather,
    "CSV": lambda path: FRAME.to_csv(path, index=False),
}


class TestFile:
    @pytest.mark.parametrize("suffix", WRITERS)
    def test_every_kind_is_read(self, project, suffix):
        """A file is read by its suffix, relative to the project."""
        folder = project.root / "data"
        folder.mkdir()
        WRITERS[suffix](folder / f"customers.{suffix}")
        pd.testing.assert_frame_equal(read_table(project, f"data/customers.{suffix}"), FRAME)

    @pytest.mark.parametrize("suffix", ["parquet", "json", "jsonl", "feather", "arrow", "csv"])
    @pytest.mark.parametrize("content", [b"\xff", b"\xff\xfe\0{[ broken \0"])
    def test_a_broken_file_is_one_line(self, project, suffix, content):
        """What cannot be read says why, in one line."""
        (project.root / f"bad.{suffix}").write_bytes(content)
        with pytest.raises(Invalid, match=f"'bad.{suffix}' cannot be read: ") as caught:
            read_table(project, f"bad.{suffix}")
        assert "\n" not in str(caught.value)

    def test_an_unknown_kind_lists_those_read(self, project):
        """A suffix that means nothing here is answered with those that do."""
        (project.root / "notes.doc").write_bytes(b"")
        with pytest.raises(Invalid, match=r"'notes.doc' is not a table.*\.csv, \.tsv, \.parquet"):
            read_table(project, "notes.doc")

    @pytest.mark.parametrize("path", ["../secret.csv", "/etc/passwd", "data/../../secret.csv"])
    def test_only_within_the_project(self, project, path):
        """A path out of the project is not followed."""
        (project.root.parent / "secret.csv").write_text("a\n1\n")
        with pytest.raises(NotFound, match="lies outside the project"):
            read_table(project, path)

    def test_a_link_out_of_the_project(self, project):
        """Nor is a link."""
        (project.root.parent / "secret.csv").write_text("a\n1\n")
        (project.root / "link.csv").symlink_to(project.root.parent / "secret.csv")
        with pytest.raises(NotFound, match="lies outside the project"):
            read_table(project, "link.csv")

    def test_a_missing_file(self, project):
        """A file that is not there is named."""
        with pytest.raises(NotFound, match=r"No file 'customers\.csv'"):
            read_table(project, "customers.csv")

    def test_a_folder(self, project):
        """A folder is no table."""
        (project.root / "data.csv").mkdir()
        with pytest.raises(Invalid, match="is not a file"):
            read_table(project, "./data.csv")

    def test_a_nul(self, project):
        """A name that no file can have is refused."""
        with pytest.raises(Invalid, match="names no table"):
            read_table(project, "a\0b")


class TestSnapshot:
    @pytest.mark.parametrize("text", ["customers", "customers@1", "customers@latest"])
    def test_a_reference_is_read(self, project, text):
        """A snapshot is as good as a file, and remembered as read."""
        snapshot(project, FRAME, "customers")
        project.session.snapshots.clear()
        pd.testing.assert_frame_equal(read_table(project, text), FRAME)
        assert list(project.session.snapshots) == ["customers@1"]

    def test_a_dataset_may_be_called_like_a_file(self, project):
        """When no file of that name is there, the dataset is meant."""
        snapshot(project, FRAME, "customers.csv")
        pd.testing.assert_frame_equal(read_table(project, "customers.csv"), FRAME)

    def test_a_file_goes_first(self, project):
        """A file that is there is what was named."""
        snapshot(project, FRAME, "customers.csv")
        (project.root / "customers.csv").write_text("a\n1\n")
        assert list(read_table(project, "customers.csv").columns) == ["a"]

    def test_an_unknown_name(self, project):
        """Neither file nor dataset: the nearest dataset is named."""
        snapshot(project, FRAME, "customers")
        with pytest.raises(NotFound, match="Did you mean 'customers'"):
            read_table(project, "custmers")
