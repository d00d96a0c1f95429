"""Variables come back as they were: equal, and one where they were one."""

from __future__ import annotations

import io
import sqlite3
import threading
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import ModuleType

import ipywidgets
import numpy as np
import pandas as pd
import pytest

from jupyter_mlops.pipelines.running.inside import freeze
from jupyter_mlops.pipelines.running.inside.freeze import Frozen, Unkept


class Notebook:
    """Names that code is run in, as a kernel does."""

    def __init__(self) -> None:
        self.names = vars(ModuleType("__main__"))
        freeze.use_namespace(self.names)

    def run(self, code: str) -> None:
        exec(code, self.names)

    def frozen(self, *names: str) -> Frozen:
        values = {name: self.names[name] for name in names}
        return freeze.freeze(values, lambda _: None, self.names[names[0]])

    def again(self, *names: str) -> Mapping[str, object]:
        found = self.frozen(*names)
        assert found.why == ""
        thawed = freeze.thaw(found.stream, [bytearray(part) for part in found.buffers])
        assert isinstance(thawed, dict)
        return thawed


@pytest.fixture
def notebook() -> Iterator[Notebook]:
    before = freeze.namespace()
    yield Notebook()
    freeze.use_namespace(before)


class TestSharing:
    def test_a_view_of_an_array_is_one_again(self, notebook: Notebook) -> None:
        """Writing through it is seen in the array, and in a dict that holds it."""
        notebook.run(
            "import numpy as np\na = np.arange(10_000.).reshape(100, 100)\nv = a[3:5, ::-2]\nd = {'v': v}"
        )
        back = notebook.again("a", "v", "d")
        back["v"][0, 0] = -1
        assert back["a"][3, 99] == -1
        assert back["d"]["v"] is back["v"]

    @pytest.mark.parametrize("layout", ["a.T", "np.asfortranarray(a)[1:]", "a.view('i8')[2]", "a[::3, 1]"])
    def test_any_look_at_an_array(self, notebook: Notebook, layout: str) -> None:
        """Transposed, of another type, with steps."""
        notebook.run(f"import numpy as np\na = np.arange(900.).reshape(30, 30)\nv = {layout}\nb = v.base")
        back = notebook.again("v", "b")
        assert np.array_equal(back["v"], notebook.names["v"])
        assert np.shares_memory(back["v"], back["b"])

    def test_a_view_that_nobody_else_looks_at_is_kept_alone(self, notebook: Notebook) -> None:
        """Not with the megabytes that it was cut from."""
        notebook.run("import numpy as np\nv = np.zeros(1_000_000)[:1000]")
        assert sum(map(len, notebook.frozen("v").buffers)) == 8000

    def test_tables_stay_apart(self, notebook: Notebook) -> None:
        """pandas lets copies share memory until one is written to; afterwards as before."""
        notebook.run(
            "import pandas as pd\ndf = pd.DataFrame({'x': range(5000)})\nother = df.rename(columns={'x': 'y'})"
        )
        back = notebook.again("df", "other")
        back["df"].loc[0, "x"] = -1
        assert back["other"]["y"][0] == 0
        assert not notebook.frozen("df").ids & notebook.frozen("other").ids

    def test_a_slice_of_a_table_is_kept_alone(self, notebook: Notebook) -> None:
        """Its block looks at the large one's memory."""
        notebook.run(
            "import numpy as np, pandas as pd\ndf = pd.DataFrame(np.zeros((100_000, 10)))\nhead = df.iloc[:100]"
        )
        assert sum(map(len, notebook.frozen("head").buffers)) < 10_000

    def test_two_names_for_one_thing_have_it_in_common(self, notebook: Notebook) -> None:
        """So they are kept together; equal things, and numbers, need not be."""
        notebook.run("a = [1]\nb = {'a': a}\nc = [1]\nn = 1000\nm = n")
        frozen = {name: notebook.frozen(name) for name in "abcnm"}
        assert frozen["a"].ids & frozen["b"].ids
        assert not frozen["a"].ids & frozen["c"].ids
        assert not frozen["n"].ids & frozen["m"].ids

    def test_instances_have_their_class_in_common(self, notebook: Notebook) -> None:
        """Else the class's own state could be two."""
        notebook.run("class C:\n    n = 0\nc = C()\nd = C()")
        assert notebook.frozen("c").ids & notebook.frozen("d").ids & notebook.frozen("C").ids


