"""Loading the package costs nothing: what is heavy is imported on use."""

from __future__ import annotations

import subprocess
import sys

import pytest

HEAVY = {
    "pandas",
    "numpy",
    "sklearn",
    "mlflow",
    "plotly",
    "papermill",
    "dbos",
    "pyarrow",
    "sqlalchemy",
    "matplotlib",
}


def imported_by(source: str) -> set[str]:
    """Return the modules that a fresh interpreter has after running *source*."""
    report = "\nimport sys; print('MODULES', *{name.partition('.')[0] for name in sys.modules})"
    done = subprocess.run(
        [sys.executable, "-c", source + report], capture_output=True, text=True, timeout=60, check=True
    )
    return set(done.stdout.rpartition("MODULES ")[2].split())


class TestImport:
    @pytest.mark.parametrize(
        "source",
        [
            "import jupyter_mlops",
            (
                "from IPython.core.interactiveshell import InteractiveShell\n"
                "InteractiveShell.instance().run_line_magic('load_ext', 'jupyter_mlops')"
            ),
        ],
    )
    def test_it_imports_nothing_heavy(self, source: str) -> None:
        """Neither the import nor %load_ext waits for a library that may not be needed."""
        modules = imported_by(source)
        assert "jupyter_mlops" in modules
        assert not modules & (HEAVY | {"pydantic"})

    def test_help_imports_nothing_heavy(self) -> None:
        """The whole list of verbs is there before any engine is."""
        source = "from jupyter_mlops.faces.cli import main; main(['--help'])"
        assert not imported_by(source) & (HEAVY - {"sqlalchemy"})
