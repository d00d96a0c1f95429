"""A CSV file is read in blocks, and the whole of it says what its columns are."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from jupyter_mlops.core.errors import Invalid
from jupyter_mlops.data.sources import csv
from jupyter_mlops.data.versions.source import read_table


@pytest.fixture
def read(project):
    """Write a file, and read it."""

    def write_and_read(content: str | bytes) -> pd.DataFrame:
        raw = content.encode() if isinstance(content, str) else content
        (project.root / "t.csv").write_bytes(raw)
        return read_table(project, "t.csv")

    return write_and_read


class TestDelimiter:
    @pytest.mark.parametrize("mark", [",", ";", "\t"])
    def test_what_divides_the_names_divides_the_rows(self, read, mark):
        """As a spreadsheet writes it, whatever the country; what stands in quotes divides nothing."""
        frame = read(f'id{mark}"a,b;c"\n1{mark}x\n2{mark}"y,z;"\n')
        assert frame.to_dict("list") == {"id": [1, 2], "a,b;c": ["x", "y,z;"]}

    def test_a_comma_comes_first(self, read):
        """And of one column nothing has to be divided."""
        assert list(read("a;b,c\n1,2\n").columns) == ["a;b", "c"]
        assert list(read("a\n1\n").columns) == ["a"]


class TestTypes:
    @pytest.mark.parametrize(
        ("values", "dtype"),
        [
            (["1", "-2"], "int64"),
            (["1", "2.5"], "float64"),
            (["1", ""], "float64"),
            (["True", "false"], "bool"),
            (["1", "x"], "str"),
            (["2026-01-31", "2026-02-01"], "str"),
            (["0x1f", "1"], "str"),
            (["12345678901234567890", "1"], "str"),
            (["9007199254740993", "0.5"], "str"),
            ([" 7", "8 "], "int64"),
            (["NA", ""], "object"),
        ],
    )
    def test_the_narrowest_that_holds_all(self, read, values, dtype):
        """Numbers are told from text, and none loses a digit."""
        frame = read("id,a\n" + "".join(f"{place},{value}\n" for place, value in enumerate(values)))
        assert str(frame["a"].dtype) == dtype

    def test_as_pandas_reads_it(self, read, project):
        """What pandas reads in one piece is the same frame, quotes, gaps and line breaks included."""
        frame = pd.DataFrame(
            {
                "n": np.arange(500) - 250,
                "x": np.random.default_rng(0).normal(size=500),
                "gap": [None if n % 7 else n / 4 for n in range(500)],
                "text": [f'say "{n}",\nthen go' if n % 5 else None for n in range(500)],
                "truth": [n % 2 == 0 for n in range(500)],
            }
        )
        found = read(frame.to_csv(index=False))
        pd.testing.assert_frame_equal(found, frame, check_dtype=True)

    def test_a_change_at_row_900_000(self, project):
        """A column that is of another type far down is kept as it was written, and the row is named."""
        lines = "id,age\n" + "".join(f"{n},{n % 90:03d}\n" for n in range(1, 900_000)) + "900000,old\n"
        (project.root / "big.csv").write_text(lines)
        with pytest.warns(UserWarning, match=r"'age' holds whole numbers until row 900,000, which"):
            frame = read_table(project, "big.csv")
        assert (len(frame), frame["age"].iloc[0], frame["age"].iloc[-1]) == (900_000, "001", "old")
        assert str(frame["id"].dtype) == "int64"

    def test_the_row_is_right(self, read, monkeypatch):
        """Wherever in a block it stands, gaps counted."""
        monkeypatch.setattr(csv, "_BLOCKS", (64, 1 << 20))
        for row in (40, 41, 57, 99):
            values = ["" if n % 3 else str(n) for n in range(99)]
            values[row - 1] = "what"
            with pytest.warns(UserWarning, match=f"until row {row},"):
                read("a,b\n" + "".join(f"{value},1\n" for value in values))


class TestForm:
    def test_names_that_repeat_or_are_empty(self, read):
        """They are numbered, as pandas does."""
        content = "a,a,,a\n1,2,3,4\n"
        assert list(read(content).columns) == list(pd.read_csv(pd.io.common.StringIO(content)).columns)

    def test_no_rows(self, read):
        """The names are a table too."""
        frame = read("a,b\n")
        assert (list(frame.columns), len(frame)) == (["a", "b"], 0)

    def test_a_byte_order_mark(self, read):
        """It is no part of the first name."""
        assert list(read(b"\xef\xbb\xbfa,b\n1,2\n").columns) == ["a", "b"]

    def test_ten_thousand_columns(self, read):
        """They are read in one go."""
        header = ",".join(f"c{n}" for n in range(10_000))
        row = ",".join(map(str, range(10_000)))
        frame = read(f"{header}\n{row}\n{row}\n")
        assert (frame.shape, int(frame["c9999"].iloc[1])) == ((2, 10_000), 9_999)

    def test_a_long_row(self, read, monkeypatch):
        """A row longer than a block is read in a larger one."""
        monkeypatch.setattr(csv, "_BLOCKS", (64, 4096))
        frame = read("a,b\n" + "x" * 1000 + ",2\n")
        assert len(frame["a"].iloc[0]) == 1000

    @pytest.mark.parametrize(
        ("content", "said"),
        [
            (b"", "'t.csv' is empty"),
            ("a,b\n1,2\n".encode("utf-16"), "is UTF-16"),
            (b"a,b\n1,caf\xe9\n", "is not UTF-8 in column 'b', line 2"),
            (b"a,b\n1,2\n3,4,5\n", "Expected 2 columns, got 3"),
            (b"a,b\n1\n", "Expected 2 columns, got 1"),
        ],
    )
    def test_what_is_broken_says_how(self, read, content, said):
        """In one sentence."""
        with pytest.raises(Invalid, match=said) as caught:
            read(content)
        assert "\n" not in str(caught.value)
