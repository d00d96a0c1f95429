"""Checks in a notebook: rules in the cell, figures beneath cards."""

from __future__ import annotations

import plotly.graph_objects as go

from jupyter_mlops.core.record import MIME, PLOTLY
from tests.faces.shell import Notebook

FRAME = "import pandas as pd; df = pd.DataFrame({'age': [31.0, -4.0, None], 'color': ['red', 'red', 'blue']})"
RULES = "[columns.age]\nrange = [0, 120]\nnullable = 0.5\n"


class TestValidate:
    def test_rules_stand_in_the_cell(self, notebook: Notebook) -> None:
        """As TOML; the answer is the report, to work on with its rows."""
        notebook.say(FRAME)
        report = notebook.say(f"%%mlops validate df\n{RULES}")
        assert report.headline == "the table: age: 1 of 3 rows are below 0"  # type: ignore[attr-defined]
        assert notebook.say("df.iloc[list(_.findings[0].rows)].age.tolist()") == [-4.0]

    def test_a_line_asks_the_datasets_own(self, notebook: Notebook) -> None:
        """With the same word, and one percent sign."""
        notebook.say(FRAME)
        notebook.say("%mlops snapshot df people")
        notebook.say("%mlops expect people --write")
        assert notebook.say("%mlops validate people").is_well  # type: ignore[attr-defined]

    def test_a_gate_stops_the_notebook(self, notebook: Notebook) -> None:
        """So that papermill ends with an error."""
        notebook.say(FRAME)
        error = notebook.fails(f"%%mlops validate df --gate\n{RULES}")
        assert type(error).__name__ == "Refused"

    def test_it_is_a_magic_of_both_kinds(self, notebook: Notebook) -> None:
        """Where the verbs are magics of their own; off takes both back."""
        notebook.say("%mlops magics on")
        magics = notebook.magics_manager.magics
        assert "validate" in magics["line"]
        assert "validate" in magics["cell"]
        notebook.say("%mlops magics off")
        assert "validate" not in {**magics["line"], **magics["cell"]}


class TestProfile:
    def test_its_figure_stands_beneath_its_card(self, notebook: Notebook) -> None:
        """Plotly's own MIME type, with text beside it; Plotly takes it for a figure."""
        notebook.say(FRAME)
        notebook.say("%mlops profile df")
        card, picture = notebook.displays[-2:]
        assert MIME in card
        assert len(go.Figure(picture[PLOTLY]).data) == 2
        assert picture["text/plain"]
