"""The live channel: one tail for the whole server, hints without values."""

from __future__ import annotations

import io
import json
import logging
from pathlib import Path

import pandas as pd
import pytest
from jsonschema import ValidationError
from jupyter_events import EventLogger

from jupyter_mlops.core.project import Project
from jupyter_mlops.faces import events
from jupyter_mlops.faces.events import CHANGED, PROGRESS, Feed
from jupyter_mlops.faces.facade import Facade
from jupyter_mlops.pipelines.durable import frozen, state
from jupyter_mlops.pipelines.durable.launch import launch
from jupyter_mlops.pipelines.file import document
from tests.notebooks.builder import write_notebook

Emitted = list[tuple[str, dict[str, object]]]


@pytest.fixture
def feed(here: Path) -> tuple[Feed, Emitted]:
    """A feed on a project with one line, and what it emits from there on."""
    Facade(here).snapshot(pd.DataFrame({"a": [1]}), "customers")
    emitted: Emitted = []
    feed = Feed(here, lambda schema, data: emitted.append((schema, data)))
    feed.look()
    return feed, emitted


class TestFeed:
    def test_a_new_line_is_told_by_number_and_verb(self, feed: tuple[Feed, Emitted], here: Path) -> None:
        """Another process writes; the next look says what kind of thing changed, and no values."""
        tail, emitted = feed
        Facade(here).snapshot(pd.DataFrame({"a": ["secret"]}), "customers")
        tail.look()
        assert emitted == [(CHANGED, {"upto": 2, "verbs": ["snapshot"]})]

    def test_an_execution_that_goes_on_is_told(self, feed: tuple[Feed, Emitted], here: Path) -> None:
        """Its steps have no lines in the ledger; the panel hears of them all the same."""
        tail, emitted = feed
        project = Project(here)
        write_notebook(here / "train.ipynb", "print(1)")
        notebook = document.find(here, "train.ipynb")
        execution = launch(project, frozen.of_notebook(project, notebook), {})
        tail.look()
        with project.store.write() as connection:
            state.change(connection, execution, project.clock.now(), status="running")
        tail.look()
        assert emitted == [(CHANGED, {"upto": 1, "verbs": ["executions"]})] * 2

    def test_nothing_new_is_not_told(self, feed: tuple[Feed, Emitted]) -> None:
        """Looking is quiet, and what was there before is no news."""
        tail, emitted = feed
        tail.look()
        assert emitted == []

    def test_a_folder_that_becomes_a_project_is_found(self, tmp_path: Path) -> None:
        """A server may be there before the project is."""
        (tmp_path / ".git").mkdir()
        emitted: Emitted = []
        tail = Feed(tmp_path, lambda schema, data: emitted.append((schema, data)))
        slow = tail.look()
        Project.create(tmp_path)
        tail.look()
        Facade(tmp_path).snapshot(pd.DataFrame({"a": [1]}), "customers")
        assert tail.look() < slow
        assert emitted == [(CHANGED, {"upto": 1, "verbs": ["snapshot"]})]

    @pytest.mark.parametrize(
        ("schema", "data"),
        [
            (CHANGED, {"upto": 2, "verbs": ["snapshot"]}),
            (PROGRESS, {"job": "x", "state": "running", "done": 1, "total": 2}),
        ],
    )
    def test_what_is_emitted_fits_its_schema_and_nothing_more_does(
        self, schema: str, data: dict[str, object]
    ) -> None:
        """Jupyter's own logger passes both kinds on, and refuses a value beside what they hold."""
        kept = io.StringIO()
        logger = EventLogger(handlers=[logging.StreamHandler(kept)])
        events.register(logger)
        logger.emit(schema_id=schema, data=data)
        assert json.loads(kept.getvalue())["__schema__"] == schema
        with pytest.raises(ValidationError):
            logger.emit(schema_id=schema, data={**data, "value": "secret"})
