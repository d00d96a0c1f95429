from __future__ import annotations

import asyncio
import sys
from pathlib import Path

import pytest
from jupyter_client.kernelspec import KernelSpec

from jupyter_mlops.pipelines.running.agent import AgentLost
from jupyter_mlops.pipelines.running.kernel import Kernel
from jupyter_mlops.pipelines.running.kernel_session import KernelSession, Surroundings


def starts_until_told(source: str, folder: Path) -> int:
    """Return how often a kernel that runs *source* is started before we hear that it died."""
    command = [sys.executable, "-ISc", f"open('starts', 'a').write('.'); {source}"]
    kernel = Kernel("broken", KernelSpec(argv=command, display_name="Broken", language="python"))

    async def start() -> None:
        session = KernelSession(Surroundings(kernel, folder))
        try:
            with pytest.raises(AgentLost, match="died"):
                await session.start()
        finally:
            await session.close(is_lost=True)

    asyncio.run(start())
    return len((folder / "starts").read_text())


class TestDeathBeforeItIsReady:
    def test_it_is_told_at_once(self, tmp_path: Path) -> None:
        """A crash is no race for a port: another start would not mend it."""
        assert starts_until_told("import os; os.abort()", tmp_path) == 1

    def test_a_port_that_somebody_took_is_forgiven_once(self, tmp_path: Path) -> None:
        """Python ends with an error then: others are chosen."""
        assert starts_until_told("raise SystemExit(1)", tmp_path) == 2
