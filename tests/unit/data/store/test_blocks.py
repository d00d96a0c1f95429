"""Numbers and bytes come back from their blocks, in fewer bytes where that pays."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from jupyter_mlops.data.store.blocks import Reader, Writer

KINDS = ("u1", "u2", "u4", "u8", "i1", "i2", "i4", "i8")


def back(values: np.ndarray) -> tuple[np.ndarray, int]:
    """Write and read numbers; return them and the bytes between."""
    writer = Writer()
    spec = writer.numbers(values)
    content = b"".join(writer.blobs)
    return Reader(memoryview(content)).numbers(spec, values.dtype.str[1:]), len(content)


class TestNumbers:
    @given(st.sampled_from(KINDS).flatmap(lambda kind: arrays(kind, st.integers(0, 50))))
    @settings(deadline=None, max_examples=200)
    def test_any_come_back(self, values):
        """Whatever their range, none is changed."""
        found, _ = back(values)
        assert found.dtype == values.dtype
        assert found.tolist() == values.tolist()

    @pytest.mark.parametrize(
        ("values", "most"),
        [
            (np.arange(1_000) + 10**15, 2_000),
            (1_767_225_600_000_000 + np.random.default_rng(1).integers(0, 10**7, 1_000) * 10**6, 4_000),
            (np.full(100_000, -5), 100),
            (np.array([-(2**63), 2**63 - 1]), 16),
        ],
    )
    def test_in_few_bytes(self, values, most):
        """Far numbers close together are narrow, and so are moments in microseconds that are whole seconds."""
        found, size = back(values)
        assert found.tolist() == values.tolist()
        assert size <= most


class TestContent:
    @pytest.mark.parametrize("content", [b"", b"x", b"ab" * 100_000, np.random.default_rng(0).bytes(200_000)])
    def test_comes_back(self, content):
        """What does not compress is kept as it is."""
        writer = Writer()
        spec = writer.content(content)
        assert bytes(Reader(memoryview(b"".join(writer.blobs))).content(spec)) == content
        assert spec[1] <= len(content)
