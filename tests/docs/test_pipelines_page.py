"""The pipeline files on the page are pipeline files."""

from __future__ import annotations

from pathlib import Path

import pytest

from jupyter_mlops import catalog
from jupyter_mlops.pipelines.file.definition import load
from tests.docs.pages import blocks
from tests.notebooks.builder import write_notebook

PAGE = "docs/how-to/pipelines.md"
PARAMETERS = {
    "train.ipynb": "from datetime import date\ntrees: int = 1\nstart: date = None",
    "regions.ipynb": None,
    "score.ipynb": "region: str = ''\nshare: float = 0.1",
}


class TestFiles:
    @pytest.mark.parametrize("block", blocks(PAGE, "toml"), ids=lambda block: block.splitlines()[0][:40])
    def test_each_loads(self, block: str, here: Path) -> None:
        """With notebooks that take such parameters and have such cells."""
        for name, parameters in PARAMETERS.items():
            path = write_notebook(here / name, "frame = seed = 1", "fit(frame, seed)", parameters=parameters)
            text = path.read_text(encoding="utf-8")
            for number, step in enumerate(("load", "train")):
                text = text.replace(f'"id": "cell-{number}",\n   "metadata": {{}}', _tagged(number, step))
            path.write_text(text)
        (here / "retrain.pipeline.toml").write_text(block, encoding="utf-8")
        definition = load(here, "retrain", registry=catalog.registry())
        assert len(definition.order()) == len(definition.steps)


def _tagged(number: int, step: str) -> str:
    return f'"id": "cell-{number}", "metadata": {{"tags": ["step:{step}"]}}'
