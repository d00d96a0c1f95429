"""What the pages say to type does what they say."""

from __future__ import annotations

import re
import shlex
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType, SimpleNamespace

import nbformat
import pytest
import yaml
from sklearn.datasets import load_iris

import jupyter_mlops
from jupyter_mlops import catalog, data
from jupyter_mlops.core import ledger, settings
from jupyter_mlops.core.project import Project
from jupyter_mlops.faces import code, parser
from jupyter_mlops.faces.cli import main
from tests.docs.conftest import RunCells
from tests.docs.pages import PAGES, ROOT, blocks, id_of, lines

TOML = [(page, block) for page in PAGES for block in blocks(page, "toml") if "[tool.jupyter-mlops" in block]


def typed(page: Path) -> list[str]:
    """Return the lines of the page's snippets that say a verb."""
    shell = [*lines(page, "shell"), *re.findall(r"- run: (.*)", "\n".join(blocks(page, "yaml")))]
    said = [line.partition(" | ")[0] for line in shell if line.startswith("jupyter mlops ")]
    return said + [line for line in lines(page, "ipython") if "%mlops " in line]


def check(line: str) -> None:
    """Parse a line and validate what it gives, without running it."""
    words = shlex.split(line.partition("mlops ")[2])
    said = parser.parse(catalog.registry(), words, has_cell=line.startswith("%%"))
    assert said.wants_help or (said.verb and code.call_of(said.verb, said.given))


def errors(node: nbformat.NotebookNode) -> list[str]:
    """Return the tracebacks of a notebook that ran."""
    found = (output for cell in node.cells for output in cell.outputs if output.output_type == "error")
    return ["\n".join(output.traceback) for output in found]


class TestLines:
    @pytest.mark.parametrize("page", [page for page in PAGES if page.stem != "add-a-verb"], ids=id_of)
    def test_every_line_that_a_page_says_is_accepted(self, page: Path) -> None:
        """Verbs, words and options exist, and take such values."""
        for line in typed(page):
            check(line)

    def test_there_are_lines_to_check(self) -> None:
        """In shells, in cells and in jobs."""
        assert {"%mlops rollback iris-kind", "jupyter mlops history tumour"} <= set(typed(ROOT / "README.md"))
        assert "jupyter mlops audit --verify" in typed(ROOT / "docs/how-to/ci.md")

    def test_make_knows_every_target(self) -> None:
        """What the pages tell one to make can be made."""
        said = {
            line.split()[1] for page in PAGES for line in lines(page, "shell") if line.startswith("make ")
        }
        assert said
        assert said <= set(re.findall(r"^(\w+):", (ROOT / "Makefile").read_text(), re.MULTILINE)) | {"help"}

    @pytest.mark.parametrize("block", [block for _, block in TOML], ids=[id_of(page) for page, _ in TOML])
    def test_settings_are_settings(self, block: str, tmp_path: Path) -> None:
        """Each name exists, and its value has the right type."""
        (tmp_path / "pyproject.toml").write_text(block)
        _, origins = settings.read(tmp_path)
        assert "pyproject.toml" in origins.values()

    def test_the_server_admin_imposes_settings(self, tmp_path: Path) -> None:
        """As the page on roles writes it."""
        config = SimpleNamespace(MlopsExtension=SimpleNamespace())
        exec(blocks("docs/how-to/roles.md", "python")[0], {"c": config})
        found, _ = settings.read(tmp_path, config.MlopsExtension.imposed)
        assert (found.default_role, found.roles) == ("viewer", {"ada": "approver"})

    def test_the_job_is_yaml_with_steps(self) -> None:
        """GitHub Actions can read it."""
        job = yaml.safe_load(blocks("docs/how-to/ci.md", "yaml")[0])["jobs"]["train"]
        assert [step for step in job["steps"] if "jupyter mlops run" in step.get("run", "")]


