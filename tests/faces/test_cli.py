"""The command line: the same verbs, with exit codes for CI."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import text

from jupyter_mlops.core import ledger
from jupyter_mlops.core.project import Project
from jupyter_mlops.faces.cli import main

CSV = "a,b\n1,x\n2,y\n"


class TestSay:
    def test_a_word_is_a_file_in_the_project(self, here: Path, capsys: pytest.CaptureFixture[str]) -> None:
        """A live table is a file here; the answer is readable text."""
        (here / "c.csv").write_text(CSV)
        assert main(["snapshot", "c.csv", "customers"]) == 0
        assert "customers@1" in capsys.readouterr().out

    def test_a_table_is_shown_by_its_first_rows(self, here: Path, capsys: pytest.CaptureFixture[str]) -> None:
        """load answers with a preview."""
        (here / "c.csv").write_text(CSV)
        main(["snapshot", "c.csv", "customers"])
        assert main(["load", "customers@1"]) == 0
        assert "2 rows × 2 columns" in capsys.readouterr().out

    def test_json_is_for_machines(self, here: Path, capsys: pytest.CaptureFixture[str]) -> None:
        """--json prints the wire form and nothing else."""
        assert main(["settings", "--json"]) == 0
        assert json.loads(capsys.readouterr().out)["items"]

    def test_a_script_can_be_recorded(self, here: Path, capsys: pytest.CaptureFixture[str]) -> None:
        """A cell is a file here."""
        (here / "train.py").write_text(
            "from sklearn.linear_model import LinearRegression\n"
            "model = LinearRegression().fit([[0.0], [1.0]], [0.0, 1.0])\n"
        )
        assert main(["record", "train.py", "line"]) == 0
        assert main(["register", "@latest", "line"]) == 0
        assert "line@1" in capsys.readouterr().out


class TestGrammar:
    def test_notebooks_are_read_without_the_grammar_of_iris(self) -> None:
        """Compiling it takes longer than all else that the command line does."""
        loads = "import sys; from jupyter_mlops.faces.cli import main; main(['--version']); import nbformat"
        shown = f"{loads}; print('lark' in sys.modules)"
        done = subprocess.run([sys.executable, "-c", shown], capture_output=True, text=True, check=True)
        assert done.stdout.split()[-1] == "False"

    def test_a_script_may_have_it(self, here: Path) -> None:
        """What we do without, a script's own imports find."""
        (here / "train.py").write_text("import sys\nassert 'rfc3987_syntax' not in sys.modules\n")
        assert main(["record", "train.py", "line"]) == 0


