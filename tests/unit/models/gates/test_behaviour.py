"""Models under disturbance, against the clock and on the scales."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from jupyter_mlops.checks.check import Unknown
from jupyter_mlops.models.gates.behaviour import Latency, Robustness, Size, disturbed
from jupyter_mlops.models.gates.candidate import Candidate
from tests.unit.models.conftest import Make

Ask = Callable[..., Candidate]


class TestRobustness:
    def test_little_noise_changes_little(self, make: Make, candidate: Ask) -> None:
        """Before and after are evidence."""
        (found,) = Robustness(noise=0.01, at_most=0.05).find(candidate(make()))
        assert found.severity == "info"
        assert {"before", "after", "n"} == found.evidence.keys()

    def test_much_noise_changes_much(self, make: Make, candidate: Ask) -> None:
        """A metric that falls too far fails."""
        (found,) = Robustness(metric="roc_auc", noise=1, at_most=0.01).find(candidate(make()))
        assert found.severity == "error"

    def test_a_model_that_breaks_on_missing_values_fails(self, make: Make, candidate: Ask) -> None:
        """It is no open question: it breaks."""
        (found,) = Robustness(missing=0.1).find(candidate(make()))
        assert found.severity == "error"
        assert "breaks on such rows" in found.message


class TestDisturbed:
    def test_text_stays_under_noise(self) -> None:
        """Numbers move by about their share of the spread."""
        table = pd.DataFrame({"n": np.arange(1_000.0), "t": "x"})
        made = disturbed(table, 0.1, 0.0, np.random.default_rng(0))
        assert made is not None
        assert (made["t"] == "x").all()
        assert (made["n"] - table["n"]).std() == pytest.approx(0.1 * table["n"].std(), rel=0.1)

    def test_cells_go_missing(self) -> None:
        """About as many as asked for, of every kind."""
        table = pd.DataFrame({"n": range(1_000), "t": ["x"] * 1_000})
        made = disturbed(table, 0.0, 0.3, np.random.default_rng(0))
        assert made is not None
        assert made.isna().mean().tolist() == pytest.approx([0.3, 0.3], abs=0.05)

    def test_nothing_to_disturb(self) -> None:
        """Text alone has no noise."""
        assert disturbed(pd.DataFrame({"t": ["x"]}), 0.1, 0.0, np.random.default_rng(0)) is None


class TestLatency:
    def test_says_median_and_calls(self, make: Make, candidate: Ask) -> None:
        """A limit of a minute holds everywhere, one of a nanosecond nowhere."""
        subject = candidate(make())
        (slow,), (fast,) = (
            Latency(p95_ms=60_000, calls=10).find(subject),
            Latency(p95_ms=1e-6, calls=10).find(subject),
        )
        assert (slow.severity, fast.severity) == ("info", "error")
        assert slow.evidence["n"] == "10 calls"

    def test_more_rows_than_there_are(self, make: Make, candidate: Ask) -> None:
        """An open question."""
        with pytest.raises(Unknown, match="600 rows, fewer than a call of 5,000"):
            list(Latency(p95_ms=1, rows=5_000).find(candidate(make())))


class TestSize:
    def test_adds_up_the_files(self, make: Make, candidate: Ask) -> None:
        """Nothing is loaded for it."""
        subject = candidate(make())
        (small,), (large,) = Size(mb=10).find(subject), Size(mb=1e-6).find(subject)
        assert (small.severity, large.severity) == ("info", "error")
        assert "own" not in vars(subject)
