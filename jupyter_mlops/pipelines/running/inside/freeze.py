"""Turn variables into bytes and back, so that what was one object, or one memory, is one again; or say why not.

Cloudpickle does the most of it. Here is what it would do wrong: functions lose the notebook's names, views of arrays
their array, open files their file.
"""

from __future__ import annotations

import io
import pickle
import sys
import types
from collections.abc import Callable, Iterable
from typing import Any

from .identity import is_handle, name_of, ones, reach
from .names import mentioned

try:
    from cloudpickle import Pickler  # type: ignore[import-untyped, unused-ignore]

    _HAS_CLOUDPICKLE = True
except ImportError:  # a kernel without it keeps what plain pickle can
    from pickle import Pickler

    _HAS_CLOUDPICKLE = False

_FEW = 4096
_DENIED = {"numpy.memmap", "ipywidgets.Widget", "IPython.InteractiveShell"}
_ALONE = 3  # references to an array that only one view of it holds: the view's, ours, and the counter's own
Foreign = Any  # of a library that is not imported here
_namespace: dict[str, object] = {}


class Unkept(Exception):
    """A value cannot be kept: the text says why."""


class Frozen:
    """What a value became.

    Parameters
    ----------
    ids
        The objects that it is made of, as far as it matters that they are not copied.
    refers
        Names that functions in it look up.
    why
        Why it cannot be kept.
    hold
        Keeps its parts alive, so that their ids are nobody else's.
    """

    def __init__(self) -> None:
        self.stream = b""
        self.buffers: list[memoryview] = []
        self.ids: set[int] = set()
        self.refers: set[str] = set()
        self.why = ""
        self.is_handle = False
        self.hold: list[object] = []


def use_namespace(names: dict[str, object]) -> None:
    """Say where functions of the notebook's look up names, here and when they are thawed."""
    global _namespace  # noqa: PLW0603 - a kernel has one
    _namespace = names


def namespace() -> dict[str, object]:
    """Return the notebook's names: thawed functions call this."""
    return _namespace


def freeze(value: object, check: Callable[[int], None], subject: object) -> Frozen:
    """Freeze a value, or say why it cannot be kept.

    Parameters
    ----------
    check
        Told how many bytes there are so far; raises Unkept when that is too much.
    subject
        What a reader would call the value, where it is the content of something.
    """
    frozen = Frozen()
    sink = _Sink(check, frozen)
    freezer = _Freezer(sink, frozen)
    try:
        freezer.dump(value)
        frozen.stream = bytes(sink.content)
        frozen.hold = [obj for _, obj in freezer.memo.copy().values()]
        frozen.ids = ones(frozen.hold, freezer.apart)
        return frozen
    except Unkept as error:
        frozen.why = str(error)
    except Exception as error:  # noqa: BLE001 - whatever a class's own code raises, it cannot be kept
        frozen.why = f"{_a(subject)} cannot be kept ({type(error).__name__})"
    frozen.is_handle = is_handle(subject)
    if not frozen.is_handle:
        frozen.ids, refers = reach(subject, _namespace)
        frozen.refers |= refers
    return frozen


def thaw(stream: bytes, buffers: Iterable[bytearray]) -> object:
    """Return the value that was frozen; what is given has been proven to be our own."""
    return pickle.loads(stream, buffers=buffers)  # noqa: S301 - signed by the runner, checked by the keeper


class _Sink:
    """Collects the stream, and has its size and the time watched."""

    def __init__(self, check: Callable[[int], None], frozen: Frozen) -> None:
        self.content = bytearray()
        self._check = check
        self._besides = 0
        self._buffers = frozen.buffers

    def write(self, part: bytes) -> int:
        self.content += part
        self._check(len(self.content) + self._besides)
        return len(part)

    def take(self, buffer: pickle.PickleBuffer) -> bool:
        """Keep a large buffer beside the stream; a small one stays in it."""
        raw = buffer.raw()
        if raw.nbytes < _FEW:
            return True
        self._buffers.append(raw)
        self._besides += raw.nbytes
        self._check(len(self.content) + self._besides)
        return False


class _Marker:
    """Stands for the notebook's names in a stream."""

    def __reduce__(self) -> tuple[Callable[[], object], tuple[()]]:
        return namespace, ()


