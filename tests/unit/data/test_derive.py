"""Derive makes a version by a recorded recipe, makes it again, and tells when that is due."""

from __future__ import annotations

import pandas as pd
import pytest
from sklearn.compose import make_column_transformer
from sklearn.preprocessing import FunctionTransformer, OneHotEncoder, StandardScaler

from jupyter_mlops.core import door, ledger
from jupyter_mlops.core.errors import Invalid, NotFound, Refused
from jupyter_mlops.core.verb import verb_of
from jupyter_mlops.data.datasets import datasets
from jupyter_mlops.data.derivation.functions import load as load_function
from jupyter_mlops.data.derive import derive
from jupyter_mlops.data.load import load
from jupyter_mlops.data.prune import prune
from jupyter_mlops.data.snapshot import snapshot
from jupyter_mlops.data.versions import recipes
from jupyter_mlops.data.versions.resolve import resolve
from jupyter_mlops.project.show import show

CUSTOMERS = pd.DataFrame({"id": [1, 2, 3], "spent": [10.0, 20.0, 60.0], "city": ["Rome", "Oslo", "Rome"]})
FEATURES = """
import pandas as pd

FACTOR = 2

def scaled(column, by):
    return column * by * FACTOR

def features(customers, by=1):
    return pd.DataFrame({"id": customers["id"], "spent": scaled(customers["spent"], by)})

def joined(customers, orders):
    return customers.merge(orders, on="id")

def anything(*tables):
    return tables[0]

def picky(features):
    return features.iloc[[2]]

def broken(customers):
    return customers["gone"]

def nothing(customers):
    return 1
"""


@pytest.fixture
def maker(project):
    """Functions of a file of the project, and a first version of customers."""
    (project.root / "features.py").write_text(FEATURES)
    snapshot(project, CUSTOMERS, "customers")
    return lambda name: load_function(project.root, project.root / "features.py", name)


class TestFunction:
    def test_makes_a_version_with_its_recipe(self, project, maker):
        """What the function returns is kept, with its source, arguments and versions."""
        made = derive(project, "features", source=("customers",), using=maker("features"), param=("by=3",))
        assert load(project, made.ref)["spent"].tolist() == [60.0, 120.0, 360.0]
        with project.store.read() as connection:
            recipe = recipes.get(connection, made)
        assert (recipe.name, recipe.said, recipe.parameters) == ("features", "customers@1", {"by": 3})
        assert "FACTOR = 2" in recipe.code
        assert "def scaled" in recipe.code
        assert recipe.versions["pandas"] == pd.__version__

    def test_again_takes_the_latest_sources(self, project, maker):
        """Nothing is given but the name: the recipe has the rest, even when the file is gone."""
        derive(project, "features", source=("customers",), using=maker("features"))
        snapshot(project, CUSTOMERS.assign(spent=1.0), "customers")
        (project.root / "features.py").unlink()
        made = derive(project, "features", again=True)
        assert (made.ref, made.made_from) == ("features@2", ("customers@2",))
        assert load(project, "features")["spent"].tolist() == [2.0, 2.0, 2.0]

    def test_again_on_the_same_sources_makes_nothing_new(self, project, maker):
        """The recipe is proven: the same sources give the same content."""
        derive(project, "features", source=("customers",), using=maker("features"))
        assert not derive(project, "features", again=True).is_new

    def test_several_sources_and_an_older_one(self, project, maker):
        """Sources are passed in order; an older version may be named."""
        snapshot(project, pd.DataFrame({"id": [1, 3], "n": [5, 7]}), "orders")
        made = derive(project, "both", source=("customers@1", "orders"), using=maker("joined"))
        assert load(project, made.ref)["n"].tolist() == [5, 7]
        snapshot(project, pd.DataFrame({"id": [2], "n": [9]}), "orders")
        again = derive(project, "both", again=True, source=("orders@1",))
        assert (again.is_new, again.made_from) == (False, ("customers@1", "orders@1"))

    def test_a_failing_function_is_one_sentence(self, project, maker):
        """With the line that failed; nothing is kept."""
        with pytest.raises(Invalid, match=r"broken failed in line .*customers\[.gone.\]`: KeyError"):
            derive(project, "features", source=("customers",), using=maker("broken"))
        with pytest.raises(Invalid, match="not a pandas DataFrame"):
            derive(project, "features", source=("customers",), using=maker("nothing"))
        with pytest.raises(NotFound):
            resolve(project, "features")


