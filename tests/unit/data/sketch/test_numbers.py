"""Numbers keep their ends exactly; infinite ones are counted and left out."""

from __future__ import annotations

import numpy as np

from jupyter_mlops.data.sketch.numbers import Numbers
from jupyter_mlops.data.sketch.tally import Tally


def of(*values: float) -> Numbers:
    return Numbers.of(Tally(*np.unique(np.array(values), return_counts=True)))


class TestNumbers:
    def test_infinite_ones_stay_outside(self):
        """The mean of the others is a number."""
        found = of(-np.inf, 1.0, 3.0, np.inf, np.inf)
        assert (found.infinite, found.least, found.most, found.moments.mean) == (3, 1.0, 3.0, 2.0)

    def test_large_integers_are_exact_at_the_ends(self):
        """An id beyond 2⁵³ is no float."""
        assert of(2**60 + 1, 2**60 + 3).most == 2**60 + 3

    def test_only_infinite_ones_leave_nothing(self):
        """No least, no most, and merging it changes nothing else."""
        assert of(np.inf).least is None
        assert of(np.inf).merge(of(2.0)).most == 2.0
