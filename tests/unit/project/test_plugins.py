"""plugins: what is plugged in, built-ins included."""

from __future__ import annotations

from jupyter_mlops.core.project import Project
from jupyter_mlops.project.plugins import plugins


class TestPlugins:
    def test_the_built_ins_register_as_others_do(self, project: Project) -> None:
        """Tracker and runner come in by entry point, each with its package."""
        found = {(item.group, item.name): item.package for item in plugins(project).items}
        assert found["trackers", "mlflow"].startswith("jupyter-mlops ")
        assert found["runners", "papermill"].startswith("jupyter-mlops ")
