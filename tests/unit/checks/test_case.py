"""A case knows the table, and what it may be compared with."""

from __future__ import annotations

import pandas as pd
import pytest

from jupyter_mlops.checks.case import Case
from jupyter_mlops.checks.check import Unknown
from jupyter_mlops.core.project import Project
from jupyter_mlops.data.snapshot import snapshot
from jupyter_mlops.data.versions.resolve import resolve


def case(project: Project, frame: pd.DataFrame) -> Case:
    return Case("the table", frame, project)


class TestCells:
    def test_a_column_is_read_once(self, project):
        """Rules share what was read."""
        found = case(project, pd.DataFrame({"a": [1]}))
        assert found.cells("a") is found.cells("a")

    def test_labels_that_are_no_text_are_named_as_they_print(self, project):
        """A contract is text."""
        assert case(project, pd.DataFrame({7: [1]})).cells("7").ordered.tolist() == [1]

    @pytest.mark.parametrize(
        ("columns", "said"),
        [
            (["Age", "b"], "there is no column 'age'. Did you mean 'Age'?"),
            (["age", "age"], "2 columns are called"),
        ],
    )
    def test_what_is_not_one_column_is_unknown(self, project, columns, said):
        """The next name is offered."""
        with pytest.raises(Unknown) as unknown:
            case(project, pd.DataFrame([[1, 2]], columns=columns)).cells("age")
        assert said in str(unknown.value)


class TestVersions:
    def test_rows_before_are_those_of_the_versions_before(self, project):
        """The last one first; a table at hand comes after all of them."""
        for rows in (1, 2, 3):
            snapshot(project, pd.DataFrame({"a": range(rows)}), "c")
        second = resolve(project, "c@2")
        assert Case("c@2", pd.DataFrame(), project, "c", second).rows_before() == [1]
        assert Case("t", pd.DataFrame(), project, "c").rows_before() == [3, 2, 1]
        assert case(project, pd.DataFrame()).rows_before() == []
