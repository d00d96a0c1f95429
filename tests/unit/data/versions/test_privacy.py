"""What is personal is found when a table is kept, and then warned of, masked, refused or allowed."""

from __future__ import annotations

import pandas as pd
import pytest

from jupyter_mlops.core import door, ledger
from jupyter_mlops.core.errors import NotFound, Refused
from jupyter_mlops.core.verb import verb_of
from jupyter_mlops.data.load import load
from jupyter_mlops.data.privacy.scan import hidden_in
from jupyter_mlops.data.snapshot import snapshot
from jupyter_mlops.data.versions import privacy, recipes
from jupyter_mlops.data.versions.resolve import resolve
from jupyter_mlops.data.versions.subject import named

PEOPLE = pd.DataFrame({"email": ["ada@web.de", "bob@web.de"], "spent": [1, 2]})


class TestSnapshot:
    def test_warns_by_default(self, project):
        """The table is kept as it is, and the card names the column and the way out."""
        made = snapshot(project, PEOPLE, "people")
        assert [str(item) for item in made.personal] == ["email: email"]
        assert "email: email" in str(made)
        assert "%mlops mask people@1" in str(made)
        pd.testing.assert_frame_equal(load(project, "people"), PEOPLE)

    def test_masks(self, project):
        """Nothing personal is written at all, and the recipe says what was done."""
        made = snapshot(project, PEOPLE, "people", pii="mask")
        assert not set(load(project, "people")["email"]) & set(PEOPLE["email"])
        with project.store.read() as connection:
            assert recipes.get(connection, made).parameters == {"email": {"how": "hash", "kind": "email"}}

    def test_refuses(self, project):
        """Nothing is kept; a clean table is."""
        with pytest.raises(Refused, match="would hold what looks personal: email: email"):
            snapshot(project, PEOPLE, "people", pii="refuse")
        with pytest.raises(NotFound):
            resolve(project, "people")
        assert snapshot(project, PEOPLE[["spent"]], "people", pii="refuse").is_new

    def test_allows_and_the_ledger_has_why(self, project):
        """No warning; who allowed it, and the reason given, are a line of the ledger."""
        given = {"table": PEOPLE, "name": "people", "pii": "allow", "note": "they agreed"}
        made = door.enter(project, verb_of(snapshot), given)
        assert made.personal == ()
        with project.store.read() as connection:
            line = list(ledger.entries(connection))[-1]
        assert (line.arguments["pii"], line.arguments["note"]) == ("allow", "they agreed")

    def test_the_same_content_is_not_looked_at_again(self, project, monkeypatch):
        """What is known of a version is known."""
        snapshot(project, PEOPLE, "people")
        monkeypatch.setattr(privacy, "scan", lambda _: pytest.fail("looked again"))
        assert [str(item) for item in snapshot(project, PEOPLE, "people").personal] == ["email: email"]


class TestHidden:
    def test_of_a_version_and_of_a_table(self, project):
        """As remembered, even where it was allowed; a table at hand is looked at."""
        snapshot(project, PEOPLE, "people", pii="allow")
        assert privacy.hidden(project, named(project, "people")) == {"email"}
        assert privacy.hidden(project, named(project, PEOPLE)) == {"email"}
        assert hidden_in(PEOPLE[["spent"]]) == frozenset()
