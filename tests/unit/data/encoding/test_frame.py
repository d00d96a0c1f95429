"""A frame comes back exactly, and its digest is its identity."""

from __future__ import annotations

import collections
import enum

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from pandas.testing import assert_frame_equal

from jupyter_mlops.core.errors import Invalid, Unavailable
from jupyter_mlops.data.encoding.frame import encode
from jupyter_mlops.data.encoding.part import Source
from jupyter_mlops.data.store.draft import seal_key
from jupyter_mlops.data.store.packed import open_, unpack_old
from tests.unit.data.frames import ARROW, FRAMES, STRINGS, arrow, objects, on, round_trip, told


class TestRoundTrip:
    @pytest.mark.parametrize("name", FRAMES)
    def test_what_comes_back_is_what_went_in(self, name):
        """pandas finds no difference, nor does a look at every single value."""
        frame = FRAMES[name]
        back = round_trip(frame)
        assert_frame_equal(
            frame, back, check_exact=True, check_column_type=True, check_index_type=True, check_freq=True
        )
        assert told(back) == told(frame)
        assert encode(back).digest == encode(frame).digest

    def test_what_comes_back_can_be_changed(self):
        """Values are writable, whatever they were unpacked from."""
        back = round_trip(
            pd.DataFrame({"a": [1, 2], "b": pd.Series(["x", None], dtype=object), "c": [1.5, 2]})
        )
        back.loc[0, "a"], back.loc[0, "b"], back.loc[1, "c"] = 5, 7, np.nan
        assert back.iloc[0].tolist()[:2] == [5, 7]

    @pytest.mark.parametrize("dtype", ["int64", "float32", "complex128", "bool"])
    def test_dtypes_show_as_they_did(self, dtype):
        """As NumPy calls them here, without an order of bytes."""
        frame = pd.DataFrame({"a": np.zeros(2, dtype)})
        assert repr(round_trip(frame)["a"].dtype) == repr(frame["a"].dtype)

    def test_strided_columns_are_kept(self):
        """Columns that lie apart in memory are as good as others."""
        frame = pd.DataFrame(np.arange(40.0).reshape(10, 4)[::2, ::-1])
        assert_frame_equal(round_trip(frame), frame)

    def test_attrs_are_left_behind(self):
        """Notes that hang on a frame are no content."""
        frame = pd.DataFrame({"a": [1]})
        before = encode(frame).digest
        frame.attrs["note"] = "x"
        assert encode(frame).digest == before


