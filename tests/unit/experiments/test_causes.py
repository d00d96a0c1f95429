"""Why two runs differ: each kind of cause, and the order in which to look."""

from __future__ import annotations

import json
from collections.abc import Mapping

import numpy as np
import pandas as pd
import pytest

from jupyter_mlops.core.errors import Invalid, NotFound
from jupyter_mlops.core.project import Project
from jupyter_mlops.core.tracker import Artifact, ModelFile, RunLog
from jupyter_mlops.data.snapshot import snapshot
from jupyter_mlops.experiments.compare import Comparison, compare
from jupyter_mlops.experiments.comparison.intervals import FOLDS
from jupyter_mlops.experiments.comparison.predictions import PREDICTIONS, written

PINS = "# python 3.11.7\n# Linux\nscikit-learn=={}\ntqdm=={}\n"
SOURCE = "import sklearn\nfit(depth=2)"


def recorded(
    project: Project,
    name: str,
    *,
    tags: Mapping[str, str] | None = None,
    params: Mapping[str, str] | None = None,
    files: Mapping[str, str | bytes] | None = None,
    curves: Mapping[str, list[tuple[int, float]]] | None = None,
) -> str:
    run = project.tracker.start(name, key=name, experiment="shop", tags=tags or {})
    artifacts = [
        Artifact(path, content if isinstance(content, bytes) else content.encode())
        for path, content in (files or {}).items()
    ]
    project.tracker.log(run, RunLog(params=params or {}, artifacts=artifacts, curves=curves or {}))
    return project.tracker.finish(run, "finished").ref


def kinds(found: Comparison) -> list[str]:
    return [cause.kind for cause in found.causes]


class TestCode:
    def test_a_changed_statement_is_a_cause(self, project: Project) -> None:
        """It is shown as it was and as it is."""
        one = recorded(project, "one", files={"source.py": SOURCE})
        two = recorded(project, "two", files={"source.py": SOURCE.replace("2", "6")})
        (cause,) = compare(project, (one, two)).causes
        assert (cause.kind, cause.headline) == ("code", "1 cell means something else")
        assert "- fit(depth=2)\n+ fit(depth=6)" in cause.details[0]

    def test_another_form_is_none(self, project: Project) -> None:
        """A comment moved no metric."""
        one = recorded(project, "one", files={"source.py": SOURCE})
        two = recorded(project, "two", files={"source.py": f"# better\n{SOURCE}"})
        found = compare(project, (one, two))
        assert found.causes == ()
        assert "form only" in str(found)

    def test_the_cells_of_a_record_come_before_the_source(self, project: Project) -> None:
        """In the order in which they ran, whatever else the record holds."""
        cells = [
            {"number": 0, "source": "a = f()"},
            {"number": 1, "source": "b = 2"},
            {"number": 2, "source": "c"},
        ]
        first, second = (
            {"format": 99, "new": {}, "cells": cells, "slice": order} for order in ([0, 1], [1, 0])
        )
        one = recorded(project, "one", files={"mlops/record.json": json.dumps(first), "source.py": "x"})
        two = recorded(project, "two", files={"mlops/record.json": json.dumps(second), "source.py": "y"})
        assert [cause.headline for cause in compare(project, (one, two)).causes] == [
            "the same cells ran in another order"
        ]

    def test_a_record_that_cannot_be_read_hinders_nothing(self, project: Project) -> None:
        """What was logged beside it is used."""
        files = {"mlops/record.json": "{", "source.py": "x = 1"}
        one = recorded(project, "one", files=files)
        two = recorded(project, "two", files={**files, "source.py": "x = 2"})
        assert kinds(compare(project, (one, two))) == ["code"]

    def test_a_module_of_ones_own_is_code_too(self, project: Project) -> None:
        """The cells are the same, what they import is not."""
        one, two = (
            recorded(
                project,
                name,
                files={"mlops/record.json": json.dumps({"modules": {"features": {"text": text}}})},
            )
            for name, text in (("a", "def f(x):\n    return x"), ("b", "def f(x):\n    return 2 * x"))
        )
        (cause,) = compare(project, (one, two)).causes
        assert (cause.kind, cause.headline) == ("code", "the module features differs")

    def test_the_line_above_a_cell_is_no_code(self, project: Project) -> None:
        """Another name of the run, the same cell."""
        one, two = (
            recorded(project, name, files={"source.py": f"%%mlops record {name}\nx = 1"}) for name in "ab"
        )
        assert compare(project, (one, two)).causes == ()


