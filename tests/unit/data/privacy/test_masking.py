"""Each way to mask does what it says, keeps what is missing, and is the same every time."""

from __future__ import annotations

import datetime as dt

import pandas as pd
import pytest

from jupyter_mlops.core.errors import Invalid
from jupyter_mlops.data.privacy.masking import mask_column, masked

SALT = b"s" * 32


def done(values: list[object], how: str, kind: str | None = None, dtype: str | None = None) -> list[object]:
    """The values, masked."""
    return mask_column(SALT, pd.Series(values, dtype=dtype), how=how, kind=kind).tolist()


class TestHash:
    def test_a_number_hashes_alike_whatever_its_dtype(self):
        """An identifier is the same as integer, float with gaps, and text."""
        one, other, third = done([7, 8], "hash"), done([7.0, None], "hash"), done(["7"], "hash")
        assert one[0] == other[0] == third[0]
        assert pd.isna(other[1])
        assert len(one[0]) == 20


class TestKeepFormat:
    @pytest.mark.parametrize(
        "text", ["Ada.Byron-1@web.de", "+49 (30) 123-456", "DE89 3704", "Ärger & Söhne", "", "12345678Z"]
    )
    def test_the_form_stays_and_the_value_goes(self, text):
        """Digits for digits, letters for letters in their case, all else in its place."""
        (found,) = done([text], "keep-format")
        kinds = [
            ("d" if char.isdigit() else "u" if char.isupper() else "l" if char.isalpha() else char)
            for char in text
        ]
        assert [
            ("d" if char.isdigit() else "u" if char.isupper() else "l" if char.isalpha() else char)
            for char in found
        ] == kinds
        assert found != text or not text
        assert done([text], "keep-format") == [found]

    def test_whole_numbers_keep_their_length_and_dtype(self):
        """With sign, gaps and all; what no longer fits gets a wider dtype."""
        column = mask_column(SALT, pd.Series([123456, -42, None], dtype="Int64"), how="keep-format")
        assert str(column.dtype) == "Int64"
        assert [len(str(abs(value))) for value in column.dropna()] == [6, 2]
        assert (column[1] < 0, column.isna().tolist()) == (True, [False, False, True])
        assert mask_column(SALT, pd.Series([120, 7], dtype="int8"), how="keep-format").dtype == "int64"

    def test_moments_stay_in_their_year(self):
        """Another day at the same time, in the same zone."""
        moments = pd.Series(pd.to_datetime(["2024-02-29 10:30", None])).dt.tz_localize("Europe/Paris")
        found = mask_column(SALT, moments, how="keep-format")
        assert (found.dtype, found[0].year, found[0].hour, found.isna()[1]) == (moments.dtype, 2024, 10, True)


class TestGeneralise:
    @pytest.mark.parametrize(
        ("text", "kind", "expected"),
        [
            ("ada@web.de", "email", "…@web.de"),
            ("+49 30 1234", "phone", "+49…"),
            ("030 1234", "phone", "…"),
            ("DE89370400440532013000", "iban", "DE…"),
            ("4111 1111 1111 1111", "card", "…1111"),
            ("192.168.1.20", "ip", "192.168.1.0"),
            ("2001:db8:1:2::7", "ip", "2001:db8:1::"),
            ("12b Church Lane", "address", "… Church Lane"),
            ("31.12.1980", "birthday", "1980"),
            ("Ada Byron", "name", "A…"),
            ("Ada Byron", None, "A…"),
            ("12345678Z", "national-id", "***"),
        ],
    )
    def test_texts(self, text, kind, expected):
        """What is left of each kind."""
        assert done([text], "generalise", kind) == [expected]

    def test_numbers_and_moments(self):
        """Ages by decades, incomes by ten thousands; moments by month, birthdays by year."""
        assert done([18, 29, 30, 90], "generalise") == [10, 20, 30, 90]
        assert done([21_000.0, 59_999.0, 199_000.0], "generalise") == [20_000.0, 50_000.0, 190_000.0]
        day = [pd.Timestamp("1980-12-31 12:00")]
        assert done(day, "generalise") == [pd.Timestamp("1980-12-01")]
        assert done(day, "generalise", "birthday") == [pd.Timestamp("1980-01-01")]


class TestRedact:
    def test_a_value_goes_whole(self):
        """Nothing of it is left, but that there was one."""
        assert done(["a", "b"], "redact") == ["***", "***"]
        assert pd.isna(done(["a", None], "redact")[1])

    def test_of_a_text_only_what_is_personal(self):
        """The rest can still be read."""
        text = "Write to ada@web.de or call +49 30 1234567, thanks"
        assert done([text], "redact", "text") == ["Write to *** or call ***, thanks"]


class TestOddValues:
    @pytest.mark.parametrize("how", ["hash", "redact", "generalise", "keep-format"])
    @pytest.mark.parametrize(
        "column",
        [
            pd.Series(["\ud800x", None], dtype=object),
            pd.Series([[1], {"a": 1}, None], dtype=object),
            pd.Series([], dtype="str"),
            pd.Series([2**64 - 1, 1], dtype="uint64[pyarrow]"),
            pd.Series([1.0, None], dtype="float16[pyarrow]"),
            pd.Series([0.0, 5e-324, float("inf"), None]),
            pd.Series([None, None], dtype="Float64"),
            pd.Series(pd.period_range("2026-01", periods=2, freq="M")),
        ],
        ids=["surrogate", "nested", "empty", "largest", "half", "tiny", "none", "period"],
    )
    def test_whatever_a_column_holds(self, column, how):
        """It is masked, or refused in a sentence; missing stays missing."""
        try:
            found = mask_column(SALT, column, how=how)
        except Invalid:
            return
        assert found.isna().tolist() == column.isna().tolist()


class TestTable:
    def test_the_index_can_be_masked(self, project):
        """A level by its name; several levels stay several."""
        frame = pd.DataFrame({"n": [1, 2]}, index=pd.Index(["ada@web.de", "bob@web.de"], name="email"))
        found = masked(project, frame, {"email": {"how": "redact"}})
        assert (found.index.tolist(), found.index.name) == (["***", "***"], "email")
        two = frame.set_index(pd.Index([dt.date(2026, 1, 1)] * 2, name="day"), append=True)
        assert masked(project, two, {"email": {"how": "redact"}}).index.names == ["email", "day"]

    def test_the_table_given_is_left_alone(self, project):
        """What is masked is a copy."""
        frame = pd.DataFrame({"email": ["ada@web.de"]})
        masked(project, frame, {"email": {"how": "redact"}})
        assert frame["email"][0] == "ada@web.de"

    @pytest.mark.parametrize("values", [[0.5], [True], [pd.Timedelta("1h")]])
    def test_what_has_no_form_is_refused(self, values):
        """A measurement kept in form would be another measurement."""
        with pytest.raises(Invalid, match="has no form to keep"):
            mask_column(SALT, pd.Series(values), how="keep-format")
