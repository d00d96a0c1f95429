"""magics: says what the notebook offers; the magic face does it (tests/faces/test_magic.py)."""

from __future__ import annotations

from jupyter_mlops.core.project import Project
from jupyter_mlops.project.magics import magics


class TestMagics:
    def test_it_says_how_verbs_can_be_typed(self, project: Project) -> None:
        """By default it only tells."""
        assert "%mlops VERB" in str(magics(project))
        assert "%snapshot" in str(magics(project, "on"))
