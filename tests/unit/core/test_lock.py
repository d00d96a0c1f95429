"""A lock that many share, or one has alone."""

from __future__ import annotations

import os
import signal
from multiprocessing import get_context

import pytest

from jupyter_mlops.core.errors import Conflict, Unavailable
from jupyter_mlops.core.lock import exclusive, shared

FORK = get_context("fork")


class TestLock:
    def test_many_share_it(self, tmp_path):
        """Who shares does not wait for others who share."""
        with shared(tmp_path / "l", wait_s=0), shared(tmp_path / "l", wait_s=0):
            pass

    @pytest.mark.parametrize(
        ("first", "then"), [(shared, exclusive), (exclusive, shared), (exclusive, exclusive)]
    )
    def test_one_has_it_alone(self, tmp_path, first, then):
        """Who waits too long is told."""
        with (
            first(tmp_path / "l"),
            pytest.raises(Conflict, match="has been at work"),
            then(tmp_path / "l", wait_s=0),
        ):
            pass
        with then(tmp_path / "l", wait_s=0):
            pass

    def test_it_goes_with_its_process(self, tmp_path):
        """A holder that was killed leaves nothing to clear up."""

        def hold() -> None:
            with exclusive(tmp_path / "l"):
                os.kill(os.getpid(), signal.SIGKILL)

        child = FORK.Process(target=hold)
        child.start()
        child.join(20)
        with exclusive(tmp_path / "l", wait_s=0):
            pass

    def test_a_place_that_cannot_be_written(self, tmp_path):
        """It is one sentence."""
        with pytest.raises(Unavailable, match="cannot be opened"), shared(tmp_path / "no" / "l"):
            pass