class TestTransformer:
    def test_keeps_the_fitted_state(self, project, maker):
        """What is applied again is what was fitted then, not now."""
        scaler = StandardScaler().fit(CUSTOMERS[["spent"]])
        made = derive(project, "scaled", source=("customers",), using=scaler, keep=("id",))
        found = load(project, made.ref)
        assert (list(found.columns), round(float(found["spent"].sum()), 9)) == (["id", "spent"], 0.0)
        snapshot(project, CUSTOMERS.assign(spent=30.0), "customers")
        derive(project, "scaled", again=True)
        assert load(project, "scaled")["spent"].tolist() == [0.0, 0.0, 0.0]

    def test_sparse_output_has_its_names(self, project, maker):
        """A column transformer's names become the columns."""
        encoder = make_column_transformer((OneHotEncoder(), ["city"]), sparse_threshold=1).fit(CUSTOMERS)
        made = derive(project, "coded", source=("customers",), using=encoder)
        assert list(load(project, made.ref).columns) == [
            "onehotencoder__city_Oslo",
            "onehotencoder__city_Rome",
        ]

    def test_what_is_not_fitted_or_foreign_is_refused(self, project, maker):
        """One sentence each; nothing unknown is ever loaded."""
        with pytest.raises(Invalid, match="StandardScaler is not fitted"):
            derive(project, "scaled", source=("customers",), using=StandardScaler())
        foreign = FunctionTransformer(resolve).fit(CUSTOMERS)
        with pytest.raises(Refused, match=r"brings code that is not scikit-learn's: jupyter_mlops"):
            derive(project, "scaled", source=("customers",), using=foreign)

    def test_another_table_is_refused(self, project, maker):
        """A column that it was fitted on and the source lacks is named."""
        scaler = StandardScaler().fit(pd.DataFrame({"spend": [1.0, 2.0]}))
        with pytest.raises(NotFound, match=r"The source has no column 'spend'. Did you mean 'spent'"):
            derive(project, "scaled", source=("customers",), using=scaler)


class TestStale:
    def test_a_newer_source_is_told(self, project, maker):
        """Datasets and show say what it was made from, and that there is a newer version."""
        derive(project, "features", source=("customers",), using=maker("features"))
        assert "customers@1" in str(datasets(project))
        assert "stale" not in str(show(project, "features"))
        snapshot(project, CUSTOMERS.head(2), "customers")
        assert "customers@2 came since" in str(show(project, "features@1"))
        assert "customers@1 (stale)" in str(datasets(project, "features"))
        derive(project, "features", again=True)
        assert "stale" not in str(datasets(project, "features"))

    def test_so_is_one_behind_its_source(self, project, maker):
        """What was made from something stale is stale, until it is made again: the source first, by itself."""
        derive(project, "features", source=("customers",), using=maker("features"))
        derive(project, "again", source=("features",), using=maker("features"))
        snapshot(project, CUSTOMERS.head(2), "customers")
        assert "customers@2 came since" in str(show(project, "again"))
        assert "derive again --again" in str(show(project, "again"))
        made = derive(project, "again", again=True)
        assert (made.ref, made.made_from, made.renewed) == ("again@2", ("features@2",), ("features@2",))
        assert "features@2 made again" in str(made)
        assert "stale" not in str(datasets(project, "features")) + str(show(project, "again"))

    def test_one_that_fails_is_named_and_those_before_it_stay(self, project, maker):
        """It is the source that has to be mended."""
        derive(project, "features", source=("customers",), using=maker("features"))
        derive(project, "picky", source=("features",), using=maker("picky"))
        derive(project, "last", source=("picky",), using=maker("anything"))
        snapshot(project, CUSTOMERS.head(2), "customers")
        with pytest.raises(Invalid, match=r"^picky is stale, and cannot be made again: picky failed in line"):
            door.enter(project, verb_of(derive), {"name": "last", "again": True})
        assert [resolve(project, name).version for name in ("features", "picky", "last")] == [2, 1, 1]

    def test_a_source_that_is_given_is_taken_as_it_is(self, project, maker):
        """Only what is not given is made again first."""
        derive(project, "features", source=("customers",), using=maker("features"))
        derive(project, "again", source=("features",), using=maker("features"))
        snapshot(project, CUSTOMERS.head(2), "customers")
        made = derive(project, "again", again=True, source=("features",))
        assert (made.is_new, made.made_from, made.renewed) == (False, ("features@1",), ())

    def test_each_is_made_once_and_in_order(self, project, maker):
        """A source that others share, too; and each has a line of its own in the ledger."""
        for name, sources in {
            "a": ("customers",),
            "b": ("a",),
            "c": ("a", "b"),
            "d": ("c", "b", "customers"),
        }.items():
            derive(project, name, source=sources, using=maker("anything"))
        snapshot(project, CUSTOMERS.head(2), "customers")
        made = door.enter(project, verb_of(derive), {"name": "d", "again": True})
        assert made.renewed == ("a@2", "b@2", "c@2")
        with project.store.read() as connection:
            lines = list(ledger.entries(connection))
        assert [line.outputs for line in lines] == [(f"snapshot:{name}@2",) for name in "abcd"]
        assert set(lines[-1].inputs) == {"snapshot:c@2", "snapshot:b@2", "snapshot:customers@2"}

    def test_a_source_that_came_back_is_not_newer(self, project, maker):
        """What counts is the content."""
        derive(project, "features", source=("customers",), using=maker("features"))
        snapshot(project, CUSTOMERS.head(2), "customers")
        snapshot(project, CUSTOMERS, "customers")
        assert "stale" not in str(datasets(project, "features"))