class _Freezer(Pickler):  # type: ignore[misc]
    """Pickles as cloudpickle does, but for what would come out wrong."""

    def __init__(self, sink: _Sink, frozen: Frozen) -> None:
        super().__init__(sink, protocol=5, buffer_callback=sink.take)
        self.apart: dict[int, object] = {}
        self._frozen = frozen
        self._storages: dict[int, int] = {}

    def reducer_override(self, obj: object) -> object:
        kind = type(obj)
        if kind not in _actions:
            _actions[kind] = _action(kind)
        action = _actions[kind]
        reduced = NotImplemented if action is None else action(self, obj)
        if reduced is not NotImplemented:
            return reduced
        if _HAS_CLOUDPICKLE:
            return super().reducer_override(obj)
        if isinstance(obj, (type, types.FunctionType)) and obj.__module__ == "__main__":
            raise Unkept("functions and classes need cloudpickle in the kernel's environment")
        return NotImplemented

    def _dynamic_function_reduce(self, func: types.FunctionType) -> object:
        """Reduce a function with the cells that it may share with others.

        One of the notebook's goes without the values of what it looks up: it will find them again.
        """
        made, (code, names, name, defaults, _), (state, slots), *more = super()._dynamic_function_reduce(func)
        slots = {**slots, "__closure__": None}
        if func.__globals__ is _namespace:
            self._frozen.refers.update(mentioned(func.__code__))
            names, slots["__globals__"] = _Marker(), {}
        return (made, (code, names, name, defaults, func.__closure__), (state, slots), *more)

    def cell(self, cell: Foreign) -> object:
        """Reduce a closure's cell so that it may hold the function that it belongs to."""
        try:
            content: tuple[object, ...] = (cell.cell_contents,)
        except ValueError:
            content = ()
        return types.CellType, (), content, None, None, _fill

    def array(self, array: Foreign) -> object:
        """Reduce a view to the array that it looks at, if anybody else looks at that too."""
        base = array.base
        if base is None or id(array) in self.apart:
            return NotImplemented
        if type(base).__name__ in {"memmap", "mmap"}:
            raise Unkept("it looks at a file in memory")
        if type(base).__name__ != "ndarray" or sys.getrefcount(base) <= _ALONE:
            return NotImplemented
        is_plain = type(array) is type(base) and not array.dtype.hasobject
        if not is_plain or not (base.flags.c_contiguous or base.flags.f_contiguous):
            raise Unkept("it looks at an array in a way that cannot be kept")
        offset = array.ctypes.data - base.ctypes.data
        return _view, (base, array.dtype, array.shape, offset, array.strides, array.flags.writeable)

    def table(self, obj: object) -> object:
        """Note arrays that pandas may share between tables: it treats them as copies."""
        self.apart[id(getattr(obj, "_metadata", None))] = obj  # one list for all tables of a class
        blocks = getattr(obj, "blocks", ())
        names = ("values",) if isinstance(blocks, tuple) and blocks else ("_ndarray", "_data", "_mask")
        for inner in (getattr(part, name, None) for part in blocks or (obj,) for name in names):
            if type(inner).__module__ == "numpy":
                self.apart[id(inner)] = inner
        return NotImplemented

    def tensor(self, tensor: Foreign) -> object:
        """Refuse a tensor whose memory another one uses too: each would get its own."""
        pointer = int(tensor.untyped_storage().data_ptr())
        if pointer and self._storages.setdefault(pointer, id(tensor)) != id(tensor):
            raise Unkept("two tensors in it share their memory")
        return NotImplemented


_actions: dict[type, Callable[[_Freezer, object], object] | None] = {}


def _action(kind: type) -> Callable[[_Freezer, object], object] | None:
    """Return what to do with objects of a type, if it is anything special."""
    names = {f"{base.__module__.partition('.')[0]}.{base.__name__}" for base in kind.__mro__}
    if names & _DENIED or (issubclass(kind, io.IOBase) and not issubclass(kind, (io.BytesIO, io.StringIO))):
        return _deny
    if kind is types.CellType:
        return _Freezer.cell
    if "numpy.ndarray" in names:
        return _Freezer.array
    if "torch.Tensor" in names:
        return _Freezer.tensor
    return _Freezer.table if kind.__module__.partition(".")[0] == "pandas" else None


def _fill(cell: types.CellType, content: tuple[object, ...]) -> None:
    for value in content:
        cell.cell_contents = value


def _deny(_freezer: _Freezer, obj: object) -> object:
    raise Unkept(f"{_a(obj)} cannot be kept")


def _view(
    base: Foreign, dtype: Foreign, shape: Foreign, offset: int, strides: Foreign, writeable: bool
) -> object:
    numpy = sys.modules["numpy"]
    view = numpy.ndarray(shape, dtype, numpy.ravel(base, order="K"), offset, strides)
    view.flags.writeable = writeable
    return view


def _a(value: object) -> str:
    name = name_of(type(value))
    return f"{'an' if name[0] in 'aeiouAEIOU' else 'a'} {name}"
