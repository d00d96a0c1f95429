"""A dossier answers a template's points from evidence, and shows what is not known."""

from __future__ import annotations

import re

import pytest

from jupyter_mlops.core.errors import Conflict, NotFound, Refused
from jupyter_mlops.core.policy import Actor
from jupyter_mlops.core.project import Project
from jupyter_mlops.core.tracker import ModelVersion
from jupyter_mlops.models.dossier import Dossier, dossier
from jupyter_mlops.models.dossiers.points import Point
from tests.fakes import FakeTracker
from tests.unit.models.conftest import Enter, add_version
from tests.unit.models.story import tell

ANNEX_IV = [f"{number}({letter})" for number in (1, 2) for letter in "abcdefgh"] + list("3456789")


@pytest.fixture
def version(project: Project, tracker: FakeTracker, through: Enter) -> ModelVersion:
    return tell(project, tracker, through)


def point(found: Dossier, number: str) -> Point:
    return next(item for item in found.points if item.number == number)


def say(project: Project, text: str) -> None:
    (project.root / "cards").mkdir(exist_ok=True)
    (project.root / "cards" / "churn.toml").write_text(text)


class TestPoints:
    def test_annex_iv_is_asked_in_full(self, project: Project, version) -> None:
        """All its points, numbered as in the Act."""
        assert [item.number for item in dossier(project, "churn").points] == ANNEX_IV

    def test_evidence_stands_on_lines_of_the_ledger(self, project: Project, version) -> None:
        """Each statement names the lines that say so, by number and digest."""
        found = dossier(project, "churn")
        told = {(line.seq, line.hash) for line in found.lines}
        cited = {line for item in found.points for said in item.statements for line in said.lines}
        assert cited == told != set()

    def test_a_gap_says_what_would_fill_it(self, project: Project, version) -> None:
        """The hardware, nobody has told."""
        found = point(dossier(project, "churn"), "1(e)")
        assert (found.state, found.gaps) == ("gap", ("Nothing is known.",))
        assert found.fill == ('Write "1(e)" = "…" under [points] in cards/churn.toml.',)

    def test_what_people_say_fills_it(self, project: Project, version) -> None:
        """From a file of the project, whose digest is told: no evidence knows it."""
        say(project, '[points]\n"1(e)" = "Any laptop."\n')
        found = point(dossier(project, "churn"), "1(e)")
        assert (found.state, found.statements[0].text) == ("answered", "Any laptop.")
        assert "stated in cards/churn.toml (SHA-256 " in found.statements[0].source

    def test_evidence_alone_answers_in_part(self, project: Project, version) -> None:
        """The data are known; how they were labelled is not."""
        assert point(dossier(project, "churn"), "2(d)").state == "partly"

    def test_changes_are_those_of_all_versions(
        self, project: Project, through: Enter, tracker, version
    ) -> None:
        """The life of the model, from the ledger."""
        found = point(dossier(project, "churn"), "6")
        assert found.state == "answered"
        said = found.statements[0]
        assert said.columns == ("when", "who", "verb", "what", "why")
        assert [row[2:] for row in said.rows][:2] == [
            ("register", "churn@1", "first <b>try</b>"),
            ("promote", "churn@1 → champion", "better *than* before"),
        ]

    def test_the_generic_template_is_shorter(self, project: Project, version) -> None:
        """For whoever is not under the Act."""
        found = dossier(project, "churn", template="generic")
        assert point(found, "9").state == "answered"
        assert len(found.points) == 11

    def test_a_bare_name_means_the_champion(self, project: Project, tracker, version) -> None:
        """That is what people meet; without one, the last version."""
        run = tracker.run(version.run or "")
        tracker.register("churn", run, "clf", key="again", tags={})
        assert dossier(project, "churn").version == "churn@1"
        add_version(tracker, "other", 1)
        assert dossier(project, "other").version == "other@1"

    def test_an_unknown_model_is_not_found(self, project: Project) -> None:
        """It is said to be so."""
        with pytest.raises(NotFound):
            dossier(project, "nobody")


class TestHtml:
    def test_it_is_one_file_that_links_to_its_lines(self, project: Project, version) -> None:
        """Nothing to load, and every link leads somewhere."""
        made = dossier(project, "churn", to="html", file="d.html")
        text = (project.root / "d.html").read_text()
        links = set(re.findall(r'href="#([^"]+)"', text))
        assert made.file == "d.html"
        assert links <= set(re.findall(r'id="([^"]+)"', text))
        assert {link for link in links if link.startswith("line-")} == {
            f"line-{line.seq}" for line in made.lines
        }
        assert {link for link in links if link.startswith("point-")} == {
            f"point-{number}" for number in ANNEX_IV
        }
        assert not re.search(r"src=|<script|https?://[^ ]*\.(css|js)", text)

    def test_what_several_points_ask_for_is_said_once(self, project: Project, version) -> None:
        """As a table the first time, and a link to it after."""
        dossier(project, "churn", to="html", file="d.html")
        text = (project.root / "d.html").read_text()
        assert text.count("<h4>Lineage</h4>") > 1
        assert text.count('<th scope="col">came from</th>') == 1
        assert 'As under <a href="#point-2(a)">' in text

    def test_it_begins_with_how_far_it_answers(self, project: Project, version) -> None:
        """Before the first point, each with its state."""
        made = dossier(project, "churn", to="html", file="d.html")
        count = sum(item.state == "answered" for item in made.points)
        text = (project.root / "d.html").read_text()
        assert f"{count} of 23 points are answered," in text.partition("<h2>")[0]

    def test_what_people_typed_is_escaped(self, project: Project, version) -> None:
        """A note is no HTML."""
        say(project, '[points]\n"1(e)" = "<script>alert(1)</script>"\n')
        dossier(project, "churn", to="html", file="d.html")
        text = (project.root / "d.html").read_text()
        assert "<script>" not in text
        assert "&lt;b&gt;try&lt;/b&gt;" in text

    def test_equal_evidence_makes_equal_files(self, project: Project, version) -> None:
        """Byte for byte."""
        for form in ("html", "pdf"):
            for name in ("a", "b"):
                dossier(project, "churn", to=form, file=f"{name}.{form}")
            assert (project.root / f"a.{form}").read_bytes() == (project.root / f"b.{form}").read_bytes()


class TestPdf:
    def test_it_holds_every_point(self, project: Project, version) -> None:
        """With the headings of the Act as its outline."""
        say(project, '[points]\n"1(e)" = "Grüße: ноутбук → 日本"\n')
        made = dossier(project, "churn", to="pdf")
        content = (project.root / (made.file or "")).read_bytes()
        assert made.file == "churn-1-annex-iv.pdf"
        assert content.startswith(b"%PDF-")
        assert content.count(b"/Dest") >= 10

    def test_a_file_is_never_overwritten(self, project: Project, version) -> None:
        """Another name is asked for."""
        dossier(project, "churn", to="html", file="d.html")
        with pytest.raises(Conflict):
            dossier(project, "churn", to="html", file="d.html")

    def test_a_viewer_writes_no_files(self, project: Project, version) -> None:
        """Reading is for everybody, files are not."""
        (project.root / "pyproject.toml").write_text('[tool.jupyter-mlops]\nroles = {bo = "viewer"}\n')
        bo = project.renewed().acting(Actor("bo", "os"))
        assert dossier(bo, "churn").version == "churn@1"
        with pytest.raises(Refused):
            dossier(bo, "churn", to="html")
