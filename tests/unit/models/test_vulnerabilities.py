"""pip-audit is asked where it can be; where it cannot, that is the answer."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import pytest

from jupyter_mlops.models import vulnerabilities as module
from jupyter_mlops.models.vulnerabilities import vulnerabilities


@pytest.fixture
def auditor(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Put a program in uvx's place that does what a script says."""

    def put(script: str) -> None:
        program = tmp_path / "uvx"
        program.write_text(f"#!{sys.executable}\nimport sys, time\n{script}\n")
        program.chmod(0o755)
        monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
        monkeypatch.setattr(module.importlib.util, "find_spec", lambda _name: None)

    return put


class TestVulnerabilities:
    def test_what_is_known_is_told(self, auditor) -> None:
        """Package, number, and what mends it."""
        known = {"id": "PYSEC-1", "fix_versions": ["2.0"]}
        answer = {"dependencies": [{"name": "left", "version": "1.0", "vulns": [known]}]}
        auditor(f"print({json.dumps(answer)!r}); sys.exit(1)")
        found = vulnerabilities(["left==1.0"])
        assert (found.status, found.packages) == ("checked", 1)
        assert (found.found[0].package, found.found[0].id, found.found[0].fixed_in) == (
            "left",
            "PYSEC-1",
            ("2.0",),
        )

    def test_no_answer_in_time_is_an_answer(self, auditor) -> None:
        """It never blocks."""
        auditor("time.sleep(60)")
        assert vulnerabilities(["left==1.0"], wait_s=0.3).why == "pip-audit did not answer within 0.3 s"

    def test_trouble_is_told_by_its_last_line(self, auditor) -> None:
        """A machine without a network, say."""
        auditor("sys.exit('Traceback\\nConnectionError: no route')")
        found = vulnerabilities(["left==1.0"])
        assert (found.status, found.why) == ("not checked", "pip-audit failed: ConnectionError: no route")

    def test_without_a_program_nothing_is_checked(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """And that is said."""
        monkeypatch.setattr(module, "_command", list)
        assert vulnerabilities(["left==1.0"]).why == "neither pip-audit nor uvx is installed"

    def test_without_packages_there_is_nothing_to_ask(self) -> None:
        """A version of which the environment is not known."""
        assert vulnerabilities([]).status == "not checked"
