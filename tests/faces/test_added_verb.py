"""Adding a verb touches one file: it then is on every face."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from importlib import invalidate_caches
from pathlib import Path

import pytest

from jupyter_mlops import catalog
from jupyter_mlops.core import ledger
from jupyter_mlops.core.project import Project
from jupyter_mlops.faces import openapi, reference, rest
from jupyter_mlops.faces.cli import main
from jupyter_mlops.faces.facade import Facade
from tests.faces.shell import Notebook

SOURCE = '''
"""Greet somebody."""

from typing import Annotated

from pydantic import Field

from jupyter_mlops.core.project import Project
from jupyter_mlops.core.record import Record
from jupyter_mlops.core.verb import verb


class Greeting(Record):
    """What was said."""

    said: str


@verb("greet", effect="write")
def greet(project: Project, whom: Annotated[str, Field(description="Who is greeted.")], *,
          loud: Annotated[bool, Field(description="Shout.")] = False) -> Greeting:
    """Greet somebody."""
    return Greeting(said=f"Hello {whom.upper() if loud else whom}")
'''


@pytest.fixture
def greet(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Another package that brings one verb, as an installed one would."""
    site = tmp_path / "site"
    info = site / "greetings-1.0.dist-info"
    info.mkdir(parents=True)
    (site / "greetings.py").write_text(SOURCE)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: greetings\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[jupyter_mlops.verbs]\ngreet = greetings:greet\n")
    monkeypatch.syspath_prepend(str(site))
    invalidate_caches()
    catalog.registry.cache_clear()
    yield
    catalog.registry.cache_clear()
    sys.modules.pop("greetings", None)


@pytest.mark.usefixtures("greet")
class TestAddedVerb:
    def test_the_command_line_has_it(self, here: Path, capsys: pytest.CaptureFixture[str]) -> None:
        """Parsed, run, shown, recorded."""
        assert main(["greet", "ada", "--loud", "--json"]) == 0
        assert json.loads(capsys.readouterr().out) == {"said": "Hello ADA"}
        with Project.open().store.read() as connection:
            assert [event.verb for event in ledger.entries(connection)] == ["greet"]

    def test_the_magic_has_it(self, notebook: Notebook) -> None:
        """With its completion."""
        assert notebook.say("%mlops greet ada").said == "Hello ada"
        assert "greet" in notebook.complete("gre", "%mlops gre", 10)[1]

    def test_python_rest_document_and_pages_have_it(self, here: Path) -> None:
        """The other faces are derived from the same function."""
        assert Facade(here).greet("ada", loud=True).said == "Hello ADA"  # type: ignore[attr-defined]
        assert "/jupyter-mlops/v1/greet" in dict(rest.handlers())
        assert "Greeting" in json.dumps(openapi.document(catalog.registry()))
        assert "### greet" in reference.pages(catalog.registry())["verbs.md"]
