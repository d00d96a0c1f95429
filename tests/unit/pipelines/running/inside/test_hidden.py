from __future__ import annotations

import os
import pickle
import random
import sys
import warnings
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from jupyter_mlops.pipelines.running.inside import hidden


@pytest.fixture(autouse=True)
def _put_back(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("filters",):
        monkeypatch.setattr(warnings, name, list(warnings.filters))
    monkeypatch.chdir(Path.cwd())
    hidden.begin()


def restored() -> hidden.State:
    state = pickle.loads(pickle.dumps(hidden.capture()))
    assert isinstance(state, dict)
    return state


class TestState:
    def test_generators_of_random_numbers(self) -> None:
        """Python's and NumPy's."""
        random.seed(1)
        np.random.seed(2)
        state = restored()
        expected = random.random(), np.random.rand()
        hidden.restore(state)
        assert (random.random(), np.random.rand()) == expected

    def test_the_folder_and_the_environment(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """What a cell has set, and what it has removed."""
        monkeypatch.setenv("GONE", "1")
        hidden.begin()
        monkeypatch.setenv("SHOP", "north")
        monkeypatch.delenv("GONE")
        monkeypatch.chdir(tmp_path)
        state = restored()
        monkeypatch.setenv("GONE", "1")
        monkeypatch.delenv("SHOP")
        monkeypatch.chdir("/")
        hidden.restore(state)
        assert (Path.cwd(), os.environ["SHOP"], "GONE" in os.environ) == (tmp_path, "north", False)

    def test_options(self) -> None:
        """Those of pandas and NumPy that are not the defaults, and which warnings are shown."""
        with pd.option_context("display.max_rows", 7), np.printoptions(precision=3):
            warnings.simplefilter("ignore", ResourceWarning)
            state = restored()
        warnings.resetwarnings()
        try:
            hidden.restore(state)
            assert (pd.get_option("display.max_rows"), np.get_printoptions()["precision"]) == (7, 3)
            assert warnings.filters[0][2] is ResourceWarning
        finally:
            pd.reset_option("display.max_rows")
            np.set_printoptions(precision=8)

    def test_options_of_other_libraries(self) -> None:
        """Matplotlib's and scikit-learn's."""
        import matplotlib as mpl
        import sklearn

        with mpl.rc_context({"lines.linewidth": 7}), sklearn.config_context(display="text"):
            state = restored()
        before = sklearn.get_config()
        with mpl.rc_context():
            hidden.restore(state)
            assert (mpl.rcParams["lines.linewidth"], sklearn.get_config()["display"]) == (7, "text")
        sklearn.set_config(**before)

    def test_the_run_that_is_open(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """What is logged from then on lands in it."""
        mlflow = SimpleNamespace(
            active_run=lambda: SimpleNamespace(info=SimpleNamespace(run_id="run-1")),
            get_tracking_uri=lambda: "sqlite:///mlflow.db",
        )
        monkeypatch.setitem(sys.modules, "mlflow", mlflow)
        state = restored()
        started: list[str] = []

        def start_run(*, run_id: str) -> None:
            started.append(run_id)

        mlflow.active_run = lambda: None
        mlflow.set_tracking_uri = started.append
        mlflow.start_run = start_run
        hidden.restore(state)
        assert started == ["sqlite:///mlflow.db", "run-1"]

    def test_secrets_are_left_out(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """By name, or by the password in an address; that they changed is known."""
        monkeypatch.setenv("SHOP_TOKEN", "correct-horse")
        monkeypatch.setenv("STORE", "postgresql://ada:correct-horse@db/shop")
        assert b"correct-horse" not in pickle.dumps(hidden.capture())
        assert set(hidden.secret_variables()) == {"SHOP_TOKEN", "STORE"}
