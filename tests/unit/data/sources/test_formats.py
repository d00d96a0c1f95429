"""Files and globs of every kind are one table, or one sentence."""

from __future__ import annotations

import gzip
import zipfile

import pandas as pd
import pytest

from jupyter_mlops.core.errors import Invalid, NotFound
from jupyter_mlops.data.sources import packed
from jupyter_mlops.data.sources.flow import Flow
from jupyter_mlops.data.versions.source import open_table, read_table
from tests.unit.data.sources.limits import few_files

FRAME = pd.DataFrame({"id": [1, 2], "name": ["ada", None], "x": [0.5, 1.5]})


def months(folder, write, suffix):
    """Write two months of a table."""
    folder.mkdir()
    for number in (1, 2):
        write(FRAME.assign(id=FRAME["id"] + 10 * number), folder / f"2026-0{number}.{suffix}")
    return pd.concat([FRAME.assign(id=FRAME["id"] + 10 * n) for n in (1, 2)], ignore_index=True)


class TestGlob:
    @pytest.mark.parametrize(
        ("suffix", "write"),
        [
            ("csv", lambda frame, path: frame.to_csv(path, index=False)),
            ("parquet", lambda frame, path: frame.to_parquet(path)),
            ("feather", lambda frame, path: frame.to_feather(path)),
            ("jsonl", lambda frame, path: frame.to_json(path, orient="records", lines=True)),
            ("xlsx", lambda frame, path: frame.to_excel(path, index=False)),
        ],
    )
    def test_files_follow_each_other_by_name(self, project, suffix, write):
        """Each kind is one table."""
        whole = months(project.root / "data", write, suffix)
        pd.testing.assert_frame_equal(read_table(project, f"data/2026-*.{suffix}"), whole)

    def test_no_match(self, project):
        """A pattern without a file is named."""
        with pytest.raises(NotFound, match=r"No file matches 'data/2027-\*\.csv'"):
            read_table(project, "data/2027-*.csv")

    def test_other_columns(self, project):
        """What a file lacks and adds is named with it."""
        FRAME.to_parquet(project.root / "a.parquet")
        FRAME.rename(columns={"x": "y"}).to_parquet(project.root / "b.parquet")
        with pytest.raises(Invalid, match=r"'b\.parquet' has other columns.*lacks 'x' and it adds 'y'"):
            read_table(project, "*.parquet")

    def test_columns_in_another_order(self, project):
        """Columns are found by name."""
        FRAME.to_csv(project.root / "a.csv", index=False)
        FRAME[["x", "name", "id"]].to_csv(project.root / "b.csv", index=False)
        assert read_table(project, "*.csv")["id"].tolist() == [1, 2, 1, 2]

    def test_numbers_become_wider(self, project):
        """Whole numbers and others are numbers; nothing is lost."""
        FRAME.to_parquet(project.root / "a.parquet")
        FRAME.assign(id=[1.5, 2.5]).to_parquet(project.root / "b.parquet")
        assert read_table(project, "*.parquet")["id"].tolist() == [1.0, 2.0, 1.5, 2.5]

    def test_types_that_do_not_go_together(self, project):
        """The column and both types are named."""
        FRAME.to_parquet(project.root / "a.parquet")
        FRAME.assign(id=["x", "y"]).to_parquet(project.root / "b.parquet")
        with pytest.raises(Invalid, match=r"'id' is large_string in 'b\.parquet', and int64 before"):
            read_table(project, "*.parquet")

    def test_text_and_numbers_in_csv_are_text(self, project):
        """As each was written."""
        (project.root / "a.csv").write_text("code\n007\n")
        (project.root / "b.csv").write_text("code\nx1\n")
        assert read_table(project, "*.csv")["code"].tolist() == ["007", "x1"]

    def test_not_out_of_the_project(self, project):
        """Neither by dots nor by links."""
        (project.root.parent / "secret.csv").write_text("a\n1\n")
        (project.root / "link.csv").symlink_to(project.root.parent / "secret.csv")
        for pattern in ("../*.csv", "/etc/*.csv", "*.csv"):
            with pytest.raises(NotFound, match="outside the project"):
                read_table(project, pattern)


class TestJsonLines:
    def test_lines_need_not_have_all_keys(self, project):
        """What is absent is missing."""
        (project.root / "t.jsonl").write_text('{"a": 1}\n\n{"b": "2026-01-01"}\n')
        frame = read_table(project, "t.jsonl")
        assert frame["b"].tolist()[1] == "2026-01-01"
        assert frame["a"].isna().tolist() == [False, True]

    @pytest.mark.parametrize(
        ("content", "said"),
        [
            ('{"a": 1}\n{"a": "x"}\n', r"Column 'a' .* another type from line 2 on"),
            ('{"a": 1}\n[1]\n', "Line 2 .* no JSON object"),
            ('{"a": 1}\n{"a"\n', "line 2 is no JSON"),
            ("", "is empty"),
        ],
    )
    def test_what_is_broken_says_where(self, project, content, said):
        """The line is named."""
        (project.root / "t.jsonl").write_text(content)
        with pytest.raises(Invalid, match=said):
            read_table(project, "t.jsonl")


