from __future__ import annotations

import subprocess
import sys

import pytest

from jupyter_mlops.core.errors import Unavailable
from jupyter_mlops.pipelines.running.kernel import choose_kernel, without_debugger


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


class TestDebugger:
    def test_ipythons_kernel_starts_without_it(self) -> None:
        """The rest of its command is as it was."""
        python, option, source, *rest = without_debugger(["py", "-m", "ipykernel_launcher", "-f", "x.json"])
        assert (python, option, rest) == ("py", "-c", ["-f", "x.json"])
        assert "ipykernel_launcher" in source

    def test_cells_can_still_import_it(self) -> None:
        """Only the kernel itself believes that it is missing."""
        source = without_debugger(["py", "-m", "ipykernel_launcher"])[2]
        shown = "import debugpy; print(debugpy.__name__, ipykernel.debugger._is_debugpy_available)"
        program = source.partition("runpy.run_module")[0] + shown
        done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
        assert done.stdout.split() == ["debugpy", "False"]

    @pytest.mark.parametrize(
        "command",
        [["R", "--slave", "-e", "IRkernel::main()"], ["conda", "run", "python", "-m", "ipykernel_launcher"]],
    )
    def test_other_kernels_start_as_they_say(self, command: list[str]) -> None:
        """We do not know what they need."""
        assert without_debugger(command) == command
