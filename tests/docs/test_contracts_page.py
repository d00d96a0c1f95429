"""The page on contracts says what is so."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from jupyter_mlops.checks.case import Case
from jupyter_mlops.checks.check import ask
from jupyter_mlops.checks.contracts import contract
from jupyter_mlops.checks.expressions import expression
from jupyter_mlops.core.project import Project
from tests.docs.conftest import RunCells
from tests.docs.pages import ROOT, blocks

PAGE = "docs/how-to/contracts.md"


class TestPage:
    @pytest.mark.parametrize("block", blocks(PAGE, "toml"))
    def test_its_contracts_are_contracts(self, block: str) -> None:
        """Every rule is one, with such options."""
        assert contract.parse(block, "the page").rules

    def test_it_names_every_rule_and_every_function(self) -> None:
        """And none that is not there."""
        text = (ROOT / PAGE).read_text(encoding="utf-8")
        named = {line.split("`")[1] for line in text.splitlines() if line.startswith("| `")}
        assert named == set(contract.plugged())
        assert [name for name in expression.FUNCTIONS if f"`{name}" not in text] == []

    def test_its_own_rule_works(self, here: Path) -> None:
        """As somebody would write it."""
        namespace: dict[str, object] = {"__name__": "rules"}
        exec(blocks(PAGE, "python")[0], namespace)
        rule = namespace["Even"](column="a", even=True)  # type: ignore[operator]
        report = ask("t", Case("t", pd.DataFrame({"a": [2, 3]}), Project.open(here)), [rule])
        assert report.findings[0].rows == (1,)

    def test_its_lines_lead_to_a_report(self, here: Path, run_cells: RunCells) -> None:
        """Propose, validate, and a cell with rules."""
        first, again, report, cell = blocks(PAGE, "ipython")
        frame = "import pandas as pd; df = pd.DataFrame({'age': range(30), 'name': ['x'] * 30})"
        made = ["%load_ext jupyter_mlops", frame, "%mlops snapshot df customers"]
        assert "customers@4" in again
        node = run_cells([*made, first, report.splitlines()[0], cell])
        errors = [output for item in node.cells for output in item.outputs if output.output_type == "error"]
        assert errors == []
