"""Validate says whether a table keeps its contract, and which rows do not."""

from __future__ import annotations

import pandas as pd
import pytest

from jupyter_mlops.checks.validate import validate
from jupyter_mlops.core import door, ledger
from jupyter_mlops.core.errors import Invalid, NotFound, Refused
from jupyter_mlops.core.project import Project
from jupyter_mlops.core.verb import verb_of
from jupyter_mlops.data.snapshot import snapshot
from jupyter_mlops.faces.cli import main
from jupyter_mlops.faces.script import Script

FRAME = pd.DataFrame({"age": [31.0, -4.0, 200.0, None], "name": ["ada", "bob", "eve", "joe"]})
RULES = "[columns.age]\nrange = [0, 120]\n"


@pytest.fixture
def shop(project: Project) -> Project:
    (project.root / "shop.contract.toml").write_text(RULES)
    snapshot(project, FRAME, "shop")
    return project


class TestSubject:
    def test_a_snapshot_keeps_its_datasets_contract(self, shop):
        """Each finding with its count, its rows and their values."""
        report = validate(shop, "shop")
        assert [(item.subject, item.count, item.rows, item.sample) for item in report.findings] == [
            ("age", 1, (1,), ("-4.0",)),
            ("age", 1, (2,), ("200.0",)),
        ]
        assert (report.subject, report.verdict) == ("shop@1", "failed")

    def test_a_table_keeps_the_contract_that_is_named(self, shop):
        """Before it becomes a version."""
        assert validate(shop, FRAME.head(1), dataset="shop").headline == "the table passed 1 check"

    def test_without_a_contract_there_is_nothing_to_ask(self, project):
        """Said, with the next step; never passed."""
        snapshot(project, FRAME, "free")
        with pytest.raises(NotFound, match=r"No contract free\.contract\.toml") as missing:
            validate(project, "free")
        assert missing.value.hint == "Propose one with `%mlops expect free`."
        with pytest.raises(Invalid, match="of no dataset"):
            validate(project, FRAME)

    def test_personal_values_are_masked(self, shop):
        """The rows are named, the values not."""
        (shop.root / "shop.contract.toml").write_text("[columns.mail]\nlength = 3\n")
        frame = pd.DataFrame({"mail": ["ada@shop.example"] * 5})
        (finding,) = validate(shop, frame, dataset="shop").findings
        assert (finding.rows, set(finding.sample)) == ((0, 1, 2, 3, 4), {"•••"})


class TestRules:
    def test_a_file_may_be_named(self, shop):
        """Instead of the dataset's own."""
        path = shop.root / "strict.toml"
        path.write_text("[columns.age]\nnullable = false\n")
        report = validate(shop, "shop", Script(path, shop.root))
        assert [item.check for item in report.findings] == ["nullable"]

    def test_what_is_wrong_in_it_is_said(self, shop):
        """With the file's name."""
        path = shop.root / "strict.toml"
        path.write_text("columns.age.rnage = 1")
        with pytest.raises(Invalid, match=r"strict\.toml: columns\.age\.rnage: no rule"):
            validate(shop, "shop", Script(path, shop.root))


class TestGate:
    def test_what_does_not_pass_is_refused_with_its_report(self, shop):
        """So that a pipeline stops."""
        with pytest.raises(Refused, match="1 of 4 rows are below 0, and 1 more") as refused:
            validate(shop, "shop", gate=True)
        assert refused.value.report == validate(shop, "shop")

    def test_what_cannot_be_told_is_refused_too(self, shop):
        """Unknown is not passed."""
        (shop.root / "shop.contract.toml").write_text("[columns.gone]\nunique = true\n")
        with pytest.raises(Refused, match="there is no column 'gone'"):
            validate(shop, "shop", gate=True)

    def test_what_passes_passes(self, shop):
        """And answers as without."""
        assert validate(shop, FRAME.head(1), dataset="shop", gate=True).is_well

    def test_a_refusal_is_in_the_ledger(self, shop):
        """Though it only reads."""
        verb = verb_of(validate)
        assert verb is not None
        with pytest.raises(Refused):
            door.enter(shop, verb, {"subject": "shop", "gate": True})
        with shop.store.read() as connection:
            last = list(ledger.entries(connection))[-1]
        assert (last.verb, last.outcome) == ("validate", "refused")


class TestFaces:
    @pytest.mark.parametrize(
        ("words", "code"),
        [(["shop"], 1), (["shop", "--gate"], 5), (["shop", "loose.toml"], 0), (["nobody"], 3)],
        ids=["findings", "gate", "passes", "no such"],
    )
    def test_the_exit_code_tells(self, shop, monkeypatch, capsys, words, code):
        """For scripts and CI."""
        (shop.root / "loose.toml").write_text("[columns.age]\nrange = [-10, 300]\n")
        monkeypatch.chdir(shop.root)
        assert main(["validate", *words]) == code
        capsys.readouterr()
