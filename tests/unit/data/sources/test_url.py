"""A URL is read over a real network, and what does not answer says so."""

from __future__ import annotations

import gzip
import io

import pandas as pd
import pytest

from jupyter_mlops import catalog
from jupyter_mlops.core import door, ledger
from jupyter_mlops.core.errors import Invalid, NotFound, Unavailable
from jupyter_mlops.core.project import Project
from jupyter_mlops.data.load import load
from jupyter_mlops.data.versions.source import read_table
from jupyter_mlops.faces import references
from tests.unit.core.faulty_s3 import FaultyS3
from tests.unit.data.sources.limits import few_files
from tests.unit.data.sources.server import Site

FRAME = pd.DataFrame({"id": [1, 2], "name": ["ada", "bo"]})


@pytest.fixture
def site():
    """A site with a CSV and a Parquet file."""
    made = Site()
    made.pages["/a.csv"] = FRAME.to_csv(index=False).encode()
    made.pages["/a.csv.gz"] = gzip.compress(made.pages["/a.csv"])
    made.pages["/a.parquet"] = FRAME.to_parquet()
    yield made
    made.stop()


@pytest.fixture
def hasty(tmp_path):
    """A project that waits for a moment only."""
    made = Project(tmp_path / "shop", admin={"url_timeout_s": 0.2})
    made.prepare()
    return made


class TestWeb:
    @pytest.mark.parametrize("path", ["/a.csv", "/a.csv.gz", "/a.parquet", "/a.csv?token=hunter2hunter2"])
    def test_a_file_is_read(self, project, site, path):
        """By the suffix of its path."""
        pd.testing.assert_frame_equal(read_table(project, site.url + path), FRAME)
        assert site.seen == [path]

    def test_the_kind_may_be_said_by_the_server(self, project, site):
        """Where the path has no suffix."""
        site.pages["/export"], site.kinds["/export"] = site.pages["/a.csv"], "text/csv; charset=utf-8"
        pd.testing.assert_frame_equal(read_table(project, f"{site.url}/export"), FRAME)

    def test_a_redirect_is_followed(self, project, site):
        """To a scheme that is allowed, and no other."""
        site.moved |= {"/old.csv": "/a.csv", "/out.csv": "ftp://elsewhere/a.csv"}
        assert len(read_table(project, f"{site.url}/old.csv")) == 2
        with pytest.raises(Invalid, match=r"leads to ftp://elsewhere/a\.csv"):
            read_table(project, f"{site.url}/out.csv")

    def test_what_never_answers(self, hasty, site):
        """One sentence, after the time that settings give."""
        with pytest.raises(Unavailable, match=r"/silent\.csv cannot be read: nothing came for 0\.2 s\."):
            read_table(hasty, f"{site.url}/silent.csv")

    @pytest.mark.parametrize(
        ("path", "error", "said"),
        [
            ("/none.csv", NotFound, "Nothing is at"),
            ("/broken.csv", Unavailable, "answers with 500"),
            ("/cut.csv", Unavailable, "cannot be read|broke off"),
            ("/a.doc", Invalid, "is not a table that can be read"),
        ],
    )
    def test_what_goes_wrong(self, project, site, path, error, said):
        """Is one sentence too."""
        site.pages |= {"/cut.csv": site.pages["/a.csv"] * 9, "/a.doc": b"x"}
        site.cut.add("/cut.csv")
        with pytest.raises(error, match=said):
            read_table(project, site.url + path)

    def test_nobody_listens(self, hasty):
        """A refused connection is named with its address."""
        with pytest.raises(Unavailable, match=r"http://127\.0\.0\.1:9/a\.csv cannot be read"):
            read_table(hasty, "http://127.0.0.1:9/a.csv")

    @pytest.mark.parametrize("url", ["file:///etc/passwd", "ftp://host/a.csv", "gopher://host/a.csv"])
    def test_other_schemes(self, project, url):
        """Only those that settings allow."""
        with pytest.raises(Invalid, match="are not read here"):
            read_table(project, url)

    def test_the_ledger_keeps_no_secret_of_it(self, project, site):
        """Neither the user nor the query is written down."""
        verb = catalog.registry()["snapshot"]
        url = site.url.replace("//", "//ada:hunter22@") + "/none.csv?sig=abc123"
        values = references.resolve(project, verb, {"table": url, "name": "web"})
        with pytest.raises(NotFound) as caught:
            door.enter(project, verb, values)
        with project.store.read() as connection:
            (event,) = ledger.entries(connection)
        assert event.arguments["table"] == f"{site.url}/none.csv"
        assert "hunter22" not in str(caught.value) + event.reason
        assert "abc123" not in str(caught.value) + event.reason


class TestStore:
    @pytest.fixture
    def lake(self, monkeypatch):
        """A bucket with two files."""
        import fsspec

        server = FaultyS3()
        names = {"ENDPOINT_URL": server.url, "ACCESS_KEY_ID": "key", "SECRET_ACCESS_KEY": "secret"}
        for name, value in (names | {"DEFAULT_REGION": "us-east-1"}).items():
            monkeypatch.setenv(f"AWS_{name}", value)
        files = fsspec.filesystem("s3", skip_instance_cache=True)
        files.mkdir("lake")
        for number in (1, 2):
            content = io.BytesIO()
            FRAME.to_parquet(content)
            files.pipe_file(f"lake/data/2026-0{number}.parquet", content.getvalue())
        yield server
        server.stop()

    def test_a_bucket_is_read(self, project, lake):
        """One object, or all that a pattern names."""
        verb = catalog.registry()["snapshot"]
        values = references.resolve(project, verb, {"table": "s3://lake/data/*.parquet", "name": "lake"})
        door.enter(project, verb, values)
        assert load(project, "lake")["id"].tolist() == [1, 2, 1, 2]
        assert len(read_table(project, "s3://lake/data/2026-01.parquet")) == 2

    def test_more_objects_than_files_may_be_open(self, project, lake):
        """As an engine that writes a table in parts leaves them."""
        import fsspec

        files, content = fsspec.filesystem("s3", skip_instance_cache=True), io.BytesIO()
        FRAME.to_parquet(content)
        for number in range(60):
            files.pipe_file(f"lake/parts/{number:02}.parquet", content.getvalue())
        with few_files(40):
            assert len(read_table(project, "s3://lake/parts/*.parquet")) == 120

    def test_what_is_not_there(self, project, lake):
        """Is named."""
        with pytest.raises(NotFound, match=r"Nothing is at s3://lake/none\.csv"):
            read_table(project, "s3://lake/none.csv")
        with pytest.raises(NotFound, match="No object matches"):
            read_table(project, "s3://lake/none/*.csv")

    def test_a_library_that_is_missing(self, project):
        """The next step is to install it."""
        with pytest.raises(Invalid, match="URLs of gs:// cannot be read"):
            read_table(project, "gs://lake/a.csv")