class TestFirstNotebook:
    def test_it_ends_with_the_first_version_serving(self, folder: Path, run_cells: RunCells) -> None:
        """README's twelve lines: a snapshot, a run, two versions, and a champion that came back."""
        cells = blocks("README.md", "ipython")
        assert len("".join(cells).splitlines()) == 12
        assert errors(run_cells(cells)) == []
        project = Project.open(folder)
        champion = project.tracker.resolve("iris-kind@champion")
        assert (champion.version, champion.tags["jupyter_mlops.snapshots"]) == (1, "iris@1")
        assert len(project.tracker.versions("iris-kind")) == 2
        with project.store.read() as connection:
            assert ledger.verify(connection)[1] == []
        mlops = jupyter_mlops.open(folder)
        assert mlops.load("iris@1").equals(load_iris(as_frame=True).frame)


class TestRecordAScript:
    def test_the_page_leads_to_a_model_that_serves(self, folder: Path) -> None:
        """From an empty folder with a table and the page's own script."""
        page = "docs/how-to/record-a-script.md"
        load_iris(as_frame=True).frame.to_csv("iris.csv", index=False)
        Path("train.py").write_text(blocks(page, "python")[0])
        for line in blocks(page, "shell")[1].splitlines():
            assert main(shlex.split(line)[2:]) == 0, line
        tracker = Project.open(folder).tracker
        assert tracker.resolve("iris-kind@champion").version == 1
        assert [run.name for run in tracker.runs().runs] == ["forest"]


class TestRoles:
    def test_the_refusal_reads_as_the_page_shows_it(
        self, folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """With the page's settings, somebody who is not named may not promote."""
        page = "docs/how-to/roles.md"
        Path("pyproject.toml").write_text(blocks(page, "toml")[0])
        monkeypatch.setenv("LOGNAME", "root")
        assert main(["promote", "churn@2"]) == 5
        assert capsys.readouterr().err == blocks(page, "text")[0]


class TestTrust:
    def test_a_transformer_is_refused_then_admitted(self, folder: Path, run_cells: RunCells) -> None:
        """The refusal reads as the page shows it, and the page's line answers it."""
        page = "docs/how-to/trust.md"
        Path("features.py").write_text(blocks(page, "python")[0])
        consented, notebook = blocks(page, "ipython")
        opening = "%load_ext jupyter_mlops\n%mlops init"
        ran = run_cells([opening, notebook, "%mlops register model iris-kind", consented])
        assert errors(ran) == [blocks(page, "text")[0].rstrip()]
        assert Project.open(folder).tracker.resolve("iris-kind@1").name == "iris-kind"


@pytest.fixture
def missing(monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    """The verb of the page, as if its file lay where the page puts it."""
    source, named, _ = blocks("docs/develop/add-a-verb.md", "python")
    module = ModuleType("jupyter_mlops.data.missing")
    monkeypatch.setitem(sys.modules, module.__name__, module)
    exec(source, vars(module))
    names: dict[str, tuple[str, ...]] = {}
    exec(named, names)
    monkeypatch.setattr(data, "VERBS", (*data.VERBS, *names["VERBS"][1:]))
    catalog.registry.cache_clear()
    yield module
    catalog.registry.cache_clear()


class TestAddAVerb:
    def test_the_command_line_has_it(
        self, missing: ModuleType, here: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """Parsed, run and shown, as the page's first line says it."""
        Path("customers.csv").write_text("age,name\n31,ada\n,bo\n")
        assert main(["snapshot", "customers.csv", "customers"]) == 0
        assert main(shlex.split(blocks("docs/develop/add-a-verb.md", "shell")[0])[2:]) == 0
        assert "1 columns of customers@1 lack values" in capsys.readouterr().out

    def test_its_own_test_passes(self, missing: ModuleType, project: Project) -> None:
        """The specification on the page holds."""
        names: dict[str, type] = {}
        exec(blocks("docs/develop/add-a-verb.md", "python")[2], names)
        names["TestMissing"]().test_it_names_the_columns_that_lack_values(project)
