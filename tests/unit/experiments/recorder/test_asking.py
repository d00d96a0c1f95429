"""Whether a cell asks Python's generator itself."""

from __future__ import annotations

import random
from functools import partial

import pytest

from jupyter_mlops.experiments.recorder.asking import asks_python


def names(source: str) -> dict[str, object]:
    """Run a cell of the notebook, and return its variables."""
    found: dict[str, object] = {"__name__": "__main__"}
    exec(source, found)
    return found


class TestAsking:
    @pytest.mark.parametrize(
        ("before", "source"),
        [
            ("import random as chance", "import wave\nchance.shuffle(rows)"),
            ("from random import shuffle as mix", "import wave; mix(rows)"),
            ("", "import random, wave\nx = random.random()"),
            (
                "import random\ndef draw(): return random.random()\ndef both(): return draw()",
                "import wave; both()",
            ),
            (
                "class Deck:\n    def mix(self):\n        import random\n        random.seed(1)\ndeck = Deck()",
                "deck.mix()",
            ),
            ("", "x = = 1"),
        ],
    )
    def test_it_does(self, before: str, source: str) -> None:
        """By any name, and through what the notebook defines; in doubt, too."""
        assert asks_python(source, names(before))

    @pytest.mark.parametrize(
        "source",
        [
            "import random\nfrom sklearn import datasets",
            "from sklearn import datasets\nx = datasets.make_blobs(random_state=0)",
            "model = 1  # random",
        ],
    )
    def test_it_does_not(self, source: str) -> None:
        """The word alone draws nothing, nor does the import."""
        assert not asks_python(source, {"random": random, "f": partial(print)})
