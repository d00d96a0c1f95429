"""Autologging does not stop what other threads do meanwhile."""

from __future__ import annotations

import importlib
import sys
import threading
from pathlib import Path

import pytest
from mlflow.utils import import_hooks

from jupyter_mlops.experiments.tracking.mlflow_autolog import spare_imports

LOCK = import_hooks._post_import_hooks_lock


@pytest.fixture
def finder(monkeypatch: pytest.MonkeyPatch) -> None:
    """MLflow's finder stands before Python's own, as after its first autologging."""
    monkeypatch.setattr(sys, "meta_path", [import_hooks.ImportHookFinder(), *sys.meta_path])


@pytest.mark.usefixtures("finder")
class TestSpareImports:
    def test_another_thread_imports_while_autologging_is_switched_on(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """MLflow holds its lock then, and would have both wait for each other."""
        (tmp_path / "mlops_new_module.py").write_text("")
        monkeypatch.syspath_prepend(str(tmp_path))
        spare_imports()
        other = threading.Thread(target=importlib.import_module, args=["mlops_new_module"], daemon=True)
        with LOCK:
            other.start()
            other.join(20)
            is_waiting = other.is_alive()
        assert not is_waiting

    def test_a_library_that_is_waited_for_is_still_seen(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Its autologging begins when it is imported."""
        (tmp_path / "mlops_new_library.py").write_text("")
        monkeypatch.syspath_prepend(str(tmp_path))
        seen: list[str] = []
        awaited = {"mlops_new_library": [lambda module: seen.append(module.__name__)]}
        monkeypatch.setattr(import_hooks, "_post_import_hooks", awaited)
        spare_imports()
        importlib.import_module("mlops_new_library")
        assert seen == ["mlops_new_library"]
