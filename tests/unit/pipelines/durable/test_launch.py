from __future__ import annotations

import pytest

from jupyter_mlops.pipelines.durable.launch import Cause, CauseKind


class TestCause:
    @pytest.mark.parametrize(
        ("kind", "what", "reference", "slot", "told"),
        [
            ("manual", "", "", "", ""),
            ("manual", "triggered by ada", "", "", "triggered by ada"),
            ("file", "file inbox/a.csv", "inbox/a.csv", "", "file inbox/a.csv"),
            ("snapshot", "snapshot nums@1", "snapshot:nums@1", "", "snapshot nums@1"),
            ("sweep", "", "20261101-120000-abcdef01", "", "sweep 20261101-120000-abcdef01"),
            ("cron", "", "", "2026-11-01T06:00:00+00:00", "cron 2026-11-01T06:00:00+00:00"),
        ],
    )
    def test_each_word_is_said_once(
        self, kind: CauseKind, what: str, reference: str, slot: str, told: str
    ) -> None:
        """What fired names itself; somebody who just asks is nobody's news."""
        assert Cause(kind=kind, what=what, reference=reference, slot=slot).told == told
