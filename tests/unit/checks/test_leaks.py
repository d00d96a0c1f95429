"""Leaks are found with their evidence, and honest splits are left in peace."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from sklearn.datasets import load_breast_cancer, load_diabetes, load_digits, load_iris, load_wine
from sklearn.model_selection import train_test_split

from jupyter_mlops.checks.leaks import leaks
from jupyter_mlops.checks.report import Finding, Report
from jupyter_mlops.core import door
from jupyter_mlops.core.errors import NotFound
from jupyter_mlops.core.verb import verb_of
from jupyter_mlops.data.snapshot import snapshot

RANDOM = np.random.default_rng(11)
REAL = {
    "iris": load_iris,
    "wine": load_wine,
    "breast cancer": load_breast_cancer,
    "diabetes": load_diabetes,
    "digits": load_digits,
}


def table(rows: int = 400) -> pd.DataFrame:
    """Rows with two features that tell something of the target, and a customer."""
    x, z = RANDOM.normal(size=(2, rows))
    return pd.DataFrame(
        {
            "x": x,
            "z": z,
            "city": RANDOM.choice(["Rome", "Oslo", "Bonn"], rows),
            "churned": (x + RANDOM.normal(size=rows) > 0).astype(int),
        }
    )


def split(frame: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The first three quarters, and the rest."""
    cut = len(frame) * 3 // 4
    return frame.iloc[:cut].reset_index(drop=True), frame.iloc[cut:].reset_index(drop=True)


def only(report: Report, check: str) -> Finding:
    """The one finding of a check."""
    (found,) = [item for item in report.findings if item.check == check]
    return found


class TestHonest:
    @pytest.mark.parametrize("name", REAL)
    @pytest.mark.parametrize("seed", range(3))
    def test_real_tables_split_at_random_pass(self, project, name, seed):
        """Well-known data holds strong features, few repeated rows, and no leak."""
        frame = REAL[name](as_frame=True).frame
        train, test = train_test_split(frame, random_state=seed)
        report = leaks(project, train, test, target="target")
        assert [item for item in report.findings if item.severity == "error"] == []
        assert report.verdict == "passed"

    def test_rows_that_repeat_by_nature_are_a_warning(self, project):
        """Three coarse columns repeat everywhere: equal rows on both sides are no wonder."""
        frame = pd.DataFrame(RANDOM.integers(0, 8, (600, 3)), columns=list("abc"))
        found = only(leaks(project, *split(frame)), "overlap")
        assert found.severity == "warning"
        assert "may be rows that repeat by nature" in found.message

    @pytest.mark.parametrize("rows", [80, 400, 5_000])
    def test_noise_predicts_nothing(self, project, rows):
        """Not even where every value is another one, or where most are missing."""
        noise = pd.DataFrame({"f": RANDOM.normal(size=rows), "k": [f"key {n}" for n in range(rows)]})
        noise["gaps"] = np.where(RANDOM.random(rows) < 0.9, np.nan, 1.0)
        for target in (RANDOM.integers(0, 2, rows), RANDOM.normal(size=rows)):
            report = leaks(project, *split(noise.assign(y=target)), target="y")
            assert report.verdict == "passed"

    def test_measurements_and_texts_are_no_identifiers(self, project):
        """A float and a sentence may be another one in every row."""
        frame = table().assign(story=[f"said on day {n}" for n in range(400)])
        assert leaks(project, *split(frame), target="churned").findings == ()


class TestOverlap:
    def test_test_rows_of_training_are_counted_and_named(self, project):
        """With their positions on both sides, and their values."""
        train, test = split(table())
        test = pd.concat([test, train.iloc[[7, 3, *range(20, 30)]]], ignore_index=True)
        found = only(leaks(project, train, test), "overlap")
        assert (found.severity, found.count, found.rows[:2]) == ("error", 12, (100, 101))
        assert found.evidence["training rows"] == "7, 3, 20, 21, 22"
        assert found.sample[0].startswith("x=")

    def test_ignored_columns_may_differ(self, project):
        """Near duplicates: the same rows under another number."""
        train, test = split(table().assign(id=range(400)))
        test = pd.concat([test, train.iloc[:20].assign(id=range(900, 920))], ignore_index=True)
        assert [item.check for item in leaks(project, train, test).findings] == ["identifier"]
        assert only(leaks(project, train, test, ignore=("id",)), "overlap").count == 20


