from __future__ import annotations

import pytest

from jupyter_mlops.core.errors import Invalid
from jupyter_mlops.pipelines.executions import executions
from jupyter_mlops.pipelines.sweep import sweep
from tests.unit.pipelines.factory import Factory


@pytest.fixture
def search(factory: Factory) -> Factory:
    factory.notebook(
        "search", "give('score', alpha * depth)", parameters="alpha: float = 1.0\ndepth: int = 1\nk: int = 0"
    )
    return factory


class TestSweep:
    def test_every_combination_is_an_execution(self, search: Factory) -> None:
        """Typed as the notebook says; what is fixed is the same in all."""
        found = sweep(search.project, "search.ipynb", over=("alpha=0.5,1", "depth=[2, 3]"), param=("k=7",))
        assert [one.parameters for one in found.executions] == [
            {"alpha": alpha, "depth": depth, "k": 7} for alpha in (0.5, 1.0) for depth in (2, 3)
        ]

    def test_workers_run_them(self, search: Factory) -> None:
        """They belong together, and their outputs can be compared."""
        found = sweep(search.project, "search.ipynb", over=("depth=2,3",))
        search.finish()
        ended = executions(search.project, parent=found.ref).executions
        assert sorted(one.steps[0].outputs["score"] for one in ended) == [2.0, 3.0]  # type: ignore[type-var]

    def test_they_are_compared_on_one_page(self, search: Factory) -> None:
        """What differs beside what came of it; what is the same in all is left out."""
        found = sweep(search.project, "search.ipynb", over=("depth=2,3",), param=("alpha=0.5",))
        search.finish()
        card = executions(search.project, parent=found.ref).card()
        assert card.columns == ("execution", "depth", "score", "status", "took", "reason")
        assert sorted(row[1:4] for row in card.rows) == [("2", "1.0", "succeeded"), ("3", "1.5", "succeeded")]

    @pytest.mark.parametrize(
        ("over", "words"),
        [
            ((), "varies nothing"),
            (("depth=2,many",), "many"),
            (("nothing=1",), "nothing"),
            (("depth=[1,",), "is no list"),
            (("depth=" + ",".join(map(str, range(1_001))),), "more than 1,000"),
        ],
    )
    def test_wrong_values_start_nothing(self, search: Factory, over: tuple[str, ...], words: str) -> None:
        """One sentence, before anything is written down."""
        with pytest.raises(Invalid, match=words):
            sweep(search.project, "search.ipynb", over=over)
        assert executions(search.project).executions == ()