class TestIdentity:
    def test_near_frames_differ(self):
        """Type, width, sign of zero, kind of missing, order, name and label all count."""
        near = [
            *(
                pd.DataFrame({"a": pd.array([0], dtype=kind)})
                for kind in ("i1", "i8", "u1", "f4", "f8", "bool", "c16")
            ),
            *(
                pd.DataFrame({"a": pd.array([0], dtype=kind)})
                for kind in ("Int8", "Float64", "boolean", "int64[pyarrow]")
            ),
            *(pd.DataFrame({"a": pd.Series(["0"], dtype=kind)}) for kind in STRINGS),
            *(
                objects(value)
                for value in (0, 0.0, -0.0, False, "0", b"0", None, np.nan, pd.NA, pd.NaT, (), [], {}, "")
            ),
            *(
                objects(*values)
                for values in ((1, 2), (2, 1), ("ab", ""), ("a", "b"), ([1, 2],), ([[1], 2],))
            ),
            *(pd.DataFrame({"a": [value]}) for value in (-0.0, np.nan, np.inf)),
            pd.DataFrame({"b": pd.array([0], dtype="i8")}),
            pd.DataFrame({"a": pd.array([0], dtype="i8")}, index=["x"]),
            pd.DataFrame({"a": pd.array([0], dtype="i8")}, index=pd.RangeIndex(1, name="n")),
            pd.DataFrame({"a": pd.array([0], dtype="i8")}).rename_axis("n", axis=1),
            pd.DataFrame({"a": pd.Categorical(["x"])}),
            pd.DataFrame({"a": pd.Categorical(["x"], ordered=True)}),
            pd.DataFrame({"a": pd.Categorical(["x"], categories=["x", "y"])}),
            on(pd.date_range("2026", periods=3)),
            on(pd.DatetimeIndex(pd.date_range("2026", periods=3), freq=None)),
            on(pd.date_range("2026", periods=3, unit="ns")),
            on(pd.date_range("2026", periods=3, tz="UTC")),
            on(pd.date_range("2026", periods=3, tz="Europe/Paris")),
        ]
        assert len({encode(frame).digest for frame in near}) == len(near)

    def test_memory_layout_does_not_count(self):
        """Blocks, strides and chunks are the machine's business."""
        frame = pd.DataFrame({"a": [1.0, 2.0], "b": [3.0, 4.0]})
        other = pd.DataFrame(np.array([[1.0, 3.0], [2.0, 4.0]]), columns=["a", "b"])
        assert encode(frame).digest == encode(other).digest
        kind = pa.list_(pa.string())
        split = arrow(kind, [["x"]], [None, ["y"]])
        assert encode(split).digest == encode(arrow(kind, [["x"], None, ["y"]])).digest

    @pytest.mark.parametrize("name", [name for name in ARROW if name not in {"dictionary", "null"}])
    def test_what_lies_under_a_null_does_not_count(self, name):
        """A slice of an Arrow array is the array of its values."""
        kind, value = ARROW[name]
        whole = pa.array([value, value, None, value], type=kind)
        sliced = pd.DataFrame({"a": pd.arrays.ArrowExtensionArray(pa.chunked_array([whole.slice(1)]))})
        assert encode(sliced).digest == encode(arrow(kind, [value, None, value])).digest

    def test_numbers_under_a_null_do_not_count(self):
        """Arrow may keep anything where nothing is."""
        here, numbers = pa.py_buffer(b"\x01"), np.array([1, 99])
        hiding = pa.Array.from_buffers(pa.int64(), 2, [here, pa.py_buffer(numbers)])
        frame = pd.DataFrame({"a": pd.arrays.ArrowExtensionArray(pa.chunked_array([hiding]))})
        assert encode(frame).digest == encode(arrow(pa.int64(), [1, None])).digest

    def test_hidden_values_under_a_mask_do_not_count(self):
        """Two missing values are equal whatever number stands under them."""
        made = [pd.arrays.IntegerArray(np.array([1, hidden]), np.array([False, True])) for hidden in (0, 9)]
        assert len({encode(pd.DataFrame({"a": array})).digest for array in made}) == 1

    def test_every_nan_is_one(self):
        """Processors differ in the sign of the NaN they compute; that is no difference in data."""
        negative = np.array([0xFFF8000000000001], dtype="u8").view("f8")
        assert encode(pd.DataFrame({"a": negative})).digest == encode(pd.DataFrame({"a": [np.nan]})).digest

    def test_quick_and_slow_path_agree(self):
        """Strings are encoded the same whether or not something else stands among them."""
        quick = encode(objects("ü", None, "")).columns[0].part
        tags, lengths, content = quick.buffers
        assert (bytes(tags), bytes(content)) == (b"szs", "ü".encode())
        assert np.frombuffer(lengths, "<u4").tolist() == [2, 0, 0]