class TestEcho:
    @pytest.mark.parametrize(
        "echo",
        [
            lambda frame: frame.churned * 2 + 1,
            lambda frame: frame.churned.map({0: "stays", 1: "goes"}),
            lambda frame: frame.churned.map({0: "stays", 1: "goes"}).astype("category"),
            lambda frame: frame.churned.where(frame.churned == 1),
            lambda frame: frame.churned + RANDOM.normal(0, 0.1, len(frame)),
            lambda frame: (frame.churned - 0.5).abs() * np.where(frame.churned, 1, 4),
        ],
        ids=["copy", "words", "category", "missing", "noisy", "folded"],
    )
    def test_a_class_told_by_a_feature(self, project, echo):
        """Whatever its dtype and shape, missing values included."""
        frame = table()
        report = leaks(project, *split(frame.assign(leak=echo(frame))), target="churned")
        assert [item.subject for item in report.findings if item.check == "target echo"] == ["leak"]

    @pytest.mark.parametrize(
        "echo",
        [lambda y: y * 1.8 + 32, np.exp, lambda y: y + RANDOM.normal(0, 0.05, len(y)), np.abs],
        ids=["linear", "exp", "noisy", "abs"],
    )
    def test_a_number_told_by_a_feature(self, project, echo):
        """A straight line, a curve, a noisy copy; what is only half of it is no echo."""
        frame = table().drop(columns="churned").assign(y=RANDOM.normal(size=400))
        report = leaks(project, *split(frame.assign(leak=echo(frame.y))), target="y")
        assert report.is_well == (echo is np.abs)

    def test_one_table_is_enough(self, project):
        """Without test rows, every other training row is one."""
        frame = table()
        report = leaks(project, frame.assign(leak=frame.churned), target="churned")
        assert [item.subject for item in report.findings] == ["leak"]

    def test_too_few_rows_are_no_answer(self, project):
        """A question that cannot be answered never counts as passed."""
        report = leaks(project, table(20), target="churned")
        assert report.verdict == "unknown"
        assert "fewer than 20 rows" in report.unknown["target echo"]


class TestOrder:
    TIMES = pd.date_range("2026-01-01", periods=400, freq="h")

    def test_training_after_testing_began(self, project):
        """Counted, with the last training row and the first test row."""
        train, test = split(table().assign(at=self.TIMES))
        late = train.assign(at=train["at"].where(train.index > 1, self.TIMES[-1]))
        assert leaks(project, train, test, time="at").is_well
        found = only(leaks(project, late, test, time="at"), "at: order")
        assert (found.count, found.rows) == (2, (0, 1))
        assert found.evidence["last training row"] == str(self.TIMES[-1])

    def test_times_that_nobody_named_are_only_pointed_out(self, project):
        """A random split has them too, and need not be wrong."""
        train, test = train_test_split(table().assign(at=self.TIMES), random_state=0)
        report = leaks(project, train, test)
        assert (report.is_well, only(report, "order").severity) == (True, "info")


class TestGroup:
    def test_the_same_customer_on_both_sides(self, project):
        """Counted by rows and by customers; a missing customer is nobody."""
        train, test = split(table().assign(customer=[f"c{n}" for n in range(400)]))
        test.loc[:9, "customer"] = "c1"
        test.loc[10, "customer"] = train.loc[10, "customer"] = None
        found = only(leaks(project, train, test, group=("customer",)), "customer: group")
        assert (found.count, found.evidence["shared groups"]) == (10, "1")


class TestColumns:
    def test_constants_and_identifiers(self, project):
        """Named with the reason; the model may do without them."""
        frame = table(60).assign(
            same=1, row=range(60), customer_id=RANDOM.permutation(60) * 7, code=[f"a{n}" for n in range(60)]
        )
        found = {item.subject: item for item in leaks(project, frame, target="churned").findings}
        assert set(found) == {"same", "row", "customer_id", "code"}
        assert all(item.severity == "warning" for item in found.values())
        assert "it numbers the rows" in found["row"].message


class TestVerb:
    def test_versions_by_reference(self, project):
        """The report says what was asked about, and survives the wire."""
        train, test = split(table())
        snapshot(project, train, "train")
        snapshot(project, test, "test")
        report = door.enter(
            project, verb_of(leaks), {"train": "train", "test": "test@1", "target": "churned"}
        )
        assert report.subject == "train@1 against test@1"
        assert Report.model_validate_json(report.model_dump_json()) == report

    def test_personal_values_are_not_shown(self, project):
        """Samples are masked."""
        train = table().assign(email=[f"user{n}@web.de" for n in range(400)])
        report = leaks(project, train, train.head(30), group=("email",))
        assert {item.check for item in report.findings} >= {"overlap", "email: group", "identifier"}
        assert "web.de" not in report.model_dump_json()

    def test_a_column_that_is_not_there(self, project):
        """Named, with the nearest."""
        with pytest.raises(NotFound, match=r"no column 'churn'. Did you mean 'churned'"):
            leaks(project, table(), target="churn")