class TestCompressed:
    @pytest.mark.parametrize("how", ["gz", "bz2", "xz", "zip"])
    @pytest.mark.parametrize("kind", ["csv", "jsonl"])
    def test_it_is_read_as_if_it_were_not(self, project, kind, how):
        """Whatever pandas packs, alone and as one of several."""
        path = project.root / f"t.{kind}.{how}"
        if kind == "csv":
            FRAME.to_csv(path, index=False)
        else:
            FRAME.to_json(path, orient="records", lines=True)
        pd.testing.assert_frame_equal(read_table(project, path.name), FRAME)
        assert len(read_table(project, f"*.{kind}.{how}")) == len(FRAME)

    @pytest.mark.parametrize(("how", "codec"), [("zst", "zstd"), ("lz4", "lz4")])
    def test_as_arrow_packs_it(self, project, how, codec):
        """Besides what Python knows."""
        import pyarrow as pa

        with pa.CompressedOutputStream(str(project.root / f"t.tsv.{how}"), codec) as file:
            file.write(FRAME.to_csv(index=False, sep="\t").encode())
        pd.testing.assert_frame_equal(read_table(project, f"t.tsv.{how}"), FRAME)

    def test_its_size_is_that_of_what_is_in_it(self, project):
        """What is packed well would otherwise be loaded whole."""
        pd.DataFrame({"a": [7] * 50_000}).to_csv(project.root / "t.csv.gz", index=False)
        project.settings.__dict__["stream_mb"] = 0.1
        flow = open_table(project, "t.csv.gz")
        assert isinstance(flow, Flow)
        assert sum(map(len, flow)) == 50_000

    @pytest.mark.parametrize("how", packed.SUFFIXES)
    def test_what_is_broken_is_one_sentence(self, project, how):
        """What is not packed at all, and what is empty."""
        path = project.root / f"t.csv{how}"
        for content, said in ((b"a,b\n1,2\n", "cannot be read"), (b"", "cannot be read|is empty")):
            path.write_bytes(content)
            with pytest.raises(Invalid, match=said) as caught:
                read_table(project, path.name)
            assert "\n" not in str(caught.value)

    def test_half_a_file(self, project):
        """It breaks off, and nothing of it is read."""
        packed_lines = gzip.compress(b'{"a": 1}\n' * 20_000, compresslevel=0)
        (project.root / "t.jsonl.gz").write_bytes(packed_lines[: len(packed_lines) // 2])
        with pytest.raises(Invalid, match="Truncated"):
            read_table(project, "t.jsonl.gz")

    def test_an_archive_of_several_files(self, project):
        """Nobody says which of them it is."""
        with zipfile.ZipFile(project.root / "t.csv.zip", "w") as archive:
            archive.writestr("a.csv", "a\n1\n")
            archive.writestr("b.csv", "a\n2\n")
        with pytest.raises(Invalid, match=r"'t\.csv\.zip' is an archive of 2 files"):
            read_table(project, "t.csv.zip")

    @pytest.mark.parametrize("name", ["t.parquet.gz", "t.gz", "t.json.gz"])
    def test_only_texts_of_rows(self, project, name):
        """What else is packed is refused, and the kinds are listed."""
        (project.root / name).write_bytes(b"x")
        with pytest.raises(Invalid, match="is not a table that can be read"):
            read_table(project, f"./{name}")


class TestParquet:
    def test_the_index_that_pandas_wrote_comes_back(self, project):
        """A file of pandas is the frame that it was."""
        frame = FRAME.set_index("name")
        frame.to_parquet(project.root / "t.parquet")
        pd.testing.assert_frame_equal(read_table(project, "t.parquet"), frame)

    def test_its_size_is_that_in_memory(self, project):
        """What is packed well would otherwise be loaded whole."""
        path = project.root / "t.parquet"
        pd.DataFrame({"a": [7] * 50_000}).to_parquet(path, use_dictionary=False, compression="zstd")
        project.settings.__dict__["stream_mb"] = 0.1
        assert path.stat().st_size < 20_000
        assert isinstance(open_table(project, "t.parquet"), Flow)

    def test_an_arrow_stream(self, project):
        """It is told from a file by its first bytes."""
        import pyarrow as pa

        table = pa.table({"a": [1, 2]})
        with pa.ipc.new_stream(str(project.root / "t.arrow"), table.schema) as writer:
            writer.write_table(table)
        assert read_table(project, "t.arrow")["a"].tolist() == [1, 2]


class TestManyFiles:
    def test_more_files_than_may_be_open_at_once(self, project):
        """What is kept of them meanwhile lies in one file."""
        for day in range(60):
            (project.root / f"day-{day:02}.jsonl").write_text(f'{{"day": {day}}}\n')
        with few_files(30):
            frame = read_table(project, "day-*.jsonl")
        assert frame["day"].tolist() == list(range(60))
