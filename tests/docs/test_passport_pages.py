"""What the pages on passports and dossiers say to write and check does what they say."""

from __future__ import annotations

import json
import tomllib

import numpy as np
from sklearn.linear_model import LogisticRegression

from jupyter_mlops.core.project import Project
from jupyter_mlops.models.dossier import dossier
from jupyter_mlops.models.passport.write import passport, write_passport
from jupyter_mlops.models.register import register
from tests.docs.pages import ROOT, blocks

PASSPORT, DOSSIER = ROOT / "docs/how-to/passport.md", ROOT / "docs/how-to/dossier.md"
FORMAT = ROOT / "docs/concepts/passport-format.md"


def registered(project: Project) -> None:
    """Register a model of the pages' name."""
    register(project, LogisticRegression().fit(np.arange(8.0).reshape(4, 2), [0, 1, 0, 1]), "iris-kind")


class TestPages:
    def test_the_files_of_statements_are_read(self, project: Project) -> None:
        """What the pages write into cards/iris-kind.toml fills the points that they name."""
        registered(project)
        (project.root / "cards").mkdir()
        for page in (PASSPORT, DOSSIER):
            (text,) = blocks(page, "toml")
            (project.root / "cards" / "iris-kind.toml").write_text(text)
            found = {point.number: point for point in dossier(project, "iris-kind").points}
            assert found["1(a)"].statements[0].text.endswith("Tell the kind of an iris from its measures.")
            for number, said in tomllib.loads(text).get("points", {}).items():
                assert found[number].statements[0].text == said

    def test_the_format_lists_every_part(self, project: Project) -> None:
        """Neither fewer nor more than there are."""
        registered(project)
        told = FORMAT.read_text().partition("## Parts")[2].partition("## Checking")[0]
        rows = [line.split("|")[1] for line in told.splitlines() if line.startswith("| `")]
        names = {name.strip(" `") for row in rows for name in row.split(",")}
        assert names == set(passport(project, "iris-kind@1").parts)

    def test_the_spelling_is_the_one_that_the_page_gives(self, project: Project) -> None:
        """In one line of Python."""
        registered(project)
        path = project.root / "p.json"
        write_passport(project, "iris-kind@1", path)
        value = json.loads(path.read_bytes())
        assert 'json.dumps(value, sort_keys=True, indent=1, allow_nan=False) + "\\n"' in FORMAT.read_text()
        assert json.dumps(value, sort_keys=True, indent=1, allow_nan=False) + "\n" == path.read_text()
