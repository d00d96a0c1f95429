"""Personal columns are found in five languages, and clean ones are left in peace."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from jupyter_mlops.data.privacy import scan as scanning
from jupyter_mlops.data.privacy.detect import DETECTORS
from jupyter_mlops.data.privacy.scan import scan, scan_column
from tests.unit.data.personal import HEADERS, LOCALES, ROWS, clean, header, made

SET = [(kind, locale) for kind in HEADERS for locale in LOCALES]
SILENT = {"birthday", "secret", "name"}  # without a column's name, a date may be any, and a password any word
PATTERNS = {
    **{f"{item.kind} {part}": getattr(item, part) for item in DETECTORS for part in ("whole", "inside")},
    **{
        name: getattr(scanning, name) for name in ("_PERSON", "_DATE", "_NUMBER", "_PAPER", "_PLACE", "_TEXT")
    },
}


class TestFigures:
    def test_recall(self):
        """At least 95 of 100 columns of ten kinds in five languages."""
        found = [scan_column(header(kind, locale), made(kind, locale)) for kind, locale in SET]
        right = sum(
            item is not None and item.kind == kind for item, (kind, _) in zip(found, SET, strict=True)
        )
        assert right / len(SET) >= 0.95

    def test_recall_by_values_alone(self):
        """At least 95 of 100 where the column is called anything, and the values can say it."""
        told = [(kind, locale) for kind, locale in SET if kind not in SILENT]
        found = [scan_column("column7", made(kind, locale)) for kind, locale in told]
        right = sum(
            item is not None and item.kind == kind for item, (kind, _) in zip(found, told, strict=True)
        )
        assert right / len(told) >= 0.95

    def test_false_alarms(self):
        """At most two of a hundred clean columns."""
        columns = clean()
        alarms = [str(found) for name, series in columns.items() if (found := scan_column(name, series))]
        assert len(columns) >= 80
        assert len(alarms) <= 0.02 * len(columns), alarms

    @pytest.mark.parametrize("name", [name for name, pattern in PATTERNS.items() if pattern])
    def test_no_text_makes_a_pattern_slow(self, name):
        """RE2 takes it, whose time grows with the text's length alone; it refuses what could take longer."""
        assert len(pc.match_substring_regex(pa.array([""]), PATTERNS[name])) == 1

    @pytest.mark.parametrize("pattern", [r"(a)\1", "a(?=b)", "a(?!b)", "(?<=a)b", "(?>a)", "a{1,2000}"])
    def test_what_could_be_slow_is_no_pattern(self, pattern):
        """It could be in no detector: nothing looks around or back, and no count is large."""
        with pytest.raises(pa.ArrowInvalid, match="Invalid regular expression"):
            pc.match_substring_regex(pa.array([""]), pattern)


class TestKinds:
    @pytest.mark.parametrize(
        ("name", "values", "kind"),
        [
            ("card", pd.Series([4111111111111111, 5555555555554444], dtype="int64"), "card"),
            ("phone", pd.Series([4930123456.0, None, 4930654321.0]), "phone"),
            ("Geburtsjahr", pd.Series([1980, 1991]), "birthday"),
            ("dob", pd.Series(pd.to_datetime(["1980-01-01", None])), "birthday"),
            ("x", pd.Series(["ada@web.de", None], dtype="category"), "email"),
            ("x", pd.Series(["ada@web.de", "bob@web.de"], dtype="string[pyarrow]"), "email"),
            (
                "x",
                pd.Series(["ada@web.de", 7, None, "bob@web.de", "eve@web.de", "fay@web.de"], dtype=object),
                "email",
            ),
            ("x", pd.Series([{"mail": "ada@web.de", "n": 1}] * 3), "text"),
            ("key", pd.Series(["AKIAIOSFODNN7EXAMPLE"] * 3), "secret"),
            ("name", pd.Series(["Ada Byron", "Bob Smith", "Alice Jones", "Emma Moor"]), "name"),
            ("contact", pd.Series(["ada@web.de", "+49 30 1234567"] * 5), "email"),
        ],
    )
    def test_values_of_any_dtype(self, name, values, kind):
        """Numbers, floats with gaps, moments, categories, Arrow's strings, objects, mixed columns."""
        assert scan_column(name, values).kind == kind

    @pytest.mark.parametrize(
        ("text", "inside"),
        [
            ("please write to ada@web.de soon", ("email",)),
            ("call me at +49 30 1234567 tonight", ("phone",)),
            ("pay to DE89 3704 0044 0532 0130 00 please", ("iban",)),
            ("my card is 4111 1111 1111 1111 thanks", ("card",)),
            ("her number is 123-45-6789 she said", ("national-id",)),
            ("the key ghp_0123456789abcdefghijklmnopqrstuvwxyz leaked", ("secret",)),
        ],
    )
    def test_one_text_in_a_hundred_is_enough(self, text, inside):
        """Free text is searched through, and what stands in it is said."""
        texts = [text if row % 100 == 0 else f"nothing to see in row {row} of them" for row in range(1_000)]
        found = scan_column("notes", pd.Series(texts))
        assert (found.kind, found.inside) == ("text", inside)

    def test_one_in_a_thousand_rows_of_many(self):
        """A large table is sampled evenly: the end counts like the beginning."""
        values = np.array(["plain words here"] * 50_000, dtype=object)
        values[-1_000:] = "mail to ada@web.de now"
        assert scan_column("notes", pd.Series(values)).kind == "text"

    def test_the_index_is_looked_at_too(self):
        """Rows may be named by persons."""
        frame = pd.DataFrame({"n": range(3)}, index=pd.Index(["ada@web.de"] * 3, name="who"))
        assert [str(item) for item in scan(frame)] == ["who: email"]

    @pytest.mark.parametrize(
        "values",
        [
            [],
            [None, None],
            ["\ud800"],
            [b"x"],
            ["x" * 3_000_000],
            [[1, 2], {"a": 1}],
            [float("inf"), 1.0],
            [-(2**63), 1],
        ],
        ids=["none", "missing", "surrogate", "bytes", "huge", "nested", "infinite", "least"],
    )
    @pytest.mark.parametrize("name", ["phone", "x", "", "\ud800", "1" * 10_000])
    def test_odd_columns_are_no_problem(self, name, values):
        """Nothing is found, and nothing breaks."""
        dtype = object if values == ["\ud800"] else None
        assert scan_column(name, pd.Series(values, dtype=dtype)) is None


def test_the_set_is_the_same_every_time():
    """Seeded: ten kinds, five languages, as many rows each."""
    assert [len(HEADERS), len(LOCALES), len(made("iban", "de"))] == [10, 5, ROWS]
    assert made("name", "fr").equals(made("name", "fr"))
