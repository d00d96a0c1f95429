"""Mask keeps a table of which nobody can be told from, and says how it was made."""

from __future__ import annotations

import pandas as pd
import pytest

from jupyter_mlops.core import door, ledger
from jupyter_mlops.core.errors import Invalid, NotFound
from jupyter_mlops.core.verb import verb_of
from jupyter_mlops.data.derive import derive
from jupyter_mlops.data.load import load
from jupyter_mlops.data.mask import mask
from jupyter_mlops.data.privacy.salt import salt
from jupyter_mlops.data.snapshot import snapshot
from jupyter_mlops.data.versions import recipes

PEOPLE = pd.DataFrame(
    {
        "email": ["ada@web.de", "bob@web.de", None, "ada@web.de"],
        "phone": ["+49 30 123456", "+49 30 654321", "+33 1 22 33 44 55", None],
        "spent": [1, 2, 3, 4],
    }
)


class TestMask:
    def test_what_looks_personal_is_masked_by_default(self, project):
        """Each by what suits its kind; the rest stays as it is, and missing stays missing."""
        snapshot(project, PEOPLE, "people")
        made = mask(project, "people")
        found = load(project, "people-masked")
        assert (made.ref, made.made_from, made.personal) == ("people-masked@1", ("people@1",), ())
        assert found["spent"].tolist() == [1, 2, 3, 4]
        assert found["email"].isna().tolist() == [False, False, True, False]
        assert not set(found["email"].dropna()) & set(PEOPLE["email"].dropna())

    def test_equal_values_stay_equal_here_and_nowhere_else(self, project, tmp_path):
        """Tables can be joined on what is hashed; another project hashes otherwise."""
        mask(project, PEOPLE, "people", columns=("email",), how="hash")
        mask(project, PEOPLE[["email"]].iloc[::-1], "others", columns=("email",))
        one, other = load(project, "people")["email"], load(project, "others")["email"]
        assert one[0] == one[3] != one[1]
        assert one[0] == other.iloc[0]
        elsewhere = type(project)(tmp_path / "elsewhere", actor=project.actor)
        elsewhere.prepare()
        mask(elsewhere, PEOPLE, "people", columns=("email",))
        assert load(elsewhere, "people")["email"][0] != one[0]

    def test_it_is_made_again_from_newer_versions(self, project):
        """The recipe holds what was done to which column, and the salt does the rest."""
        snapshot(project, PEOPLE, "people")
        first = mask(project, "people", columns=("email,phone",), how="redact")
        with project.store.read() as connection:
            recipe = recipes.get(connection, first)
        assert recipe.parameters["email"] == {"how": "redact", "kind": "email"}
        snapshot(project, PEOPLE.head(2), "people")
        derive(project, "people-masked", again=True)
        assert load(project, "people-masked")["email"].tolist() == ["***", "***"]

    @pytest.mark.parametrize(
        ("subject", "options", "what"),
        [
            ("people", {"name": "people"}, "people holds what is to be masked"),
            (PEOPLE, {}, "has no name yet"),
            (PEOPLE[["spent"]], {"name": "x"}, "Nothing in the table looks personal"),
            (
                PEOPLE.assign(spent=0.5),
                {"name": "x", "columns": ("spent",), "how": "keep-format"},
                "no form to keep",
            ),
        ],
    )
    def test_what_makes_no_sense(self, project, subject, options, what):
        """One sentence each."""
        snapshot(project, PEOPLE, "people")
        with pytest.raises(Invalid, match=what):
            mask(project, subject, **options)

    def test_a_column_that_is_not_there(self, project):
        """Named, with the nearest."""
        with pytest.raises(NotFound, match=r"no column 'mail'. Did you mean 'email'"):
            mask(project, PEOPLE, "people", columns=("mail",))


class TestSecrecy:
    def test_the_salt_is_its_owners_only_and_in_no_ledger(self, project):
        """Made once, mode 0600, and neither in the ledger nor in a recipe."""
        snapshot(project, PEOPLE, "people")
        door.enter(project, verb_of(mask), {"subject": "people"})
        path = project.folder / "keys" / "privacy.salt"
        assert path.stat().st_mode & 0o777 == 0o600
        assert salt(project) == path.read_bytes()
        with project.store.read() as connection:
            line = list(ledger.entries(connection))[-1]
        assert (line.inputs, line.outputs) == (("snapshot:people@1",), ("snapshot:people-masked@1",))
        assert salt(project).hex() not in (project.folder / "mlops.db").read_bytes().decode("latin-1")
