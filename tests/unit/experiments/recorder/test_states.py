"""The state of every cell: small notebooks, each with a fault, and what is to be said of it."""

from __future__ import annotations

import pytest

from tests.unit.experiments.recorder.sessions import NOTEBOOKS, Session, Sheet

NAMES = sorted(path.name.removesuffix(".ipynb.txt") for path in NOTEBOOKS.glob("*.ipynb.txt"))


class TestNotebooks:
    def test_there_are_at_least_twenty(self) -> None:
        """A folder that was lost would pass otherwise."""
        assert len(NAMES) >= 20

    @pytest.mark.parametrize("name", NAMES)
    def test_the_states_are_those_that_the_notebook_names(self, name: str) -> None:
        """Each notebook says what it should be told."""
        sheet = Sheet.read(name)
        found = {cell: item.state for cell, item in sheet.play().items()}
        said = {cell: found.get(cell, "absent") for cell in sheet.expected}
        assert said == sheet.expected

    @pytest.mark.parametrize("name", NAMES)
    def test_what_is_not_fresh_has_a_reason(self, name: str) -> None:
        """A state without a reason helps nobody."""
        assert all(bool(item.reasons) == (item.state != "fresh") for item in Sheet.read(name).play().values())


class TestReasons:
    def test_a_stale_cell_names_the_variable_and_the_cell(self) -> None:
        """The reader knows what to run again."""
        session = Session()
        for source, cell in (("n = 1", "a"), ("print(n)", "b"), ("n = 2", "a")):
            session.run(source, cell)
        assert session.states()["b"].reasons == ("n was made anew by [3] after it ran",)

    def test_a_session_that_was_not_remembered_whole_proves_nothing(self) -> None:
        """What the recorder lost may be what matters."""
        session = Session()
        session.run("n = 1", "a")
        session.history.troubles.append("the recorder failed")
        assert session.states()["a"].state == "unproven"