class TestFormat:
    @pytest.mark.parametrize(
        ("name", "digest"),
        [
            ("numbers", "f2c717d5c84f94c8092f766ac0fbcfdf37c5dd3646a01164f7f3ebf02e5e7347"),
            ("floats", "659d8bfef8de45cc7b42de786e2d436481baee04477b160fd008826445d94277"),
            ("strings", "6caff9902017575df97870d8e6be195a80bb3ba43687c25e916a64d19afff06b"),
            ("nullable", "2d037eed6b28261696b75cacb2d5660cafd6b51fcbfab6eb12b50c1944b60243"),
            ("moments", "33724cac996784b2995f85045570b93f24e649d3342dc78a0b799515be40aa76"),
            ("zones", "d4c9ad877c257bece0a941837920a1c556cafea3583b1067710b07e83c5223de"),
            ("periods", "81771961d4114afc76ee0609b95ec32be5d8cd628d5094460d788bc16538c853"),
            ("intervals", "0b69ad8076dc2c379d0cd19c0200863e2a70154c3de50c442d327f15b626e94c"),
            ("sparse", "877056c498866b6f5821b381726e9c623009e045a93047632db7481eab1f4e20"),
            ("categories", "fac79457ad7baee0813914ddfe169999e9083b0c1ad542190d6b466a67f4f8d3"),
            ("two indexes deep", "a12e2e593ee9c7e60a23f9d63d21ed4b8b48ce0d1e0fcb520cb47f68138504fb"),
            ("weekly", "5beeddc9d32f43310a683228c97d5dfb0f14f88ae6a2e32afcce549039f9166a"),
            ("odd labels", "a33af865382377d449020816f623d71b2150da1cbda53b2c8f46b2763582e9f1"),
            ("nothing", "fd1d9cb396b943f450d26a2afdf5aafa82fc735411526e2715290ed4a2940a01"),
            ("objects: numbers", "9a4b4c35f5ece529ea38ab9b1ab59b527d1c403a43dde9c77082548c5b1ef45b"),
            ("objects: sets", "a08d11661e4cf2f947171e0f752121d8b014842d4e3e39512a5ab6de0add8a0a"),
            ("objects: pandas", "08425de836970aa2421667b128ea6dc2f4e680c94d532d1977fa89df8b5f9c61"),
            ("objects: numpy", "a1eeaae366cb2443013f96e335401906c3ffa2acab2fa73f11515075f912a834"),
            ("objects: dates", "f2e79d57175ca4dbc02cf44fc25f52ef887a8ab8552a42d660679e5bba7a1a7a"),
            ("objects: Decimal", "7ff05eb781508437b5a847c0541fc1f7cb31d4e6d5b6c7cd2da93d06c14f07cb"),
            ("arrow deep", "6f3ad21078c53b1fa25e632db690256abb5b9fef187bd290853368f464d95fcf"),
            ("arrow map", "8378d45c450653e20ccb668f7c9ec2f52a9f13c9c781db11723c07efecd8e398"),
            ("arrow decimal128", "76e2922b170e47db81aca8ccbebccd61aa915f9c412547e0016d8ed50a688bc4"),
        ],
    )
    def test_version_1_stays_what_it_is(self, name, digest):
        """A digest that changes here breaks every snapshot that exists: make a format 2 instead."""
        assert encode(FRAMES[name]).digest == digest

    def test_packed_parts_stay_readable(self):
        """Bytes written by the first release are read."""
        packed = bytes.fromhex(
            "6d6c6f7073636f6c53000000000000007b22666f726d6174223a312c226c656e67746873223a5b335d2c226d657461223a7b226474797065223a227c6931222c2269735f73776170706564223a66616c73652c226b696e64223a226e756d7079227d7d000300000000000000000102"
        )
        source = Source(unpack_old(memoryview(packed)))
        assert source.meta["kind"] == "numpy"
        assert source.next("i1").tolist() == [0, 1, 2]

    def test_a_newer_format_is_named(self):
        """A part of a format that is not known is refused, not guessed."""
        packed = b"".join(seal_key(encode(pd.DataFrame({"a": [1]})).columns[0].part, 1))
        with pytest.raises(Unavailable, match="format 7"):
            open_(memoryview(packed.replace(b'"format":2', b'"format":7')))


class Colour(enum.Enum):
    RED = 1


class Special(pd.DataFrame):
    """A subclass, whose class would be lost."""


LOOP: list[object] = []
LOOP.append(LOOP)


class TestRefusal:
    @pytest.mark.parametrize(
        ("value", "what"),
        [
            (object(), "object"),
            (Colour.RED, "Colour"),
            (collections.OrderedDict(), "OrderedDict"),
            ([{"deep": print}], "builtin_function"),
            (LOOP, "nested more than 64"),
            (np.longdouble(1), "longdouble"),
        ],
    )
    def test_names_column_row_and_type(self, value, what):
        """An object that cannot be kept exactly is refused by name."""
        frame = objects(1, value).rename(columns={"a": "price"})
        with pytest.raises(Invalid, match=rf"Column 'price' holds .*{what}.* at row 1.*drop the column"):
            encode(frame)

    @pytest.mark.parametrize(
        ("frame", "what"),
        [
            (pd.DataFrame({"a": np.array([1], dtype="g")}), "Column 'a' has the NumPy dtype"),
            (arrow(pa.string_view(), ["x"]), "Column 'a' is of the Arrow type string_view"),
            (
                on(
                    pd.DatetimeIndex(
                        ["2026-01-02"], freq=pd.offsets.CustomBusinessDay(holidays=["2026-01-01"])
                    )
                ),
                "frequency C",
            ),
            (pd.DataFrame({"a": [1]}, index=pd.Index([1], name=Colour.RED)), "row index is named"),
            (pd.DataFrame([[1]], columns=[print]), "column index holds"),
        ],
    )
    def test_names_the_part(self, frame, what):
        """A dtype, name or index that would be lost is refused."""
        with pytest.raises(Invalid, match=what):
            encode(frame)

    @pytest.mark.parametrize(
        ("table", "what"),
        [
            (pd.Series([1]), r"pandas.Series is not .* \.to_frame\(\)"),
            (np.zeros(2), "numpy.ndarray is not .* pandas.DataFrame"),
            ({"a": [1]}, "A dict is not"),
            (Special({"a": [1]}), r"Special is not .* pandas.DataFrame\(table\)"),
            (None, "NoneType is not"),
        ],
    )
    def test_says_how_to_make_a_frame(self, table, what):
        """What is no plain DataFrame is named, with the way to make it one."""
        with pytest.raises(Invalid, match=what):
            encode(table)
