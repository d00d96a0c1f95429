from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from jupyter_mlops.core.errors import Invalid
from jupyter_mlops.core.project import Project
from jupyter_mlops.data.load import load
from jupyter_mlops.pipelines.durable.passing import epilogue, give, given, prologue
from jupyter_mlops.pipelines.file.placeholder import plain
from jupyter_mlops.pipelines.output import FOLDER, Outputs


@pytest.fixture
def here(project: Project, monkeypatch: pytest.MonkeyPatch) -> Project:
    """The project that a kernel works in, told where its outputs go."""
    monkeypatch.chdir(project.root)
    monkeypatch.setenv(FOLDER, str(project.root / "outputs"))
    return project


def kept(project: Project, name: str) -> object:
    return json.loads((project.root / "outputs" / f"{name}.json").read_text())


def taken(source: str, project: Project) -> dict[str, object]:
    """Run what a prologue says, with its magics as calls."""
    calls = {"load": lambda ref: load(project, ref)}
    lines = [line for line in source.splitlines() if not line.startswith("%load_ext")]
    names: dict[str, object] = dict(calls)
    exec("\n".join(line if "%mlops" not in line else _called(line) for line in lines), names)
    return {name: value for name, value in names.items() if name not in calls and name != "__builtins__"}


def _called(line: str) -> str:
    target, _, ref = line.partition(" = %mlops load ")
    return f"{target} = load({ref!r})"


class TestPassing:
    def test_plain_values_are_themselves(self, here: Project) -> None:
        """Later steps get them as literals, and placeholders as they are."""
        give("retrain.load", {"n": 3, "rows": [{"a": None}], "x": np.float64(0.5)}, "n", "rows", "x")
        assert (kept(here, "n"), kept(here, "rows"), kept(here, "x")) == (3, [{"a": None}], 0.5)
        assert prologue({"n": 3}) == "# Taken over from earlier steps\nn = 3"

    def test_what_json_would_change_comes_back_exactly(self, here: Project) -> None:
        """A placeholder sees its plain form."""
        value = given("p.s", "shape", (1, {date(2026, 11, 1): float("nan")}))
        assert plain(value) == [1, {"2026-11-01": "NaN"}]
        assert (
            str(taken(prologue({"shape": value}), here)["shape"]) == "(1, {datetime.date(2026, 11, 1): nan})"
        )

    def test_tables_columns_and_arrays_pass_as_snapshots(self, here: Project) -> None:
        """Exactly; a placeholder sees the snapshot's reference."""
        frame = pd.DataFrame({"a": [1.5, None], "b": ["x", None]}, index=[3, 5])
        grid = np.arange(6, dtype="int32").reshape(2, 3)
        values = {"frame": frame, "column": frame["a"], "grid": grid}
        passed = {name: given("retrain.load", name, value) for name, value in values.items()}
        assert plain(passed["frame"]) == "retrain.load.frame@1"
        found = taken(prologue(passed), here)
        pd.testing.assert_frame_equal(found["frame"], frame)  # type: ignore[arg-type]
        pd.testing.assert_series_equal(found["column"], frame["a"])  # type: ignore[arg-type]
        np.testing.assert_array_equal(found["grid"], grid, strict=True)  # type: ignore[arg-type]

    def test_what_a_verb_answered_passes_by_its_parts(self) -> None:
        """As a placeholder's value; not as a variable, which would be something else."""
        value = given("p.s", "made", Outputs(values={"a": 1}, is_kept=True))
        assert plain(value) == {"values": {"a": 1}, "is_kept": True}
        with pytest.raises(Invalid, match=r"steps\.STEP\.outputs\.made\.FIELD"):
            prologue({"made": value})

    @pytest.mark.parametrize(
        ("name", "value", "says"),
        [
            ("model", object(), "A builtins.object cannot pass"),
            ("rows", [open], "cannot pass"),
            ("grid", np.array([object()]), "An array of object cannot pass"),
            ("column", pd.Series([1], name=(1, 2)), "is no text"),
            ("text", "a" * 2_000_000, "2,000,002 bytes"),
            ("api_key", "hunter2hunter2", "looks like a secret"),
            ("url", "postgres://ada:hunter2hunter2@db/shop", "looks like a secret"),
        ],
    )
    def test_the_rest_is_refused(self, here: Project, name: str, value: object, says: str) -> None:
        """By name, with what to do instead; a secret is not repeated."""
        with pytest.raises(Invalid) as caught:
            give("p.s", {name: value}, name)
        assert caught.value.message.startswith(f"{name}: ")
        assert says in caught.value.message
        assert "hunter2" not in str(caught.value)
        assert not (here.root / "outputs").exists()

    def test_what_was_given_already_stays(self, here: Project) -> None:
        """`%mlops output` says it better; what no cell made is left to who asks for it."""
        (here.root / "outputs").mkdir()
        (here.root / "outputs/n.json").write_text("5")
        give("p.s", {"n": 3}, "n", "missing")
        assert [path.name for path in (here.root / "outputs").iterdir()] == ["n.json"]
        assert kept(here, "n") == 5

    def test_outside_of_a_pipeline_nothing_happens(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """An output notebook may be run again by hand."""
        monkeypatch.chdir(tmp_path)
        give("p.s", {"n": object()}, "n")
        assert list(tmp_path.iterdir()) == []

    def test_names_cannot_carry_code(self) -> None:
        """Only identifiers are written."""
        for write in (lambda name: prologue({name: 1}), lambda name: epilogue("p.s", (name,))):
            with pytest.raises(Invalid):
                write("x; import os #")