class TestScript:
    def test_what_a_script_reads_through_python_is_its_data(
        self, here: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """A script that loads a snapshot itself is recorded with it."""
        (here / "c.csv").write_text(CSV)
        main(["snapshot", "c.csv", "customers"])
        (here / "train.py").write_text("import jupyter_mlops\njupyter_mlops.open().load('customers@1')\n")
        assert main(["record", "train.py", "reader"]) == 0
        assert "customers@1" in capsys.readouterr().out.rpartition("Recorded reader")[2]

    def test_its_error_shows_without_ours(self, here: Path, capsys: pytest.CaptureFixture[str]) -> None:
        """The traceback begins in the script, and the exit code is 1."""
        (here / "broken.py").write_text("def divide():\n    return 1 / 0\n\ndivide()\n")
        assert main(["record", "broken.py", "broken"]) == 1
        shown = capsys.readouterr().err
        assert "ZeroDivisionError" in shown
        assert "faces" not in shown


class TestExitCode:
    def test_a_ledger_that_was_changed_is_one(self, here: Path, capsys: pytest.CaptureFixture[str]) -> None:
        """A bad verdict is no error, and yet CI must see it."""
        (here / "c.csv").write_text(CSV)
        main(["snapshot", "c.csv", "customers"])
        assert main(["audit", "--verify"]) == 0
        with Project.open(here).store.write() as connection:
            connection.execute(text("DROP TRIGGER ledger_no_update"))
            connection.execute(text("UPDATE ledger SET actor = 'eve'"))
        assert main(["audit", "--verify"]) == 1
        assert "line 1 was edited" in capsys.readouterr().out

    def test_hints_are_lines_of_this_face(self, here: Path, capsys: pytest.CaptureFixture[str]) -> None:
        """What comes next can be typed here as it stands."""
        main(["promote", "nobody@1"])
        main(["datasets"])
        shown = capsys.readouterr()
        assert "%mlops" not in shown.out + shown.err
        assert "jupyter mlops snapshot" in shown.out

    @pytest.mark.parametrize(
        ("words", "code", "said"),
        [
            (["settings"], 0, ""),
            (["snapshot", "c.csv"], 2, "name"),
            (["settings", "--colour"], 2, "--colour"),
            (["load", "nobody@1"], 3, "nobody"),
            (["snapshot", "missing.csv", "x"], 3, "missing.csv"),
            (["snapshot", "../c.csv", "x"], 3, "outside the project"),
            (["dance"], 3, "No verb 'dance'"),
        ],
    )
    def test_it_says_what_the_caller_can_do(
        self, here: Path, capsys: pytest.CaptureFixture[str], words: list[str], code: int, said: str
    ) -> None:
        """2 wrong input, 3 not found, 4 conflict, 5 refused, 6 unavailable; one sentence on stderr."""
        assert main(words) == code
        assert said in capsys.readouterr().err

    def test_a_refusal_by_role_is_five(self, here: Path, capsys: pytest.CaptureFixture[str]) -> None:
        """What a role may not do ends with its own code."""
        (here / "pyproject.toml").write_text("[tool.jupyter-mlops]\ndefault-role = 'viewer'\n")
        (here / "c.csv").write_text(CSV)
        assert main(["snapshot", "c.csv", "customers"]) == 5
        assert "needs contributor" in capsys.readouterr().err

    def test_outside_a_project_is_three(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """Not a project: says so, and how to make one."""
        (tmp_path / ".git").mkdir()
        monkeypatch.chdir(tmp_path)
        assert main(["status"]) == 3
        assert "init" in capsys.readouterr().err
        assert main(["init"]) == 0
        assert main(["status"]) == 0


class TestHelp:
    def test_every_verb_is_listed_with_its_sentence(self, capsys: pytest.CaptureFixture[str]) -> None:
        """The overview needs no project."""
        assert main([]) == 0
        shown = capsys.readouterr().out
        assert "promote" in shown
        assert "Point an alias" in shown

    def test_a_verb_explains_its_words(self, capsys: pytest.CaptureFixture[str]) -> None:
        """--help says what each argument is."""
        assert main(["promote", "--help"]) == 0
        assert "churn@champion" in capsys.readouterr().out


class TestComplete:
    def test_the_shell_completes_verbs_and_names(self, here: Path, tmp_path: Path) -> None:
        """argcomplete's protocol answers with what exists."""
        (here / "c.csv").write_text(CSV)
        main(["snapshot", "c.csv", "customers"])
        assert "customers@1" in _completed("jupyter-mlops load cus", tmp_path)
        assert "snapshot" in _completed("jupyter-mlops sna", tmp_path)


def _completed(line: str, folder: Path) -> str:
    answer = folder / "answer"
    environment = os.environ | {
        "_ARGCOMPLETE": "1",
        "_ARGCOMPLETE_STDOUT_FILENAME": str(answer),
        "_ARGCOMPLETE_IFS": "\n",
        "COMP_LINE": line,
        "COMP_POINT": str(len(line)),
        "COMP_TYPE": "9",
    }
    command = [sys.executable, "-m", "jupyter_mlops"]
    subprocess.run(command, env=environment, timeout=60, check=True)
    return answer.read_text()


class TestLineage:
    def test_a_copy_of_a_snapshot_names_its_source(self, here: Path) -> None:
        """What a word on the command line was read from is in the ledger, with its version."""
        (here / "c.csv").write_text(CSV)
        main(["snapshot", "c.csv", "customers"])
        main(["snapshot", "customers@latest", "copy"])
        with Project.open(here).store.read() as connection:
            *_, event = ledger.entries(connection)
        assert event.arguments["table"] == "customers@latest"
        assert (event.inputs, event.outputs) == (("snapshot:customers@1",), ("snapshot:copy@1",))
