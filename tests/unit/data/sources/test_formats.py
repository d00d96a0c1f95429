"""Files and globs of every kind are one table, or one sentence."""

from __future__ import annotations

import pandas as pd
import pytest

from jupyter_mlops.core.errors import Invalid, NotFound
from jupyter_mlops.data.sources.flow import Flow
from jupyter_mlops.data.versions.source import open_table, read_table

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
