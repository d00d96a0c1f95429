"""Metrics against thresholds and against the version that serves, with intervals."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd
import pytest
from sklearn.metrics import roc_auc_score

from jupyter_mlops.checks.check import Unknown
from jupyter_mlops.core.errors import Invalid
from jupyter_mlops.core.project import Project
from jupyter_mlops.data.snapshot import snapshot
from jupyter_mlops.models.gates.candidate import Candidate
from jupyter_mlops.models.gates.scores import Calibrated, NoWorse, Threshold
from tests.fakes import FakeTracker
from tests.unit.models.conftest import Make

Ask = Callable[..., Candidate]


class TestThreshold:
    def test_the_value_is_scikit_learns(
        self, project: Project, make: Make, candidate: Ask, holdout: pd.DataFrame
    ) -> None:
        """The evidence is the number that scikit-learn tells."""
        ref = make()
        (found,) = Threshold(metric="roc_auc", at_least=0.5).find(candidate(ref, None, "roc_auc"))
        model = project.tracker.load(project.tracker.resolve(ref))
        scores = model.predict_proba(holdout[["age", "income"]])[:, 1]  # type: ignore[attr-defined]
        assert float(found.evidence["value"]) == pytest.approx(
            roc_auc_score(holdout["left"], scores), abs=1e-6
        )
        assert found.severity == "info"

    def test_confidence_asks_more_than_the_value(self, make: Make, candidate: Ask) -> None:
        """A value above the threshold is not enough where its interval reaches below."""
        subject = candidate(make(), None, "roc_auc")
        close = subject.interval("roc_auc").value - 0.001
        (plain,) = Threshold(metric="roc_auc", at_least=close).find(subject)
        (sure,) = Threshold(metric="roc_auc", at_least=close, confident=True).find(subject)
        assert (plain.severity, sure.severity) == ("info", "error")
        assert "with 95 % confidence" in sure.message

    def test_a_loss_has_an_upper_bound(self, make: Make, candidate: Ask) -> None:
        """At most works as at least does."""
        (found,) = Threshold(metric="log_loss", at_most=0.01).find(candidate(make(), None, "log_loss"))
        assert found.severity == "error"
        assert "not at most 0.01" in found.message

    def test_an_unknown_metric_is_an_open_question(self, make: Make, candidate: Ask) -> None:
        """With the nearest name."""
        with pytest.raises(Invalid, match="Did you mean 'roc_auc'"):
            list(Threshold(metric="rocauc", at_least=0).find(candidate(make(), None, "rocauc")))

    def test_one_class_only_is_an_open_question(
        self, project: Project, make: Make, candidate: Ask, holdout: pd.DataFrame
    ) -> None:
        """No number is told where there is none."""
        snapshot(project, holdout[holdout["left"] == 1], "leavers")
        with pytest.raises(Unknown, match="one class only"):
            list(
                Threshold(metric="roc_auc", at_least=0).find(
                    candidate(make(), None, "roc_auc", data="leavers@1")
                )
            )

    def test_no_rows_is_an_open_question(
        self, project: Project, make: Make, candidate: Ask, holdout: pd.DataFrame
    ) -> None:
        """An empty table judges nothing."""
        snapshot(project, holdout.iloc[:0], "nobody")
        with pytest.raises(Unknown, match="has no rows"):
            list(
                Threshold(metric="accuracy", at_least=0).find(
                    candidate(make(), None, "accuracy", data="nobody@1")
                )
            )


class TestNoWorse:
    def test_a_missing_champion_is_said(self, make: Make, candidate: Ask) -> None:
        """There is nothing to be worse than."""
        (found,) = NoWorse(metric="roc_auc").find(candidate(make()))
        assert found.severity == "info"
        assert "nothing is champion yet" in found.message

    def test_a_worse_model_fails(self, make: Make, candidate: Ask) -> None:
        """Its difference is beyond the margin at the worse end of the interval."""
        good, poor = make(), make(is_poor=True)
        (found,) = NoWorse(metric="roc_auc", margin=0.05).find(candidate(poor, good))
        assert found.severity == "error"
        assert {"difference", "interval", "value", "before", "n"} == found.evidence.keys()

    def test_an_equal_model_passes_within_a_margin(self, make: Make, candidate: Ask) -> None:
        """Two models of the same kind differ by less than five points."""
        (found,) = NoWorse(metric="roc_auc", margin=0.05).find(candidate(make(seed=3), make(seed=2)))
        assert found.severity == "info"

    def test_of_losses_less_is_better(self, make: Make, candidate: Ask) -> None:
        """A poor model has the greater loss."""
        good, poor = make(), make(is_poor=True)
        (worse,) = NoWorse(metric="log_loss", margin=0.05).find(candidate(poor, good))
        (better,) = NoWorse(metric="log_loss", margin=0.05).find(candidate(good, poor))
        assert (worse.severity, better.severity) == ("error", "info")

    def test_a_champion_that_does_not_load_is_an_open_question(
        self, project: Project, make: Make, candidate: Ask, tracker: FakeTracker
    ) -> None:
        """It never passes, and says which one and why."""
        old, new = make(), make(seed=3)
        tracker.spoil(project.tracker.resolve(old))
        with pytest.raises(Unknown, match=r"churn@1 serves, and cannot be asked"):
            list(NoWorse(metric="roc_auc").find(candidate(new, old)))


class TestCalibration:
    def test_the_error_is_evidence_with_its_worst_bin(self, make: Make, candidate: Ask) -> None:
        """What was said there, and what came true."""
        (found,) = Calibrated(at_most=0.2).find(candidate(make()))
        assert found.severity == "info"
        assert {"value", "worst bin", "n"} == found.evidence.keys()

    def test_a_poor_model_fails(self, make: Make, candidate: Ask) -> None:
        """What has learnt the opposite is sure of what is not so."""
        (found,) = Calibrated(at_most=0.1).find(candidate(make(is_poor=True)))
        assert found.severity == "error"
