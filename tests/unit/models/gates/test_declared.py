"""A gate in the settings: what is wrong with it is one sentence that names the place."""

from __future__ import annotations

import pytest

from jupyter_mlops.core.errors import Invalid
from jupyter_mlops.core.project import Project
from jupyter_mlops.core.settings import GateSetting, Settings
from jupyter_mlops.models.gates.declared import gate_of, plugged, read

AUC = {"check": "metric", "name": "roc_auc", "at_least": 0.8}


def declared(*checks: dict[str, object]) -> GateSetting:
    return GateSetting(data="holdout@latest", target="left", checks=checks)


class TestRead:
    def test_checks_become_typed(self) -> None:
        """Each table is the check that it names."""
        gate = read("champion", declared(AUC, {"check": "no-worse", "metric": "roc_auc", "margin": 0.01}))
        assert [check.label for check in gate.checks] == ["metric: roc_auc", "no-worse: roc_auc"]

    @pytest.mark.parametrize(
        ("table", "said"),
        [
            (
                {"check": "metrc"},
                r"champion\.checks\[1\]: no check of versions is called 'metrc'. Did you mean 'metric'",
            ),
            ({"name": "roc_auc"}, "names no check"),
            ({**AUC, "at_leest": 1}, r"\(metric\) has no field 'at_leest'. Did you mean 'at_least'"),
            ({**AUC, "at_least": "much"}, "at_least = 'much': Input should be a valid number"),
            ({**AUC, "at_least": float("nan")}, "at_least = nan: Input should be a finite number"),
            ({"check": "metric", "name": "roc_auc"}, "it needs at_least or at_most"),
            ({"check": "metric", "at_least": 1}, "needs metric"),
            ({"check": "latency"}, "needs p95_ms"),
            ({"check": "latency", "p95_ms": -1}, "p95_ms = -1: Input should be greater than 0"),
            ({"check": "slice", "by": [], "metric": "f1", "gap": 0.1}, "by = "),
            ({"check": "slice", "by": "region", "metric": "f1"}, "it needs at_least, at_most or gap"),
            ({"check": "fairness", "by": "sex", "measure": "parity"}, "measure = 'parity'"),
            ({"check": "robustness", "noise": 0}, "it needs noise or missing above 0"),
            ({"check": "proven", "severity": "fatal"}, "severity = 'fatal'"),
        ],
    )
    def test_every_mistake_is_one_sentence(self, table: dict[str, object], said: str) -> None:
        """With the place, the field, the value and the nearest name."""
        with pytest.raises(Invalid, match=said) as caught:
            read("champion", declared(table))
        assert "\n" not in caught.value.message
        assert caught.value.message.startswith("gates.champion.checks[1]")

    def test_asking_the_same_twice_is_a_mistake(self) -> None:
        """Two thresholds of one metric are one table."""
        with pytest.raises(Invalid, match="asks 'metric: roc_auc' twice"):
            read("champion", declared(AUC, AUC))

    def test_every_check_has_its_name(self) -> None:
        """The entry point and the class agree, and the class says what it asks."""
        assert len(plugged()) >= 15
        for name, kind in plugged().items():
            assert kind.kind == name
            assert kind.__doc__


class TestSettings:
    @pytest.mark.parametrize(
        ("line", "said"),
        [
            ("approvals = -1", r"gates\.champion\.approvals .* greater than or equal to 0"),
            ("aprovals = 1", r"gates\.champion\.aprovals"),
            ("checks = 3", r"gates\.champion\.checks"),
        ],
    )
    def test_mistakes_outside_the_checks(self, project: Project, line: str, said: str) -> None:
        """The settings themselves name the place."""
        (project.root / "pyproject.toml").write_text(f"[tool.jupyter-mlops.gates.champion]\n{line}\n")
        with pytest.raises(Invalid, match=said):
            project.settings  # noqa: B018 - reading it is the test


class TestGateOf:
    def test_the_longest_pattern_that_fits_decides(self) -> None:
        """A model's own gate takes the place of the general one."""
        settings = Settings(
            gates={"champion": declared(), "churn*@champion": declared(AUC), "sales@champion": declared()}
        )
        found = [gate_of(settings, model, "champion") for model in ("churn-eu", "sales", "other")]
        assert [gate.name for gate in found if gate] == ["churn*@champion", "sales@champion", "champion"]

    def test_another_alias_has_none(self) -> None:
        """Nothing guards what nobody declared."""
        assert gate_of(Settings(gates={"champion": declared()}), "churn", "challenger") is None