class TestData:
    def test_a_snapshot_that_moved_says_how(self, project: Project) -> None:
        """Rows and columns, the column that moved most first."""
        table = pd.DataFrame({"id": range(50), "age": range(50), "size": [1] * 50})
        snapshot(project, table, "people")
        snapshot(project, table.assign(age=table["age"] + 30), "people")
        one = recorded(project, "one", tags={"jupyter_mlops.snapshots": "people@1"})
        two = recorded(project, "two", tags={"jupyter_mlops.snapshots": "people@2"})
        (cause,) = compare(project, (one, two)).causes
        assert cause.kind == "data"
        assert "50 changed" in cause.headline
        assert cause.details[0].startswith("age: 50 cells, shift 0.6")

    def test_the_same_content_by_another_number_is_none(self, project: Project) -> None:
        """Digests decide."""
        table = pd.DataFrame({"a": [1, 2]})
        snapshot(project, table, "first")
        one = recorded(project, "one", tags={"jupyter_mlops.snapshots": "first@1"})
        two = recorded(project, "two", tags={"jupyter_mlops.snapshots": "first@latest"})
        assert compare(project, (one, two)).causes == ()

    def test_one_that_is_gone_is_told(self, project: Project) -> None:
        """It may be why, and cannot be looked at."""
        one = recorded(project, "one", tags={"jupyter_mlops.snapshots": "gone@1"})
        two = recorded(project, "two", tags={"jupyter_mlops.snapshots": "gone@2"})
        (cause,) = compare(project, (one, two)).causes
        assert cause.details[0].startswith("It cannot be looked at")


class TestTheRest:
    def test_what_the_code_imports_weighs_more(self, project: Project) -> None:
        """A new scikit-learn before a new progress bar."""
        base = recorded(
            project, "a", files={"requirements.txt": PINS.format("1.6.0", "4.0"), "source.py": SOURCE}
        )
        bar = recorded(
            project, "b", files={"requirements.txt": PINS.format("1.6.0", "5.0"), "source.py": SOURCE}
        )
        both = recorded(
            project, "c", files={"requirements.txt": PINS.format("1.7.0", "5.0"), "source.py": SOURCE}
        )
        (other,), (first,) = (compare(project, (base, run)).causes for run in (bar, both))
        assert (other.weight, first.weight) == (0.1, 0.5)
        assert first.details == ("scikit-learn: 1.6.0 → 1.7.0", "tqdm: 4.0 → 5.0")

    def test_seeds_are_told_apart_from_parameters(self, project: Project) -> None:
        """A parameter called random_state is a seed."""
        one = recorded(project, "one", params={"depth": "2", "random_state": "1"})
        two = recorded(project, "two", params={"depth": "6", "random_state": "2"})
        assert kinds(compare(project, (one, two))) == ["parameters", "seeds"]

    def test_a_seed_that_nobody_set_is_a_cause(self, project: Project) -> None:
        """Nothing else differs, and chance does."""
        one, two = (recorded(project, name, params={"random_state": "None"}) for name in "ab")
        assert [cause.headline for cause in compare(project, (one, two)).causes] == [
            "no seed is set, so that chance differs"
        ]

    def test_of_recorded_runs_it_is_none_if_nothing_was_drawn(self, project: Project) -> None:
        """A solver that draws nothing has a random_state, too."""
        files = {"mlops/record.json": json.dumps({"seeds": {"drawn": []}})}
        one, two = (recorded(project, name, params={"random_state": "None"}, files=files) for name in "ab")
        assert compare(project, (one, two)).causes == ()

    def test_what_only_one_of_them_recorded_is_no_cause(self, project: Project) -> None:
        """The other may import and read the same: nobody knows."""
        record = {"modules": {"columns": {"text": "N = 1"}}, "snapshots": [{"ref": "points@1"}]}
        one = recorded(project, "one", files={"mlops/record.json": json.dumps(record)})
        assert compare(project, (one, recorded(project, "two"))).causes == ()

    def test_a_generator_that_nobody_seeded_is_a_cause(self, project: Project) -> None:
        """It was drawn from, and no cell of the slice seeded it."""
        chance = {"seeds": {"drawn": ["random", "numpy.random"], "seeded": ["random"]}}
        one, two = (recorded(project, name, files={"mlops/record.json": json.dumps(chance)}) for name in "ab")
        (cause,) = compare(project, (one, two)).causes
        assert cause.headline.startswith("draws from numpy.random, which nobody seeded")

    def test_a_commit_comes_last(self, project: Project) -> None:
        """It says less than the cells do."""
        one = recorded(
            project, "a", tags={"jupyter_mlops.git.commit": "a" * 40}, files={"source.py": "x = 1"}
        )
        two = recorded(
            project, "b", tags={"jupyter_mlops.git.commit": "b" * 40}, files={"source.py": "x = 2"}
        )
        assert kinds(compare(project, (one, two))) == ["code", "git"]

    def test_python_itself_may_be_why(self, project: Project) -> None:
        """A minor version weighs more than a patch."""
        one = recorded(project, "a", files={"requirements.txt": "# python 3.11.7\n# Linux\na==1\n"})
        two = recorded(project, "b", files={"requirements.txt": "# python 3.12.1\n# Linux\na==1\n"})
        (cause,) = compare(project, (one, two)).causes
        assert (cause.headline, cause.weight) == ("Python 3.11.7 → 3.12.1", 0.4)


