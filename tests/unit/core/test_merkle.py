"""The Merkle tree, against the vectors of RFC 6962's reference implementation and its own definition."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jupyter_mlops.core import merkle
from jupyter_mlops.core.merkle import Tree

LEAVES = [
    bytes.fromhex(text)
    for text in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]
ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]


def definition(leaves: list[bytes]) -> bytes:
    """The tree as section 2.1 of the RFC defines it."""
    if len(leaves) < 2:
        return merkle.leaf(leaves[0]) if leaves else hashlib.sha256().digest()
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    return merkle.node(definition(leaves[:split]), definition(leaves[split:]))


class TestRoot:
    @pytest.mark.parametrize("size", range(1, 9))
    def test_the_reference_vectors(self, size: int) -> None:
        """The roots that certificate logs compute."""
        assert merkle.root_of(LEAVES[:size]).hex() == ROOTS[size - 1]

    @given(st.lists(st.binary(max_size=8), max_size=70))
    def test_growing_is_defining(self, leaves: list[bytes]) -> None:
        """Leaf by leaf, from any saved edge, the root is that of the definition."""
        half = Tree()
        for data in leaves[: len(leaves) // 2]:
            half.add(data)
        tree = Tree(half.size, half.edge)
        for data in leaves[len(leaves) // 2 :]:
            tree.add(data)
        assert tree.root() == definition(leaves)
        assert len(tree.edge) == tree.size.bit_count()


class TestInclusion:
    @pytest.mark.parametrize("size", [1, 2, 3, 5, 8, 13])
    def test_every_leaf_leads_to_the_root_and_nothing_else_does(self, size: int) -> None:
        """Another leaf, place, size or path leads elsewhere."""
        leaves = [bytes([number]) for number in range(size)]
        root = merkle.root_of(leaves)
        for index, data in enumerate(leaves):
            path = merkle.inclusion(leaves, index)
            assert merkle.root_by_inclusion(data, index, size, path) == root
            assert merkle.root_by_inclusion(b"other", index, size, path) != root
            assert merkle.root_by_inclusion(data, size, size, path) is None
            assert merkle.root_by_inclusion(data, index, size, [*path, root]) is None
            for other in set(range(size)) - {index}:
                assert merkle.root_by_inclusion(data, other, size, path) != root


class TestConsistency:
    @pytest.mark.parametrize("size", range(1, 18))
    def test_a_grown_tree_proves_what_it_was(self, size: int) -> None:
        """From every earlier size; not from another root."""
        leaves = [bytes([number]) for number in range(size)]
        new = merkle.root_of(leaves)
        for first in range(1, size + 1):
            old = merkle.root_of(leaves[:first])
            path = merkle.consistency(leaves, first)
            assert merkle.roots_by_consistency(first, size, old, path) == (old, new)
            found = merkle.roots_by_consistency(first, size, b"x" * 32, path)
            assert found is None or found != (b"x" * 32, new)

    @pytest.mark.parametrize(
        ("first", "size", "path"), [(0, 3, []), (4, 3, []), (3, 3, [b"x"]), (3, 7, []), (2, 5, [b"x"] * 9)]
    )
    def test_a_path_that_cannot_be_right_is_none(self, first: int, size: int, path: list[bytes]) -> None:
        """Nothing is computed from nonsense."""
        assert merkle.roots_by_consistency(first, size, b"r" * 32, path) is None
