"""What the page on schedules shows works as it stands."""

from __future__ import annotations

import time
import urllib.request
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest

from jupyter_mlops.core.project import Project
from jupyter_mlops.pipelines.schedule import schedule
from jupyter_mlops.pipelines.scheduling.hook import verify
from tests.docs.pages import blocks
from tests.notebooks.builder import write_notebook

PAGE = "docs/how-to/schedule.md"


def test_the_file_makes_the_schedules_that_the_page_names(here: Path) -> None:
    """Its own triggers, by their names."""
    write_notebook(here / "train.ipynb", "print(days)", parameters="days: int = 7")
    (here / "retrain.pipeline.toml").write_text(blocks(PAGE, "toml")[0])
    made = schedule(Project.open(here), "retrain")
    assert [one.name for one in made.schedules] == ["retrain.nightly", "retrain.new-data"]


def test_the_call_is_signed_as_it_should_be(monkeypatch: pytest.MonkeyPatch) -> None:
    """The page's own function, held against what the server checks."""
    sent: list[urllib.request.Request] = []

    def urlopen(request: urllib.request.Request, timeout: float) -> SimpleNamespace:
        assert timeout
        sent.append(request)
        return SimpleNamespace(status=202)

    monkeypatch.setattr(urllib.request, "urlopen", urlopen)
    page: dict[str, Callable[..., int]] = {}
    exec(blocks(PAGE, "python")[0], page)
    assert page["call"]("http://localhost/hooks/hook", "a secret of some length", days=3) == 202
    headers = {name.lower(): value for name, value in sent[0].header_items()}
    body = sent[0].data
    assert isinstance(body, bytes)
    assert verify((b"a secret of some length",), headers, body, time.time())
