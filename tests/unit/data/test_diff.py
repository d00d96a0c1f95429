"""Diff says which rows and cells tell two tables apart, and nothing else."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jupyter_mlops.core import door
from jupyter_mlops.core.errors import Invalid, NotFound
from jupyter_mlops.core.verb import verb_of
from jupyter_mlops.data.diff import diff
from jupyter_mlops.data.diffs.record import Diff, RowDiff
from jupyter_mlops.data.encoding.frame import encode
from jupyter_mlops.data.snapshot import snapshot
from tests.unit.data.frames import FRAMES

BEFORE = pd.DataFrame(
    {"id": [1, 2, 3, 4], "city": ["Rome", "Oslo", None, "Bonn"], "age": [30.0, 40.0, 50.0, np.nan]}
)
AFTER = pd.DataFrame(
    {"id": [4, 3, 2, 5], "city": ["Bonn", None, "Paris", "Lima"], "age": [np.nan, 50.0, 41.0, 20.0]}
)


def of(found: Diff, change: str) -> list[RowDiff]:
    """The sampled rows of one kind."""
    return [row for row in found.rows if row.change == change]


class TestByKey:
    def test_counts_and_names_the_rows(self, project):
        """Rows added, removed and changed are counted, and each is named by its key and positions."""
        found = diff(project, BEFORE, AFTER, key=("id",))
        assert (found.added, found.removed, found.changed, found.cells_changed) == (1, 1, 1, 2)
        assert [(row.key, row.row_before, row.row_after) for row in found.rows] == [
            ("2", 1, 2),
            ("5", None, 3),
            ("1", 0, None),
        ]

    def test_shows_the_cells(self, project):
        """A changed row shows its changed cells before and after; others show what they hold."""
        found = diff(project, BEFORE, AFTER, key=("id",))
        assert [str(cell) for cell in of(found, "changed")[0].cells] == [
            "city: Oslo → Paris",
            "age: 40.0 → 41.0",
        ]
        assert [cell.after for cell in of(found, "added")[0].cells] == ["Lima", "20.0"]

    def test_a_unique_column_is_found_and_said_to_be_a_guess(self, project):
        """Without a key, a column that tells rows apart serves, and the card says that it is a guess."""
        found = diff(project, BEFORE, AFTER)
        assert (found.by, found.key, found.is_guessed) == ("key", ("id",), True)
        assert "by id, a guess" in str(found)

    def test_several_columns(self, project):
        """A key of several columns may be given one by one or with commas."""
        one = pd.DataFrame({"shop": [1, 1, 2], "day": [1, 2, 1], "sold": [5, 6, 7]})
        found = diff(project, one, one.assign(sold=[5, 9, 7]), key=("shop,day",))
        assert (found.key, [row.key for row in found.rows]) == (("shop", "day"), ["1, 2"])

    def test_a_key_that_is_none_is_refused_with_rows(self, project):
        """Rows that share a key are counted and named."""
        twice = BEFORE.assign(id=[1, 1, 3, 4])
        with pytest.raises(
            Invalid, match=r"id is no key of the first table: 2 rows share 1 values, as rows 0, 1 do"
        ):
            diff(project, twice, AFTER, key=("id",))

    def test_a_key_that_is_missing_is_named(self, project):
        """A misspelt key gets the nearest column."""
        with pytest.raises(NotFound, match=r"No column 'idd' is in both tables. Did you mean 'id'"):
            diff(project, BEFORE, AFTER, key=("idd",))

    def test_the_index_can_be_the_key(self, project):
        """Labels of rows tell them apart after a filter."""
        left = pd.DataFrame({"x": [0.5, 1.5, 2.5]})
        found = diff(project, left, left[left.x > 1])
        assert (found.key, found.removed, found.changed) == (("index",), 1, 0)


class TestByContent:
    def test_a_multiset(self, project):
        """Of equal rows, only as many are added or removed as there are more or fewer."""
        left, right = pd.DataFrame({"x": [1, 1, 1, 2]}), pd.DataFrame({"x": [2, 1, 3, 3]})
        found = diff(project, left, right)
        assert (found.by, found.added, found.removed, found.is_moved) == ("content", 2, 2, True)

    def test_by_position_finds_cells_where_nothing_tells_rows_apart(self, project):
        """The n-th row is compared with the n-th."""
        left, right = pd.DataFrame({"x": [1, 1, 1]}), pd.DataFrame({"x": [1, 2, 1, 1]})
        found = diff(project, left, right, match="position")
        assert (found.changed, found.added, of(found, "changed")[0].row_after) == (1, 1, 1)

    def test_a_key_and_another_way_contradict(self, project):
        """Rows cannot be matched in two ways."""
        with pytest.raises(Invalid, match="A key is of no use"):
            diff(project, BEFORE, AFTER, key=("id",), match="content")
        with pytest.raises(Invalid, match="No column tells every row"):
            diff(project, pd.DataFrame({"x": [1, 1]}), pd.DataFrame({"x": [1, 1]}), match="key")


class TestSchema:
    def test_columns_come_and_go_and_change_type(self, project):
        """Equal values in another dtype are no changed cells, but a changed schema."""
        right = BEFORE.astype({"id": "Int64"}).rename(columns={"age": "years"})
        found = diff(project, BEFORE, right, key=("id",))
        assert list(map(str, found.schema_changes)) == [
            "- age (float64)",
            "+ years (float64)",
            "id: int64 → Int64",
        ]
        assert found.changed == 0

    def test_categories_and_order_of_columns(self, project):
        """New categories are a change of type; so is another order of columns."""
        left = pd.DataFrame({"k": pd.Categorical(["a"]), "n": [1]})
        right = pd.DataFrame({"n": [1], "k": pd.Categorical(["a"], categories=["a", "b"])})
        said = [str(change) for change in diff(project, left, right).schema_changes]
        assert said == ["k: category of 1 → category of 2", "columns come in another order"]


class TestEqual:
    @pytest.mark.parametrize("name", FRAMES)
    def test_every_frame_equals_itself(self, project, name):
        """Whatever a snapshot can hold, NaN and None included."""
        found = diff(project, FRAMES[name], FRAMES[name].copy(deep=True))
        assert (found.is_equal, found.rows) == (True, ())

    def test_it_is_equal_exactly_when_the_digest_is(self, project):
        """Of all pairs of frames of one shape, only those with one digest are said to be the same."""
        digests = {name: encode(frame).digest for name, frame in FRAMES.items() if len(frame) == 3}
        pairs = [(one, other) for one in digests for other in digests if one < other][::7]
        told = {pair: diff(project, FRAMES[pair[0]], FRAMES[pair[1]]).is_equal for pair in pairs}
        assert told == {(one, other): digests[one] == digests[other] for one, other in pairs}

    @pytest.mark.parametrize(
        ("before", "after"),
        [(0.0, -0.0), (None, np.nan), (None, pd.NA), (1, True), (1, 1.0), ("1", 1), (np.nan, pd.NaT)],
    )
    def test_what_looks_alike_is_told_apart(self, project, before, after):
        """Within one dtype, cells are equal only if a snapshot keeps them the same."""
        left, right = (
            pd.DataFrame({"a": pd.Series([value, "x"], dtype=object)}) for value in (before, after)
        )
        assert diff(project, left, right, match="position").changed == 1

    def test_digests_have_the_last_word(self, project):
        """What no cell and no dtype shows is said to be a matter of layout."""
        index = pd.MultiIndex.from_product([["a", "b"], [1]])
        left = pd.DataFrame({"a": [1]}, index=index[:1])
        right = pd.DataFrame({"a": [1]}, index=index[:1].remove_unused_levels())
        assert [change.change for change in diff(project, left, right).schema_changes] == ["layout"]


class TestColumns:
    def test_the_one_that_moved_furthest_comes_first(self, project):
        """Columns are ranked by their shift; those that stayed are left out."""
        left = pd.DataFrame({"id": range(1000), "a": np.arange(1000.0), "b": np.arange(1000.0), "c": 1})
        right = left.assign(a=left.a + 10, b=left.b + 500)
        found = diff(project, left, right)
        assert [(item.column, round(item.shift, 2)) for item in found.columns] == [("b", 0.5), ("a", 0.01)]
        assert (found.columns[0].mean_before, found.columns[0].mean_after) == (499.5, 999.5)


class TestFigure:
    def test_a_bar_for_each_column_that_moved(self, project):
        """The longest on top, names as text; none where there is nothing to compare."""
        left = pd.DataFrame({"id": range(99), "a": np.arange(99.0), "<b>": np.arange(99.0), "c": 1})
        figure = diff(project, left, left.assign(a=left.a + 10, **{"<b>": left["<b>"] + 50})).figure()
        assert figure["data"][0]["y"] == ["a", "&lt;b&gt;"]
        assert diff(project, left, left).figure() is None


class TestSnapshots:
    def test_versions_by_reference_and_a_table_at_hand(self, project):
        """Either side may be a version or a live table; lineage has the version itself."""
        snapshot(project, BEFORE, "people")
        snapshot(project, AFTER, "people")
        found = diff(project, "people@1", "people")
        assert (found.before, found.after, found.changed) == ("people@1", "people@2", 1)
        assert diff(project, "people@1", BEFORE).is_equal

    def test_equal_digests_need_no_data(self, project):
        """Versions of one digest are the same without being compared."""
        snapshot(project, BEFORE, "people")
        assert diff(project, "people@1", "people@latest").is_equal

    def test_through_the_door(self, project):
        """The ledger keeps nothing of a read, and the record survives the wire."""
        snapshot(project, BEFORE, "people")
        found = door.enter(project, verb_of(diff), {"before": "people@1", "after": AFTER, "key": ["id"]})
        assert Diff.model_validate_json(found.model_dump_json()) == found

    def test_personal_values_are_not_shown(self, project):
        """Neither as a key nor as a cell, before or after."""
        left = pd.DataFrame(
            {"email": ["ada@web.de", "bob@web.de"], "phone": ["+49 30 123456", "+49 30 123457"]}
        )
        right = left.assign(phone=["+49 30 123456", "+49 30 999999"])
        found = diff(project, left, right, key=("email",))
        assert found.changed == 1
        assert "•••" in str(found)
        assert not any(value in found.model_dump_json() for value in ("web.de", "999999", "123457"))

    def test_the_sample_is_bounded(self, project):
        """At most as many rows of each kind as asked for."""
        left = pd.DataFrame({"id": range(100), "x": 0})
        found = diff(project, left, left.assign(x=1), limit=3)
        assert (len(found.rows), found.changed) == (3, 100)
        assert "3 of 100 rows shown" in str(found)


@settings(max_examples=150, deadline=None)
@given(
    left=st.lists(
        st.tuples(st.integers(0, 8), st.sampled_from([None, "a", "b"])), unique_by=lambda row: row[0]
    ),
    right=st.lists(
        st.tuples(st.integers(0, 8), st.sampled_from([None, "a", "b"])), unique_by=lambda row: row[0]
    ),
)
def test_it_agrees_with_dictionaries(tmp_path_factory, left, right):
    """Against plain dictionaries: by key, and by content as a multiset."""
    from collections import Counter

    from jupyter_mlops.data.diff import match_rows
    from jupyter_mlops.data.versions.subject import Named

    one, other = (
        Named("", pd.DataFrame(rows, columns=["k", "v"]).astype({"k": "int64", "v": "str"}))
        for rows in (left, right)
    )
    before, after = dict(left), dict(right)
    rows = match_rows(one, other, ["k"]).rows
    assert len(rows.added) == len(after.keys() - before.keys())
    assert len(rows.removed) == len(before.keys() - after.keys())
    assert [left[a][0] for a in rows.left] == [right[b][0] for b in rows.right]
    rows = match_rows(one, other, by="content").rows
    assert len(rows.removed) == (Counter(left) - Counter(right)).total()
    assert len(rows.added) == (Counter(right) - Counter(left)).total()
