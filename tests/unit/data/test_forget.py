"""Forget erases a person from every version, keeps all else, and leaves a proof that names nobody."""

from __future__ import annotations

from multiprocessing import get_context

import pandas as pd
import pytest
from sklearn.preprocessing import StandardScaler

from jupyter_mlops.core import door, ledger
from jupyter_mlops.core.errors import NotFound, Refused
from jupyter_mlops.core.project import Project
from jupyter_mlops.core.verb import verb_of
from jupyter_mlops.data.derivation.functions import load as load_function
from jupyter_mlops.data.derive import derive
from jupyter_mlops.data.forget import forget
from jupyter_mlops.data.load import load
from jupyter_mlops.data.mask import mask
from jupyter_mlops.data.profile import profile
from jupyter_mlops.data.snapshot import snapshot
from jupyter_mlops.data.store import profiles
from jupyter_mlops.data.versions.resolve import resolve
from jupyter_mlops.data.versions.verify import verify
from jupyter_mlops.project.show import show

FORK = get_context("fork")
ADA = "ada@web.de"
PEOPLE = pd.DataFrame({"email": [ADA, "bob@web.de", "eve@web.de", ADA], "spent": [1.0, 2.0, 3.0, 4.0]})


def said(project: Project, value: object, **options: object) -> object:
    """Forget through the door, as every face does."""
    arguments = {"name": "people", "column": "email", "value": value, **options}
    return door.enter(project, verb_of(forget), arguments)


def stored(project: Project) -> bytes:
    """Everything that the project keeps in files, its locks and the salt left out."""
    return b"".join(
        path.read_bytes() for path in project.folder.rglob("*") if path.is_file() and path.suffix != ".salt"
    )


@pytest.fixture
def people(project):
    """Three versions, of which the second has other columns and the third nothing of Ada."""
    for table in (PEOPLE, PEOPLE.assign(city="Rome"), PEOPLE[PEOPLE.email != ADA]):
        snapshot(project, table, "people", pii="allow")
    return project


class TestForget:
    def test_every_version_loses_the_rows(self, people):
        """And nothing else: numbers, other rows and their order stay."""
        found = said(people, ADA)
        assert [(item.ref, item.rows) for item in found.versions] == [("people@1", 2), ("people@2", 2)]
        pd.testing.assert_frame_equal(load(people, "people@1"), PEOPLE[PEOPLE.email != ADA])
        assert load(people, "people@2")["city"].tolist() == ["Rome", "Rome"]
        assert verify(people, deep=True).is_well

    def test_no_trace_of_the_value_is_left(self, project, monkeypatch):
        """Neither in objects, kept uncompressed here, nor in profiles, the ledger or the store."""
        monkeypatch.setattr("jupyter_mlops.data.store.blocks._compressed", lambda _: None)
        monkeypatch.setattr(profiles, "LEAST_CELLS", 0)
        snapshot(project, PEOPLE.assign(code=["zq-7", "b", "c", "zq-7"]), "people", pii="allow")
        snapshot(project, PEOPLE.assign(code=["zq-7", "b", "c", "d"]), "people", pii="allow")
        assert "zq-7" in str(profile(project, "people@1"))
        assert b"zq-7" in stored(project)
        said(project, "zq-7", column="code")
        project.store.engine.dispose()
        assert b"zq-7" not in stored(project)
        assert "zq-7" not in profile(project, "people@1").model_dump_json()

    def test_the_ledger_has_the_proof_and_no_value(self, people):
        """Counts, digests before and after, and a keyed digest of the subject."""
        before = resolve(people, "people@1").digest
        found = said(people, [ADA, "eve@web.de"])
        with people.store.read() as connection:
            line = list(ledger.entries(connection))[-1]
            assert ledger.verify(connection)[1] == []
        assert line.arguments == {"name": "people", "column": "email", "value": ["***", "***"]}
        assert line.outputs == ("snapshot:people@1", "snapshot:people@2", "snapshot:people@3")
        assert f"people@1 lost 3 ({before[:12]} → {resolve(people, 'people@1').digest[:12]})" in line.reason
        assert all(subject in line.reason for subject in found.subjects)
        assert ADA not in line.model_dump_json()

    def test_the_same_person_has_the_same_digest(self, people):
        """So that it can be proven later that somebody was forgotten, by forgetting them again."""
        first, again = said(people, ADA), said(people, ADA)
        assert first.subjects == again.subjects
        assert (again.rows, "No row was left" in str(again)) == (0, True)

    @pytest.mark.parametrize(
        ("table", "column", "value", "rows"),
        [
            (pd.DataFrame({"id": [7, 8]}), "id", "7", 1),
            (pd.DataFrame({"id": [7.0, None]}), "id", 7, 1),
            (pd.DataFrame({"day": pd.to_datetime(["2026-01-01", "2026-01-02"])}), "day", "2026-01-02", 1),
            (pd.DataFrame({"who": pd.Categorical(["a", "b"])}), "who", "b", 1),
            (pd.DataFrame({"n": [1, 2]}, index=pd.Index(["a", "b"], name="who")), "who", "a", 1),
            (pd.DataFrame([["a", "b"], ["c", "a"]], columns=["who", "who"]), "who", "a", 2),
            (pd.DataFrame({"who": [["a"], ["b"]]}), "who", "['a']", 1),
        ],
        ids=["integer", "float", "moment", "category", "index", "twice", "list"],
    )
    def test_columns_of_any_dtype(self, project, table, column, value, rows):
        """The value is given as text, and compared as the column writes it."""
        snapshot(project, table, "people")
        assert said(project, [value], column=column).rows == rows
        assert len(load(project, "people")) == len(table) - rows

    def test_what_is_not_there(self, people):
        """A misspelt column or dataset is named; nothing is changed."""
        with pytest.raises(NotFound, match=r"No version of people has a column 'mail'. Did you mean 'email'"):
            said(people, ADA, column="mail")
        with pytest.raises(NotFound, match="No dataset is called 'persons'"):
            said(people, ADA, name="persons")
        assert len(load(people, "people@1")) == 4

    def test_only_an_admin_may(self, people, monkeypatch):
        """Others are refused, and the ledger keeps that without the value."""
        monkeypatch.setitem(vars(people.settings), "default_role", "approver")
        with pytest.raises(Refused, match="forget needs admin"):
            said(people, ADA)
        with people.store.read() as connection:
            assert ADA not in list(ledger.entries(connection))[-1].model_dump_json()


