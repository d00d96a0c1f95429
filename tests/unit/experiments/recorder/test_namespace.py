"""The user's variables among the shell's own: found however the names come and go."""

from __future__ import annotations

import random

from jupyter_mlops.experiments.recorder.namespace import Variables, is_own


class TestVariables:
    def test_the_shells_own_names_are_left_out(self) -> None:
        """However many they are."""
        names: dict[str, object] = {f"_i{number}": "" for number in range(5_000)} | {"In": [], "a": 1}
        found = Variables(names)
        assert found.held() == {"a": 1}
        names |= {"_i5001": "", "b": 2}
        assert found.held() == {"a": 1, "b": 2}

    def test_any_course_of_changes_is_seen(self) -> None:
        """Bound, deleted, bound again, cleared: as a look at every name would see it."""
        chance, names = random.Random(0), dict[str, object]()
        found = Variables(names)
        for turn in range(2_000):
            for _ in range(chance.randrange(4)):
                name = chance.choice(["a", "b", "c", "d", "_i1", "_i2", f"_i{turn}", "_"])
                if chance.random() < 0.4:
                    names.pop(name, None)
                else:
                    names[name] = turn
            if chance.random() < 0.01:
                names.clear()
            assert found.held() == {name: value for name, value in names.items() if not is_own(name)}

    def test_it_is_the_same_only_with_the_very_objects(self) -> None:
        """Equal is not the same."""
        names: dict[str, object] = {"a": [1]}
        found = Variables(names)
        held = found.held()
        assert found.is_same(held)
        names["a"] = [1]
        assert not found.is_same(held)

    def test_a_name_that_is_no_text(self) -> None:
        """`globals()[5] = 5` is nobody's variable."""
        names: dict[str, object] = {}
        names[5] = 5  # type: ignore[index]  # the point of it
        assert Variables(names).held() == {}
