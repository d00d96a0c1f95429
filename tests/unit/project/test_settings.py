"""settings: every value, and where it came from."""

from __future__ import annotations

import pytest

from jupyter_mlops.core.project import Project
from jupyter_mlops.project.settings import settings


class TestSettings:
    def test_each_value_has_its_origin(self, project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
        """Default, file or environment is named."""
        (project.root / "pyproject.toml").write_text("[tool.jupyter-mlops]\nexperiment = 'shop'\n")
        monkeypatch.setenv("JUPYTER_MLOPS_CELL_TIMEOUT_S", "60")
        origins = {item.name: (item.value, item.origin) for item in settings(project).items}
        assert origins["experiment"] == ("shop", "pyproject.toml")
        assert origins["cell_timeout_s"] == ("60.0", "environment")
        assert origins["runner"][1] == "default"

    def test_a_password_is_masked(self, project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
        """The store's address is shown without its secret."""
        monkeypatch.setenv("JUPYTER_MLOPS_STORE_URL", "postgresql://ann:s3cret@db/shop")
        shown = str(settings(project))
        assert "postgresql://ann:***@db/shop" in shown
        assert "s3cret" not in shown
