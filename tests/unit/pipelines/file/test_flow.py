from __future__ import annotations

import builtins

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jupyter_mlops.pipelines.file.flow import Flow, flow_of
from jupyter_mlops.pipelines.file.python_source import parse

BUILT_IN = frozenset(dir(builtins))


def flow(source: str) -> Flow:
    return flow_of(parse(source))


class TestReads:
    @pytest.mark.parametrize(
        ("source", "reads"),
        [
            ("x = 1\nprint(x, y)", "y"),
            ("x = x + 1", "x"),
            ("x += 1", "x"),
            ("frame['a'] = 1", "frame"),
            ("frame.a = b", "b frame"),
            ("model.fit(x)", "model x"),
            ("del x\nx = 1", ""),
            ("if a:\n    x = 1\nelse:\n    x = 2\nx", "a"),
            ("if a:\n    x = 1\nx", "a x"),
            ("for i in xs:\n    i", "xs"),
            ("for i in xs:\n    t = i\nt", "t xs"),
            ("while a:\n    b = a", "a"),
            ("try:\n    import q\nexcept ImportError:\n    q = None\nq", ""),
            ("try:\n    x = f()\nexcept OSError:\n    raise\nx", "f"),
            ("try:\n    x = f()\nexcept OSError as e:\n    print(e)\nx", "f x"),
            ("with open(p) as f:\n    r = f.read()\nr", "p"),
            ("match v:\n    case [a, *b]:\n        a, b\n    case {'k': c, **d}:\n        c, d", "v"),
            ("[i + k for i in xs if i]", "k xs"),
            ("{a: b for a, b in xs}", "xs"),
            ("[(y := f(x)) for x in xs]\ny", "f xs"),
            ("lambda a, b=d: a + c", "c d"),
            ("[lambda: i for i in xs]", "xs"),
            ("def f(a, b=d):\n    return a + c", "d"),
            ("def f(a):\n    return a + c\nf(1)", "c"),
            ("def f():\n    return g()\ndef g():\n    return c\nf()", "c"),
            ("def f():\n    c = 1\n    return [c for _ in xs]\nf()", "xs"),
            ("def f():\n    def g():\n        return c\n    return g\nf()", "c"),
            ("class A(B):\n    k = m\n    def g(self):\n        return w\nA", "B m w"),
            ("@wrap\ndef f(): pass", "wrap"),
            ("x: int = 1\nx", ""),
            ("x: T", "T"),
            ("a, (b, *c) = f()\na, b, c", "f"),
            ("import os.path as p, sys\np, sys", ""),
            ("f'{a:{b}}'", "a b"),
            ("global x\nx = 1\nx", ""),
        ],
    )
    def test_what_comes_from_before(self, source: str, reads: str) -> None:
        """Read before it is surely bound; what a function reads counts where it is used."""
        assert sorted(flow(source).reads - BUILT_IN) == reads.split()


class TestWrites:
    @pytest.mark.parametrize(
        ("source", "writes"),
        [
            ("a = b = 1", "a b"),
            ("frame['a'][0].b = 1", "frame"),
            ("rows.append(1)", "rows"),
            ("fitted = model.fit(x)", "fitted model"),
            ("frame.rename(columns=c, inplace=True)", "frame"),
            ("frame.rename(columns=c)\nframe.head()\nprint(frame)", ""),
            ("del frame['a']", "frame"),
            ("x = 1\ndel x", ""),
            ("for i, j in xs: pass", "i j"),
            ("import a.b\nfrom c import d as e", "a e"),
            ("def f():\n    global n\n    n = 1", "f n"),
            ("[x for x in xs]", ""),
        ],
    )
    def test_what_is_left_behind(self, source: str, writes: str) -> None:
        """Bound, or changed in place by a statement that says so."""
        assert sorted(flow(source).writes) == writes.split()

    def test_what_is_written_on_some_paths_only(self) -> None:
        """It may still be what it was."""
        assert flow("a = 1\nif a:\n    b = 1").unsure == {"b"}

    def test_what_is_no_value_is_known(self) -> None:
        """Imports, functions and classes cannot pass."""
        found = flow("import os\ndef f(): pass\nclass C: pass\ng = f")
        assert (found.modules, set(found.definitions)) == ({"os"}, {"f", "C"})
        assert set(flow("def f(): pass\nf = 1").definitions) == set()


class TestAgainstPython:
    @given(
        st.lists(st.sampled_from([f"{a} = {b} + 1" for a in "xyz" for b in "xyzn"]), min_size=1, max_size=8)
    )
    def test_code_runs_with_just_what_it_reads(self, lines: list[str]) -> None:
        """Given the names that it reads and no others, straight code runs; without one of them it does not."""
        source = "\n".join(lines)
        found = flow(source)
        namespace = dict.fromkeys(found.reads, 0)
        exec(source, {}, namespace)
        assert set(namespace) == found.reads | found.writes
        for name in found.reads:
            with pytest.raises(NameError):
                exec(source, {}, dict.fromkeys(found.reads - {name}, 0))
