"""What cells have changed is kept, and comes back in another kernel."""

from __future__ import annotations

import builtins
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from jupyter_mlops.pipelines.running.inside import freeze, hidden, keeper, vault
from jupyter_mlops.pipelines.running.inside.keeper import Keeper

Answer = dict[str, Any]


class Shell:
    """A notebook's names without IPython."""

    def __init__(self) -> None:
        self.user_ns = {**vars(ModuleType("__main__")), "__builtins__": builtins}
        self.execution_count = 1

    def transform_cell(self, raw_cell: str) -> str:
        return raw_cell


class Kernel:
    """Runs cells, and has what they change kept."""

    def __init__(self, folder: Path) -> None:
        self.shell = Shell()
        self.keeper = Keeper(self.shell, str(folder / "objects"), str(folder), 100, 1000)
        self.names = self.shell.user_ns

    def run(self, code: str, seconds: float = 60) -> Answer:
        exec(code, self.names)
        self.shell.execution_count += 1
        return self.keeper.checkpoint(code, seconds)

    def load(self, *answers: Answer) -> None:
        groups = [group for answer in answers for group in answer["groups"] if group["blobs"]]
        self.keeper.load(groups, answers[-1]["hidden"], answers[-1]["count"])


@pytest.fixture
def kernel(tmp_path: Path) -> Iterator[Kernel]:
    before = freeze.namespace()
    vault._values.clear()
    vault._patterns.clear()
    yield Kernel(tmp_path)
    freeze.use_namespace(before)


def kept(answer: Answer) -> set[tuple[str, ...]]:
    return {tuple(group["names"]) for group in answer["groups"] if group["blobs"]}


def refused(answer: Answer) -> dict[tuple[str, ...], str]:
    return {tuple(group["names"]): group["why"] for group in answer["groups"] if group["why"]}


class TestCheckpoint:
    def test_what_a_cell_makes_is_kept(self, kernel: Kernel) -> None:
        """Each variable on its own, unless they share something."""
        assert kept(kernel.run("a = [1]\nb = {'a': a}\nc = [2]")) == {("a", "b"), ("c",)}

    def test_what_it_does_not_name_is_left_alone(self, kernel: Kernel) -> None:
        """Only what a cell names, or what belongs to that, is looked at again."""
        kernel.run("a = [1]\nb = {'a': a}\nc = [2]")
        assert kept(kernel.run("b['x'] = 3")) == {("a", "b")}

    def test_a_function_reaches_what_it_looks_up(self, kernel: Kernel) -> None:
        """Calling it may have changed that."""
        kernel.run("rows = [1]\ndef add():\n    rows.append(2)\nother = [3]")
        assert ("rows",) in kept(kernel.run("add()"))
        assert ("other",) not in kept(kernel.run("add()"))

    def test_what_a_module_holds_too_is_looked_at_always(self, kernel: Kernel) -> None:
        """It may change it behind the notebook's back."""
        kernel.run("import types\nbox = types.SimpleNamespace()\nrows = [1]\nbox.rows = rows\nalone = [2]")
        kernel.run("del box.rows\nimport sys\nsys.modules['elsewhere'] = types.ModuleType('elsewhere')")
        kernel.run("sys.modules['elsewhere'].rows = rows")
        found = kept(kernel.run("sys.modules['elsewhere'].rows.append(5)"))
        assert ("rows",) in found
        assert ("alone",) not in found

    def test_names_that_are_gone(self, kernel: Kernel) -> None:
        """Are told."""
        kernel.run("a = 1\nb = 2")
        assert kernel.run("del a")["gone"] == ["a"]

    def test_a_handle_is_not_changed_by_use(self, kernel: Kernel, tmp_path: Path) -> None:
        """Reading by a connection does not make its cell run again; making it does."""
        answer = kernel.run(f"import sqlite3\nc = sqlite3.connect({str(tmp_path / 'a.db')!r})")
        assert "c: a sqlite3.Connection cannot be kept" in refused(answer)["c",]
        assert "c" not in kernel.run("rows = c.execute('select 1').fetchall()")["touched"]
        assert "c" in kernel.run("c = sqlite3.connect(':memory:')")["touched"]

    def test_without_time_it_waits(self, kernel: Kernel) -> None:
        """And is kept with the next cell that leaves time."""
        first = kernel.run("a = [1]", seconds=-1)
        assert refused(first) == {("a",): "a: there was no time to keep it"}
        assert kept(kernel.run("b = [2]")) == {("a",), ("b",)}

    def test_what_is_too_large_is_said(self, kernel: Kernel) -> None:
        """And the rest is kept."""
        answer = kernel.run("a = bytes(110_000_000)\nb = 1")
        assert refused(answer) == {("a",): "a: it takes more than 100 MB"}
        assert kept(answer) == {("b",)}

    def test_no_room_left(self, kernel: Kernel, monkeypatch: pytest.MonkeyPatch) -> None:
        """A full disk, or a full share of it, costs the checkpoint and not the run."""
        monkeypatch.setattr(kernel.keeper._shelf, "_most", 0)
        assert refused(kernel.run("a = 1")) == {("a",): "there is no room left for it"}

    def test_the_same_bytes_are_kept_once(self, kernel: Kernel, tmp_path: Path) -> None:
        """However many cells change the rest."""
        kernel.run("import numpy as np\na = np.arange(100_000)\nn = {'a': a, 'n': 0}")
        kernel.run("n['n'] += 1")
        sizes = sorted(path.stat().st_size for path in (tmp_path / "objects").iterdir())
        assert sum(size == 800_000 for size in sizes) == 1