class TestFunctions:
    def test_they_look_names_up_in_the_notebook(self, notebook: Notebook) -> None:
        """Later changes reach them, and the values themselves are not carried along."""
        notebook.run("big = list(range(10_000))\ndef f(x):\n    return [y + k for y in (x, len(big))]\nk = 1")
        frozen = notebook.frozen("f")
        assert len(frozen.stream) < 2000
        assert {"big", "k"} <= frozen.refers
        back = notebook.again("f")["f"]
        notebook.names["k"] = 5
        assert back(1) == [6, 10_005]

    def test_closures_share_their_cell(self, notebook: Notebook) -> None:
        """What one counts the other reads."""
        notebook.run(
            "def pair():\n    n = [0]\n    def up():\n        nonlocal n\n        n = [n[0] + 1]\n"
            "    return up, lambda: n[0]\nup, get = pair()"
        )
        back = notebook.again("up", "get")
        back["up"]()
        assert back["get"]() == 1
        assert notebook.frozen("up").ids & notebook.frozen("get").ids

    def test_one_that_holds_itself(self, notebook: Notebook) -> None:
        """By its closure, or by the class that it belongs to."""
        notebook.run(
            "def make():\n    def down(n):\n        return down(n - 1) if n else 'end'\n    return down\ndown = make()\n"
            "class A:\n    def name(self):\n        return 'A'\n"
            "class B(A):\n    def name(self):\n        return super().name() + 'B'\nb = B()"
        )
        back = notebook.again("down", "b")
        assert back["down"](3) == "end"
        assert back["b"].name() == "AB"

    def test_modules_come_by_name(self, notebook: Notebook) -> None:
        """They are imported again."""
        notebook.run("import json as j\nfrom math import sqrt")
        back = notebook.again("j", "sqrt")
        assert back["j"].loads("1") == 1
        assert back["sqrt"](4) == 2


class TestExactness:
    @pytest.mark.parametrize(
        "make",
        [
            "pd.DataFrame({'s': ['a', None], 'c': pd.Categorical(['x', 'y']), 'i': pd.array([1, None], dtype='Int64')})",
            "pd.date_range('2026-01-01', periods=3, tz='Europe/Berlin')",
            "pd.Series([{'a': 1}, [2]])",
        ],
    )
    def test_tables_of_every_kind(self, notebook: Notebook, make: str) -> None:
        """With their types."""
        notebook.run(f"import pandas as pd\nx = {make}")
        back, before = notebook.again("x")["x"], notebook.names["x"]
        assert back.equals(before)
        assert getattr(back, "dtypes", None) is None or str(back.dtypes) == str(before.dtypes)  # type: ignore[attr-defined]

    def test_arrays_can_be_written_or_not_as_before(self, notebook: Notebook) -> None:
        """A large one comes back in memory of its own."""
        notebook.run("import numpy as np\na = np.ones(9000)\nb = np.ones(9000)\nb.flags.writeable = False")
        back = notebook.again("a", "b")
        assert back["a"].flags.writeable
        assert not back["b"].flags.writeable


class TestRefusal:
    @pytest.mark.parametrize(
        ("value", "why"),
        [
            (lambda: (n for n in [1]), "a generator cannot be kept"),
            (threading.Lock, "a _thread.lock cannot be kept"),
            (lambda: sqlite3.connect(":memory:"), "a sqlite3.Connection cannot be kept"),
            (lambda: Path("/dev/null").open("w"), "a _io.TextIOWrapper cannot be kept"),  # noqa: SIM115
            (lambda: {"log": io.TextIOWrapper(io.BytesIO())}, "a _io.TextIOWrapper cannot be kept"),
            (lambda: ipywidgets.Text("x"), "an ipywidgets.widgets.widget_string.Text cannot be kept"),
        ],
    )
    def test_what_stands_for_more_than_its_bytes(self, notebook: Notebook, value: object, why: str) -> None:
        """Cloudpickle would take an open file for a text."""
        notebook.names["x"] = value()  # type: ignore[operator]
        assert notebook.frozen("x").why.startswith(why)

    def test_what_it_holds_is_known_all_the_same(self, notebook: Notebook) -> None:
        """A variable that shares something with it cannot be kept either."""
        notebook.run(
            "items = [1]\nclass Box:\n    pass\nbox = Box()\nbox.gen, box.items = (n for n in items), items"
        )
        assert notebook.frozen("box").ids & notebook.frozen("items").ids

    @pytest.mark.parametrize(("place", "is_handle"), [("file.db", True), (":memory:", False)])
    def test_a_connection_is_a_handle(
        self, notebook: Notebook, tmp_path: object, place: str, is_handle: bool
    ) -> None:
        """Unless what it is connected to is the memory of this very process."""
        notebook.names["c"] = sqlite3.connect(place if place.startswith(":") else f"{tmp_path}/{place}")
        assert notebook.frozen("c").is_handle is is_handle

    def test_somebody_else_may_call_it_off(self, notebook: Notebook) -> None:
        """By size, in the middle of it."""

        def check(size: int) -> None:
            if size > 100_000:
                raise Unkept("too large")

        assert freeze.freeze([b"x" * 200_000, "y" * 200_000], check, []).why == "too large"

    def test_errors_of_a_class_are_told_by_its_name(self, notebook: Notebook) -> None:
        """Whatever its own code raises."""
        notebook.run("class Odd:\n    def __reduce__(self):\n        raise RuntimeError('secret')\nx = Odd()")
        assert notebook.frozen("x").why == "an Odd cannot be kept (RuntimeError)"


def test_what_pickle_would_forget(notebook: Notebook) -> None:
    """A table that looks at its own kind of memory survives a second round, as after a second failure."""
    notebook.run("import numpy as np\na = np.arange(2000.)\nv = a[:10]")
    notebook.names.update(notebook.again("a", "v"))
    back = notebook.again("a", "v")
    back["v"][0] = -1
    assert back["a"][0] == -1
    assert isinstance(back["a"], np.ndarray)
    assert pd.Series(back["a"]).iloc[0] == -1
