"""One value of each kind is known of a version, and none of one that is no more."""

from __future__ import annotations

from jupyter_mlops.data.versions import facts


class TestFacts:
    def test_the_latest_value_counts(self, project):
        """Written over, read back, listed by kind, cleared."""
        with project.change() as connection:
            facts.put(connection, "people", 1, "recipe", {"a": 1})
            facts.put(connection, "people", 1, "recipe", {"a": 2})
            facts.put(connection, "people", 2, "personal", {"columns": []})
            assert facts.get(connection, "people", 1, "recipe") == {"a": 2}
            assert facts.get(connection, "people", 2, "recipe") is None
            assert facts.of_kind(connection, "recipe") == {("people", 1): {"a": 2}}
            assert facts.of_kind(connection, "recipe", "others") == {}
            facts.clear(connection, "people", 1)
            assert facts.get(connection, "people", 1, "recipe") is None