class TestDerived:
    @pytest.mark.parametrize("how", ["hash", "keep-format"])
    def test_masked_copies_are_rewritten_too(self, people, how):
        """The person is found there under the masked value; the copy is not due to be made again."""
        mask(people, "people@1", "masked", columns=("email",), how=how)
        found = said(people, ADA)
        assert ("masked@1", 2) in [(item.ref, item.rows) for item in found.versions]
        assert len(load(people, "masked")) == 2
        assert found.elsewhere == ()

    def test_what_a_transformer_kept_beside(self, people):
        """Rows that still carry the column can be told."""
        scaler = StandardScaler().fit(PEOPLE[["spent"]])
        derive(people, "scaled", source=("people@1",), using=scaler, keep=("email",))
        said(people, ADA)
        assert load(people, "scaled")["email"].tolist() == ["bob@web.de", "eve@web.de"]

    def test_what_cannot_be_told_is_listed(self, people):
        """A function's table, a redacted copy, a chain of them; and each is due to be made again."""
        (people.root / "f.py").write_text("def total(people):\n    return people[['spent']] * 2\n")
        derive(
            people,
            "totals",
            source=("people",),
            using=load_function(people.root, people.root / "f.py", "total"),
        )
        mask(people, "people", "redacted", columns=("email",), how="redact")
        mask(people, "redacted", "again", columns=("spent",), how="generalise")
        found = said(people, "bob@web.de")
        assert sorted(found.elsewhere) == ["again", "redacted", "totals"]
        assert "%mlops derive totals --again" in str(found)
        assert "people@3 came since" in str(show(people, "totals"))

    def test_a_copy_under_another_name_is_told(self, people):
        """Nobody said that it may be touched; whoever reads the card knows that it still holds the rows."""
        snapshot(people, load(people, "people@1"), "copy", pii="allow")
        found = said(people, ADA)
        assert found.copies == ("copy",)
        assert "copy had the same content and still holds the rows" in str(found)
        assert "%mlops forget copy email VALUE" in str(found)
        assert said(people, "bob@web.de", also=["copy"]).copies == ()

    def test_further_datasets_can_be_named(self, people):
        """The same column and values, in a dataset that has nothing to do with it."""
        snapshot(people, PEOPLE[["email"]], "letters", pii="allow")
        assert said(people, ADA, also=["letters"]).rows == 6
        assert len(load(people, "letters")) == 2


def forget_in_process(root, value) -> None:
    """What another process does."""
    said(Project.open(root), value)


class TestTogether:
    @pytest.mark.parametrize("values", [(ADA, "bob@web.de"), (ADA, ADA)], ids=["two persons", "one person"])
    def test_two_at_once_both_succeed(self, people, values):
        """They wait for each other, and all is whole afterwards."""
        people.store.engine.dispose()
        others = [FORK.Process(target=forget_in_process, args=(people.root, value)) for value in values]
        for other in others:
            other.start()
        for other in others:
            other.join(60)
        assert [other.exitcode for other in others] == [0, 0]
        left = set(load(people, "people@1")["email"])
        assert left == {"ada@web.de", "bob@web.de", "eve@web.de"} - set(values)
        assert verify(people, deep=True).is_well