class TestPrune:
    def test_a_recipe_keeps_its_transformer(self, project, maker):
        """What is needed to make a version again is not waste; with the version it goes."""
        derive(project, "scaled", source=("customers",), using=StandardScaler().fit(CUSTOMERS[["spent"]]))
        prune(project, grace_hours=0)
        assert not derive(project, "scaled", again=True).is_new
        snapshot(project, CUSTOMERS, "scaled")
        prune(project, keep=1, grace_hours=0)
        with project.store.read() as connection:
            assert recipes.objects(connection) == set()


class TestRefusals:
    @pytest.mark.parametrize(
        ("given", "what"),
        [
            ({}, "Nothing says what to make it from"),
            ({"source": ("customers",)}, "Nothing says what to make it from"),
            ({"again": True, "param": ("a=1",)}, "What is made again keeps its recipe"),
            ({"source": ("customers",), "using": len, "param": ("a",)}, "'a' gives no value to an argument"),
            ({"source": ("customers",), "using": len}, "A builtin_function_or_method is no function"),
            ({"source": ("customers",), "using": lambda table: table}, "A lambda has no text of its own"),
        ],
    )
    def test_what_makes_no_sense(self, project, maker, given, what):
        """Each is one sentence, before anything is read."""
        with pytest.raises(Invalid, match=what):
            derive(project, "features", **given)

    def test_what_was_not_derived_is_not_made_again(self, project, maker):
        """A snapshot of a table has no recipe; one cannot be made from itself."""
        with pytest.raises(Invalid, match="customers@1 was not derived"):
            derive(project, "customers", again=True)
        with pytest.raises(NotFound, match="No dataset is called 'gone'"):
            derive(project, "gone", again=True)
        with pytest.raises(Invalid, match="cannot be made from itself"):
            derive(project, "customers", source=("customers",), using=maker("features"))


class TestLedger:
    def test_the_lineage_is_kept(self, project, maker):
        """What was read and what was made, in one line."""
        given = {"name": "features", "source": ["customers@latest"], "using": maker("features")}
        door.enter(project, verb_of(derive), given)
        with project.store.read() as connection:
            line = list(ledger.entries(connection))[-1]
        assert (line.verb, line.inputs, line.outputs) == (
            "derive",
            ("snapshot:customers@1",),
            ("snapshot:features@1",),
        )
