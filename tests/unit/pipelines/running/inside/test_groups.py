from __future__ import annotations

import json

from jupyter_mlops.pipelines.running.inside.freeze import Frozen
from jupyter_mlops.pipelines.running.inside.groups import Group, joined


def groups(**ids: set[int]) -> list[list[str]]:
    """Join variables that hold these objects, and return the groups in order."""
    frozen = {name: Frozen() for name in ids}
    for name, held in ids.items():
        frozen[name].ids = held
    return sorted(sorted(group) for group in joined(frozen))


class TestJoined:
    def test_what_shares_nothing_is_kept_by_itself(self) -> None:
        """One that cannot be kept then takes no other with it."""
        assert groups(a={1}, b={2}, c=set()) == [["a"], ["b"], ["c"]]

    def test_what_shares_an_object_is_kept_together(self) -> None:
        """Or it would be two objects when it is restored."""
        assert groups(a={1, 7}, b={2}, c={7}) == [["a", "c"], ["b"]]

    def test_sharing_passes_on(self) -> None:
        """The last one shares with both, which share nothing with each other."""
        assert groups(a={1}, b={2}, c={1, 2}) == [["a", "b", "c"]]

    def test_a_long_chain_is_one_group(self) -> None:
        """Whatever the order in which its links are met."""
        links: dict[str, set[int]] = {f"v{number}": {number, number + 1} for number in (4, 0, 2, 1, 3)}
        assert groups(**links) == [["v0", "v1", "v2", "v3", "v4"]]


class TestGroup:
    def test_it_passes_the_wire(self) -> None:
        """As JSON, the same in both directions."""
        group = Group(frozenset("ab"), [("d1", 3)], frozenset({"f"}), why="", is_handle=True)
        back = Group.of(json.loads(json.dumps(group.wire())))
        assert back.names == group.names
        assert back.refers == group.refers
        assert back.is_handle
        assert [tuple(blob) for blob in back.blobs] == group.blobs
