"""A pandera schema is asked like a contract."""

from __future__ import annotations

import sys

import pandas as pd
import pytest

from jupyter_mlops.checks.validate import validate
from jupyter_mlops.core.errors import Invalid, Unavailable
from jupyter_mlops.core.project import Project
from jupyter_mlops.faces.script import Script

FRAME = pd.DataFrame({"id": [1, 1, 50], "code": ["x", "y", None], "more": [1, 2, 3]}, index=[7, 8, 9])


@pytest.fixture
def schema(project: Project) -> Script:
    pandera = pytest.importorskip("pandera.pandas")
    columns = {
        "id": pandera.Column(int, pandera.Check.in_range(0, 10), unique=True),
        "code": pandera.Column(object, pandera.Check.str_matches("^x"), nullable=True, coerce=True),
    }
    path = project.root / "schema.yaml"
    path.write_text(pandera.DataFrameSchema(columns, strict=True).to_yaml())
    return Script(path, project.root)


class TestExamine:
    def test_failures_are_findings_with_their_rows(self, project, schema):
        """By position, whatever the index."""
        report = validate(project, FRAME, schema)
        found = {
            (item.subject, item.evidence["check"]): (item.count, item.rows, item.sample)
            for item in report.findings
        }
        assert found == {
            ("more", "column_in_schema"): (None, (), ()),
            ("id", "field_uniqueness"): (2, (0, 1), ("1", "1")),
            ("id", "in_range(0, 10)"): (1, (2,), ("50",)),
            ("code", "str_matches('^x')"): (1, (1,), ("y",)),
        }
        assert report.verdict == "failed"

    def test_a_good_table_passes(self, project, schema):
        """With the columns that were asked."""
        report = validate(project, FRAME[["id", "code"]].head(1), schema)
        assert (report.verdict, report.checks) == ("passed", ("id: pandera", "code: pandera"))

    def test_what_is_no_schema_is_said(self, project, schema):
        """In one sentence."""
        (project.root / "bad.yaml").write_text("columns: [")
        with pytest.raises(Invalid, match=r"bad\.yaml is no pandera schema"):
            validate(project, FRAME, Script(project.root / "bad.yaml", project.root))

    def test_without_pandera_it_says_how_to_install_it(self, project, schema, monkeypatch):
        """It is an extra."""
        monkeypatch.setitem(sys.modules, "pandera.pandas", None)
        with pytest.raises(Unavailable, match="pandera is not installed") as missing:
            validate(project, FRAME, schema)
        assert "jupyter-mlops[validate]" in missing.value.hint
