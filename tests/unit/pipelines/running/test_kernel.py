from __future__ import annotations

import sys

import pytest

from jupyter_mlops.core.errors import Unavailable
from jupyter_mlops.pipelines.running.kernel import choose_kernel


class TestChoice:
    def test_a_missing_kernel_falls_back(self) -> None:
        """This Python's own runs instead, with a warning."""
        found = choose_kernel("gone-forever", "python")
        assert found.spec.argv[0] == sys.executable
        assert "gone-forever" in found.warning

    def test_no_kernel_named(self) -> None:
        """Nothing to warn about."""
        assert choose_kernel(None, "").warning == ""

    def test_another_language_has_no_fallback(self) -> None:
        """R code does not run in Python."""
        with pytest.raises(Unavailable, match="'ir'"):
            choose_kernel("ir", "R")