class TestSecrets:
    def test_they_are_never_kept(self, kernel: Kernel, tmp_path: Path) -> None:
        """By reference if they are variables; what holds one is not kept at all, not even encoded."""
        vault.resolve({"env:KEY": "env:KEY"}, {"KEY": "correct-horse-battery"})
        answer = kernel.run(
            "import base64\nkey = __import__('jupyter_mlops.pipelines.running.inside.vault', fromlist=['x']).secret('env:KEY')\n"
            "header = {'Basic': base64.b64encode(b'user:' + key.encode())}\nn = 1"
        )
        assert answer["secrets"] == {"key": "env:KEY"}
        assert refused(answer) == {("header",): "it holds a secret"}
        assert ("n",) in kept(answer)
        found = b"".join(path.read_bytes() for path in (tmp_path / "objects").iterdir())
        assert b"correct-horse" not in found

    def test_nor_what_is_named_like_one(self, kernel: Kernel, tmp_path: Path) -> None:
        """A text in the notebook's own code."""
        answer = kernel.run("db_password = 'correct-horse'\nmax_tokens = 5")
        assert refused(answer) == {("db_password",): "db_password: it looks secret"}
        assert kept(answer) == {("max_tokens",)}

    def test_nor_those_of_the_environment(
        self, kernel: Kernel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """What a cell sets there is brought back by running it again."""
        for name in ("SHOP_TOKEN", "SHOP"):
            monkeypatch.setenv(name, "none yet")
        answer = kernel.run(
            "import os\nos.environ['SHOP_TOKEN'] = 'correct-horse'\nos.environ['SHOP'] = 'north'"
        )
        assert "os.environ['SHOP_TOKEN'] is secret" in refused(answer).values()
        monkeypatch.delenv("SHOP")
        kernel.load(answer)
        assert hidden.os.environ["SHOP"] == "north"
        assert b"correct-horse" not in b"".join(
            path.read_bytes() for path in (tmp_path / "objects").iterdir()
        )


class TestLoading:
    def test_in_another_kernel(self, kernel: Kernel, tmp_path: Path) -> None:
        """Variables, functions that see them, and the number of the next cell."""
        first = kernel.run("n = [1]\ndef f():\n    return n")
        other = Kernel(tmp_path)
        other.load(first)
        assert other.names["f"]() is other.names["n"]
        assert other.shell.execution_count == 2

    def test_random_numbers_go_on(self, kernel: Kernel, tmp_path: Path) -> None:
        """As if nothing had happened."""
        answer = kernel.run(
            "import random, numpy as np\nrandom.seed(1)\nnp.random.seed(2)\nx = random.random()"
        )
        expected = kernel.names["random"].random(), kernel.names["np"].random.rand()
        kernel.run("random.seed(9)")
        other = Kernel(tmp_path)
        other.load(answer)
        assert (other.names["random"].random(), other.names["np"].random.rand()) == expected

    def test_it_takes_it_from_there(self, kernel: Kernel, tmp_path: Path) -> None:
        """What is not there in the end goes; only what the next cell touches is looked at."""
        first = kernel.run("a = [1]\nb = {2: 3}")
        other = Kernel(tmp_path)
        other.names["left"] = "from a cell that ran again"
        other.load(first)
        other.keeper.settle(first["groups"], ["a", "b"])
        assert "left" not in other.names
        answer = other.run("c = 1")
        assert (kept(answer), answer["gone"]) == ({("c",)}, [])

    def test_damage_is_found(self, kernel: Kernel, tmp_path: Path) -> None:
        """Nothing is unpickled that is not what was kept."""
        answer = kernel.run("a = list(range(1000))")
        (stream,) = [blob[0] for group in answer["groups"] for blob in group["blobs"]]
        path = tmp_path / "objects" / stream
        path.write_bytes(path.read_bytes().replace(b"K", b"J"))
        with pytest.raises(OSError, match="damaged"):
            kernel.load(answer)

    def test_imports_settings_and_secrets_are_done_again(self, kernel: Kernel) -> None:
        """One that fails, as it did then, stops nothing."""
        vault.resolve({"env:KEY": "env:KEY"}, {"KEY": "correct-horse"})
        kernel.keeper.prepare(
            ["xml.dom.minidom", "no_such_module"], ["1 / 0", "done = True"], {"key": "env:KEY"}
        )
        assert kernel.names["key"] == "correct-horse"
        assert kernel.names["done"] is True
        assert keeper.sys.modules["xml.dom.minidom"]
