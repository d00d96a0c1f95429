from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from jupyter_mlops.core.errors import Invalid
from jupyter_mlops.core.project import Project
from jupyter_mlops.pipelines.output import FOLDER, gather, output


class TestOutput:
    def test_later_steps_get_it(
        self, project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """In a pipeline it is kept where the conductor looks."""
        monkeypatch.setenv(FOLDER, str(tmp_path / "outputs"))
        answer = output(project, {"auc": np.float64(0.9)})
        assert answer.is_kept
        assert gather(tmp_path / "outputs", ["auc"]) == {"auc": 0.9}

    def test_elsewhere_it_is_only_shown(self, project: Project) -> None:
        """The same notebook runs by hand too."""
        assert not output(project, {"auc": 0.9}).is_kept

    @pytest.mark.parametrize(
        ("value", "expected"),
        [
            (np.int64(3), 3),
            (date(2026, 11, 1), "2026-11-01"),
            ((1, None, True), [1, None, True]),
            ({"a": {1}}, {"a": [1]}),
            ("é\U0001f600", "é\U0001f600"),
        ],
    )
    def test_plain_values_keep_their_type(self, project: Project, value: object, expected: object) -> None:
        """As far as JSON has it."""
        assert output(project, {"it": value}).values == {"it": expected}

    @pytest.mark.parametrize(
        ("value", "words"),
        [
            (float("nan"), "not finite"),
            (pd.DataFrame(), "DataFrame, which has no JSON form"),
            ("x" * 2_000_000, "more than 1,000,000"),
            (json.loads("[" * 60 + "]" * 60), "list, which has no JSON form"),
        ],
    )
    def test_other_values_are_refused(self, project: Project, value: object, words: str) -> None:
        """With what to do instead."""
        with pytest.raises(Invalid, match=words):
            output(project, {"it": value})

    def test_a_wrong_name(self, project: Project) -> None:
        """It is to be an identifier, as placeholders name it."""
        with pytest.raises(Invalid, match="is no name"):
            output(project, {"../it": 1})
