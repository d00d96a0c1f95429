"""A fresh environment, made by the real uv; and a kernel of another interpreter than this one."""

from __future__ import annotations

import site
import subprocess
import venv
from pathlib import Path

import pytest

from jupyter_mlops.core.errors import Unavailable
from jupyter_mlops.core.project import Project
from jupyter_mlops.experiments.environment import environment
from jupyter_mlops.experiments.recorder.run_record import RecordedEnvironment
from jupyter_mlops.experiments.reproduction.fresh import fresh
from jupyter_mlops.pipelines.file import document
from jupyter_mlops.pipelines.running.papermill import PapermillRunner
from jupyter_mlops.pipelines.running.runner import Job
from tests.notebooks.builder import write_notebook

ASK = "import six, jupyter_mlops, importlib.metadata as m; print(six.__version__, m.version('ipykernel'))"


class TestFresh:
    def test_uv_installs_what_was_recorded_and_says_what_it_cannot(self, tmp_path: Path) -> None:
        """An older version than the one here, and one that no index has."""
        pins = ("six==1.16.0", "jupyter-mlops-was-never-this==1.0", "ipykernel==7.0.0")
        recorded = RecordedEnvironment(
            python=environment().python,
            platform="",
            digest="",
            packages=pins,
            machine="",
            processors=1,
            memory_bytes=1,
        )
        try:
            with fresh(recorded, tmp_path / "env", tmp_path) as made:
                answer = subprocess.run([made.python, "-c", ASK], capture_output=True, text=True, check=True)
                lacking = made.lacking
        except Unavailable as error:
            pytest.skip(f"no index of distributions: {error.message}")
        assert answer.stdout.split() == ["1.16.0", "7.0.0"]
        assert [line.partition(" ")[0] for line in lacking] == ["jupyter-mlops-was-never-this==1.0"]


class TestInterpreter:
    def test_the_cells_run_in_the_one_that_is_given(self, tmp_path: Path) -> None:
        """Whatever kernel the notebook names."""
        venv.create(tmp_path / "other", symlinks=True)
        library = next((tmp_path / "other" / "lib").glob("python*/site-packages"))
        (library / "here.pth").write_text("\n".join(site.getsitepackages()))
        project = Project.create(tmp_path / "shop")
        path = project.root / "where.ipynb"
        write_notebook(path, "import sys\nprint(sys.prefix)")
        output = project.root / "out.ipynb"
        python = tmp_path / "other" / "bin" / "python"
        job = Job(document.read(path, "where.ipynb"), output, 60.0, python=python)
        answer = PapermillRunner(project).run(job, lambda _: None, lambda: False)
        assert answer.failure is None, answer.failure
        assert str(tmp_path / "other") in output.read_text()