class TestDifferences:
    def test_the_same_folds_are_paired(self, project: Project) -> None:
        """And only those that a tag says are the same."""
        curve = {"fold_auc": [(0, 0.7), (1, 0.9), (2, 0.8)]}
        better = {"fold_auc": [(step, value + 0.02) for step, value in curve["fold_auc"]]}
        one = recorded(project, "a", tags={FOLDS: "f1"}, curves=curve)
        two = recorded(project, "b", tags={FOLDS: "f1"}, curves=better)
        other = recorded(project, "c", tags={FOLDS: "f2"}, curves=better)
        (contrast,) = compare(project, (one, two)).contrasts
        assert (contrast.difference, contrast.is_clear) == (pytest.approx(0.02), True)
        assert compare(project, (one, other)).contrasts == ()

    def test_predictions_of_the_same_rows_are_paired(self, project: Project) -> None:
        """By their ids, whatever their order."""
        random = np.random.default_rng(0)
        truth = random.integers(0, 2, 500)
        table = pd.DataFrame(
            {"id": range(500), "truth": truth, "prediction": truth, "score": truth + random.random(500)}
        )
        worse = table.assign(prediction=np.where(table["id"] < 100, 1 - truth, truth)).sample(
            frac=1, random_state=1
        )
        one = recorded(project, "a", files={PREDICTIONS: written(worse)})
        two = recorded(project, "b", files={PREDICTIONS: written(table)})
        found = {item.metric: item for item in compare(project, (one, two)).contrasts}
        assert found["accuracy"].difference == pytest.approx(0.2)
        assert found["accuracy"].is_clear
        assert found["roc_auc"].difference == pytest.approx(0)

    def test_other_rows_are_not_paired(self, project: Project) -> None:
        """It says so instead."""
        one, two = (
            recorded(
                project,
                name,
                files={PREDICTIONS: written(pd.DataFrame({"truth": truth, "prediction": [1, 1]}))},
            )
            for name, truth in (("a", [0, 1]), ("b", [1, 1]))
        )
        found = compare(project, (one, two))
        assert found.contrasts == ()
        assert "predicted other rows" in found.notes[0]

    def test_numbers_have_their_errors(self, project: Project) -> None:
        """Absolute and squared."""
        truth = np.arange(30.0)
        one, two = (
            recorded(
                project,
                name,
                files={PREDICTIONS: written(pd.DataFrame({"truth": truth, "prediction": truth + off}))},
            )
            for name, off in (("a", 2.0), ("b", 1.0))
        )
        found = {item.metric: item.difference for item in compare(project, (one, two)).contrasts}
        assert found == pytest.approx({"mean_absolute_error": -1, "mean_squared_error": -3})


class TestVersions:
    def test_a_version_stands_for_its_run(self, project: Project) -> None:
        """Versions and runs may be mixed."""
        one = recorded(project, "one", params={"depth": "2"})
        two = recorded(project, "two", params={"depth": "3"})
        run = project.tracker.run(one)
        project.tracker.log(run, RunLog(models=(ModelFile("model", {"a": 1}, "f1"),)))
        project.tracker.register("churn", run, "model", key="k", tags={})
        found = compare(project, ("churn@1", two))
        assert found.versions == {one: "churn@1"}
        assert "churn@1" in str(found)

    def test_an_unknown_version_is_named(self, project: Project) -> None:
        """And what is neither is refused."""
        with pytest.raises(NotFound):
            compare(project, ("ghost@1", "ghost@2"))
        with pytest.raises(Invalid):
            compare(project, ("@8c1d",))


class TestShown:
    def test_the_card_says_why_first(self, project: Project) -> None:
        """Numbered, and one below the other."""
        one = recorded(project, "one", params={"depth": "2"}, files={"source.py": "x = 1"})
        two = recorded(project, "two", params={"depth": "6"}, files={"source.py": "x = 2"})
        shown = str(compare(project, (one, two)))
        assert shown.index("why 1, code") < shown.index("why 2, parameters") < shown.index("parameter  depth")

    def test_the_figure_has_a_panel_for_each_question(self, project: Project) -> None:
        """Causes, differences, curves; each on axes of its own."""
        curves = {"loss": [(0, 1.0), (1, 0.5)], "fold_auc": [(0, 0.7), (1, 0.9)]}
        one = recorded(project, "a", params={"a": "1"}, tags={FOLDS: "f"}, curves=curves)
        two = recorded(project, "b", params={"a": "2"}, tags={FOLDS: "f"}, curves=curves)
        figure = compare(project, (one, two)).figure()
        assert figure is not None
        titles = [note["text"] for note in figure["layout"]["annotations"]]  # type: ignore[index]
        assert titles == ["what may be why", "difference, with its interval of 95 %", "loss", "fold_auc"]
