"""The verbs of data in a real shell and on the command line: variables, functions of cells, files, references."""

from __future__ import annotations

import shlex
from pathlib import Path

import pandas as pd
import pytest

from jupyter_mlops import catalog
from jupyter_mlops.core import ledger
from jupyter_mlops.core.errors import Invalid, NotFound
from jupyter_mlops.core.project import Project
from jupyter_mlops.faces import completion
from jupyter_mlops.faces.cli import main
from tests.faces.shell import Notebook

FRAME = "import pandas as pd; df = pd.DataFrame({'id': [1, 2], 'email': ['ada@web.de', 'bob@web.de'], 'n': [1, 2]})"
MAKER = """FACTOR = 10

class Scale:
    def __init__(self, by):
        self.by = by

def features(people, shift=0):
    return pd.DataFrame({'id': people.id, 'n': people.n * Scale(FACTOR).by + shift})"""


class TestCells:
    def test_a_variable_or_a_reference(self, notebook: Notebook) -> None:
        """Either side of a diff may be either; a bare word that is no variable is a dataset."""
        notebook.say(FRAME)
        notebook.say("%mlops snapshot df people --pii allow")
        notebook.say("df.loc[0, 'n'] = 7")
        found = notebook.say("%mlops diff people df --key id")
        assert (found.before, found.after, found.changed) == ("people@1", "the second table", 1)
        assert "•••" not in notebook.texts()
        with pytest.raises(NotFound, match="No dataset is called 'persons'"):
            raise notebook.fails("%mlops diff persons df")

    def test_a_function_of_a_cell(self, notebook: Notebook) -> None:
        """With a class and a constant of the cell; made again after the notebook is gone."""
        notebook.say(FRAME)
        notebook.say("%mlops snapshot df people --pii allow")
        notebook.say(MAKER)
        notebook.say("%mlops derive features --source people --using features -p shift=1")
        notebook.say("del features, Scale, FACTOR, pd")
        notebook.say("df.loc[0, 'n'] = 7")
        notebook.say("%mlops snapshot df people --pii allow")
        assert notebook.say("%mlops derive features --again").ref == "features@2"
        assert notebook.say("%mlops load features")["n"].tolist() == [71, 21]

    def test_a_function_that_leans_on_a_table_of_the_notebook(self, notebook: Notebook) -> None:
        """Refused in one sentence, with what to do instead."""
        notebook.say(FRAME)
        notebook.say("%mlops snapshot df people --pii allow")
        notebook.say("def lookup(people):\n    return people.merge(df)")
        with pytest.raises(Invalid, match=r"lookup leans on df, a DataFrame of the notebook.*--source"):
            raise notebook.fails("%mlops derive features --source people --using lookup")

    def test_a_point_in_time_join_answers_a_table(self, notebook: Notebook) -> None:
        """It is assigned like any other."""
        notebook.say(FRAME)
        notebook.say("later = df.assign(n=df.n + 1)")
        notebook.say("x = %mlops asof later df --time n --by id")
        assert notebook.user_ns["x"]["email_then"].tolist() == ["ada@web.de", "bob@web.de"]

    def test_both_are_offered(self, notebook: Notebook) -> None:
        """Variables and snapshots where either will do; functions and estimators for a recipe."""
        notebook.say(FRAME)
        notebook.say("%mlops snapshot df people --pii allow")
        project, registry = Project.open(), catalog.registry()
        variables = notebook.user_ns | {"make": lambda: None}
        offered = completion.candidates(
            registry, ["diff"], "", project=lambda _: project, variables=variables
        )
        assert {"df", "people@1"} <= set(offered)
        makers = completion.candidates(registry, ["derive", "--using"], "m", variables=variables)
        assert makers == ["make"]

    def test_leaks_of_two_variables(self, notebook: Notebook) -> None:
        """The report shows itself, personal values hidden."""
        notebook.say(FRAME)
        report = notebook.say("%mlops leaks df df --target n --ignore id")
        assert [item.check for item in report.findings] == ["overlap"]
        assert "ada@web.de" not in notebook.texts()


class TestShell:
    @pytest.fixture(autouse=True)
    def _here(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.chdir(tmp_path)
        Project.create(tmp_path)
        pd.DataFrame({"id": [1, 2], "email": ["ada@web.de", "bob@web.de"]}).to_csv("people.csv", index=False)
        Path("features.py").write_text("def ids(people):\n    return people[['id']] * 2\n")

    def test_the_way_of_a_table(self, capsys: pytest.CaptureFixture[str]) -> None:
        """Kept with a warning, masked, derived from, forgotten, compared; no value in sight."""
        for line in (
            "snapshot people.csv people",
            "mask people --how keep-format",
            "derive twice --source people --using features.py:ids",
            "forget people email ada@web.de",
            "diff people@1 people.csv",
            "load people-masked",
            "audit",
        ):
            assert main(shlex.split(line)) == 0, line
        shown = capsys.readouterr().out
        assert "personal  email: email" in shown
        assert "ada@web.de" not in shown
        assert "bob@web.de" not in shown
        assert "1 added" in shown

    def test_the_value_is_in_no_line_of_the_ledger(self) -> None:
        """Whatever becomes of the call."""
        main(["snapshot", "people.csv", "people"])
        for words in (["people", "email"], ["gone", "email"], ["people", "gone"]):
            main(["forget", *words, "ada@web.de"])
        with Project.open().store.read() as connection:
            lines = [line.model_dump_json() for line in ledger.entries(connection)]
        assert len(lines) == 4
        assert not any("ada@web.de" in line for line in lines)
