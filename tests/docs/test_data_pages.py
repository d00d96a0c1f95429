"""The pages on diffs, features and privacy: what they type is typed, and answers as they say."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

import jupyter_mlops
from jupyter_mlops import catalog
from jupyter_mlops.faces.cli import main
from tests.docs.conftest import RunCells
from tests.docs.pages import ROOT, blocks, lines
from tests.docs.test_snippets import errors

OPENING = "%load_ext jupyter_mlops\nimport jupyter_mlops, pandas as pd\nmlops = jupyter_mlops.open()"
BEFORE = pd.DataFrame({"id": [1, 2, 3], "city": ["Rome", "Oslo", "Bonn"], "spent": [10.0, 20.0, 30.0]})
AFTER = pd.DataFrame({"id": [2, 3, 4], "city": ["Paris", "Bonn", "Lima"], "spent": [250.0, 30.0, 40.0]})


def ipython(page: str) -> list[str]:
    """The lines for cells on a page."""
    return list(lines(page, "ipython"))


class TestDiff:
    def test_the_answer_reads_as_the_page_shows_it(self, here: Path) -> None:
        """Word for word."""
        mlops = jupyter_mlops.open(here)
        mlops.snapshot(BEFORE, "customers")
        mlops.snapshot(AFTER.astype({"id": "Int64"}), "customers")
        shown = str(mlops.diff("customers@1", "customers@2"))
        assert shown.splitlines() == [
            line.rstrip() for line in blocks("docs/how-to/diff.md", "text")[0].splitlines()
        ]


class TestFeatures:
    def test_the_page_from_top_to_bottom(self, here: Path, run_cells: RunCells) -> None:
        """In a real kernel: derived, made again, transformed, joined, looked through."""
        page = "docs/how-to/features.md"
        totals, scaler, training = blocks(page, "python")
        derive, again, transform, join, leaks = ipython(page)
        tables = (
            "day = pd.Timestamp('2026-01-01')\n"
            "df = pd.DataFrame({'customer': range(40), 'spent': [float(n % 7) for n in range(40)]})\n"
            "orders = pd.DataFrame({'at': [day, day + pd.Timedelta('9D')], 'customer': [1, 1], 'y': [0, 1]})\n"
            "profiles = pd.DataFrame({'at': [day - pd.Timedelta('1D'), day], 'customer': [1, 1], 'rank': [5, 6]})\n"
            "train, test = orders.head(1), orders.tail(1)\n"
            "mlops.snapshot(df, 'customers'); mlops.snapshot(orders, 'orders'); mlops.snapshot(profiles, 'profiles')"
        )
        cells = [
            OPENING,
            tables,
            totals,
            derive,
            again,
            scaler,
            transform,
            join,
            "assert list(x['rank']) == [5, 6]",
        ]
        joined = "%mlops derive training --source orders --source profiles --using training"
        assert errors(run_cells([*cells, training, joined, leaks])) == []
        Path("features.py").write_text(totals)
        assert main(next(lines(page, "shell")).split()[2:]) == 0
        mlops = jupyter_mlops.open(here)
        assert mlops.load("training@1")["rank"].tolist() == [5, 6]
        assert mlops.load("features@2")["spent"].sum() == pytest.approx(
            mlops.load("features@1")["spent"].sum() * 1.2
        )


class TestPrivacy:
    def test_the_page_from_top_to_bottom(self, here: Path, run_cells: RunCells) -> None:
        """Warned, masked in both ways, forgotten; the card has the lines that the page shows."""
        page = "docs/how-to/privacy.md"
        snapshot, first, second, forget = ipython(page)
        table = "df = pd.DataFrame({'email': ['ada@example.org', 'bob@example.org'], 'phone': ['+49 30 123456', '+49 30 654321']})"
        node = run_cells([OPENING, table, snapshot, first, second, forget])
        assert errors(node) == []
        shown = [
            line
            for item in node.cells[2].outputs
            for line in str(item.get("data", {}).get("text/plain")).splitlines()
        ]
        assert set(blocks(page, "text")[0].splitlines()) <= set(shown)
        mlops = jupyter_mlops.open(here)
        assert [
            len(mlops.load(f"{name}@1")) for name in ("customers", "customers-masked", "customers-open")
        ] == [1, 1, 1]
        assert mlops.verify().is_well
        assert main(next(lines(page, "shell")).split()[2:]) == 0

    def test_every_way_has_its_row(self) -> None:
        """The tables name what the verbs take."""
        text = (ROOT / "docs/how-to/privacy.md").read_text()
        for verb, name in (("snapshot", "pii"), ("mask", "how")):
            assert all(
                f"| `{choice}` |" in text for choice in catalog.registry()[verb].parameter(name).choices
            )
