"""The worst slices are found, and none that is not there."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from jupyter_mlops.core.errors import Invalid
from jupyter_mlops.models.evaluation.predictions import Predictions
from jupyter_mlops.models.evaluation.slices import asked, worst


def labelled(rows: int, wrong: float, bad: float) -> Predictions:
    """Labels that are wrong in a share of the rows, and in another one of Rome."""
    random = np.random.default_rng(0)
    table = pd.DataFrame(
        {"town": random.choice(["Rome", "Oslo", "Bern"], rows), "age": random.normal(size=rows)}
    )
    target = random.integers(0, 2, rows)
    share = np.where(table["town"] == "Rome", bad, wrong)
    values = np.where(random.random(rows) < share, 1 - target, target)
    return Predictions("binary", target, values, None, np.array([0, 1]), table)


def ranked(queries: int) -> Predictions:
    """Ten rows a query, one relevant: found in English, not in Welsh."""
    random = np.random.default_rng(0)
    language = np.repeat(random.choice(["en", "cy"], queries), 10)
    true = np.tile([1] + [0] * 9, queries)
    said = np.where(language == "en", true, -true) + random.normal(0, 0.1, queries * 10)
    table = pd.DataFrame({"language": language, "length": random.normal(size=queries * 10)})
    return Predictions("ranking", true, said, None, None, table, np.repeat(np.arange(queries), 10))


class TestWorst:
    def test_it_is_found_unasked(self) -> None:
        """Rome, and what is worse by chance is not."""
        found, looked_at = worst(labelled(2_000, 0.1, 0.4), smallest=30)
        assert found[0].name == "town=Rome"
        assert {item.columns[0] for item in found} == {"town"}
        assert looked_at > 5

    def test_where_all_is_alike_none_is(self) -> None:
        """A search that finds something everywhere finds nothing."""
        assert worst(labelled(2_000, 0.2, 0.2), smallest=30)[0] == ()

    def test_of_rankings_it_is_of_whole_queries(self) -> None:
        """By what their rows have in common; a row alone is in no order."""
        predictions = ranked(200)
        found, _ = worst(predictions, smallest=30)
        assert [item.name for item in found] == ["language=cy"]
        assert (found[0].rows == (predictions.table["language"] == "cy")).all()


class TestAsked:
    def test_two_columns_make_slices_together(self) -> None:
        """Each row is in one of them."""
        predictions = labelled(300, 0.1, 0.1)
        found = list(asked(predictions.table, ("town", "age")))
        assert sum(item.rows.astype(int) for item in found).tolist() == [1] * 300  # type: ignore[union-attr]
        assert found[0].columns == ("town", "age")

    def test_too_many_are_refused(self) -> None:
        """As many as rows tell nothing."""
        with pytest.raises(Invalid, match="id makes 300 slices"):
            list(asked(pd.DataFrame({"id": list(map(str, range(300)))}), ("id",)))
