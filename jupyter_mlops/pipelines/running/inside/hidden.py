"""The state of the interpreter that no variable holds: generators of random numbers, options, folder, environment."""

from __future__ import annotations

import os
import re
import sys
import warnings
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any

_SECRET = re.compile(r"(?i)password|passwd|secret|token(?!i[sz])|api_?key|access_?key|credential")
_URL_SECRET = re.compile(r"://[^\s/:@]+:[^\s/@]+@")
_environment: dict[str, str] = {}
Foreign = Any  # a module that may not be there
State = dict[str, object]


def begin() -> None:
    """Remember the environment that the kernel was given."""
    _environment.clear()
    _environment.update(os.environ)


def capture() -> State:
    """Return what can be put back, of the modules that are loaded."""
    state: State = {
        "folder": _folder(),
        "path": list(sys.path),
        "environment": {name: value for name, value in _changed().items() if not _is_secret(name, value)},
        "warnings": list(warnings.filters),
    }
    for name, (get, _) in _MODULES.items():
        if name in sys.modules:
            with suppress(Exception):  # another version of it may keep its state elsewhere
                state[name] = get(sys.modules[name])
    return state


def secret_variables() -> dict[str, int]:
    """Return the environment's variables that cells have set and that must not be kept, with what tells their values apart."""
    return {name: hash(value) for name, value in _changed().items() if _is_secret(name, value)}


def restore(state: State) -> None:
    """Put back what was captured; modules that are not loaded yet are left alone."""
    with suppress(OSError):
        os.chdir(str(state["folder"]))
    sys.path[:] = state["path"]  # type: ignore[call-overload]
    for name, value in state["environment"].items():  # type: ignore[attr-defined]
        if value is None:
            os.environ.pop(name, None)
        else:
            os.environ[name] = value
    warnings.filters[:] = state["warnings"]  # type: ignore[index]
    warnings._filters_mutated()  # type: ignore[attr-defined]  # noqa: SLF001 - as the functions of warnings do
    for name, (_, put) in _MODULES.items():
        if name in state and name in sys.modules:
            with suppress(Exception):
                put(sys.modules[name], state[name])


def _changed() -> dict[str, str | None]:
    now = dict(os.environ)
    if now == _environment:
        return {}
    gone: dict[str, str | None] = dict.fromkeys(_environment.keys() - now.keys())
    return gone | {name: value for name, value in now.items() if _environment.get(name) != value}


def _is_secret(name: str, value: str | None) -> bool:
    return value is not None and bool(_SECRET.search(name) or _URL_SECRET.search(value))


def _folder() -> str:
    try:
        return os.getcwd()  # noqa: PTH109
    except OSError:  # somebody has removed it
        return os.path.expanduser("~")  # noqa: PTH111


def _pandas_options(pandas: Foreign) -> dict[str, object]:
    known = pandas._config.config  # noqa: SLF001 - it tells the defaults nowhere else
    values = {name: _at(known._global_config, name) for name in known._registered_options}  # noqa: SLF001
    return {
        name: value
        for name, value in values.items()
        if value != known._registered_options[name].defval  # noqa: SLF001
    }


def _at(tree: Mapping[str, Foreign], name: str) -> object:
    value: Any = tree
    for part in name.split("."):
        value = value[part]
    return value


def _put_pandas_options(pandas: Foreign, options: Mapping[str, object]) -> None:
    for name, value in options.items():
        pandas.set_option(name, value)


def _put_mlflow(mlflow: Foreign, known: tuple[str, str | None]) -> None:
    if known[0]:
        mlflow.set_tracking_uri(known[0])
    if known[1] is not None and mlflow.active_run() is None:
        mlflow.start_run(run_id=known[1])


def _mlflow(mlflow: Foreign) -> tuple[str, str | None]:
    run, uri = mlflow.active_run(), mlflow.get_tracking_uri()
    return "" if _URL_SECRET.search(uri) else uri, None if run is None else run.info.run_id


_MODULES: dict[str, tuple[Callable[[Foreign], object], Callable[[Foreign, Foreign], object]]] = {
    "random": (lambda random: random.getstate(), lambda random, state: random.setstate(state)),
    "numpy.random": (lambda random: random.get_state(), lambda random, state: random.set_state(state)),
    "numpy": (
        lambda numpy: (numpy.get_printoptions(), numpy.geterr()),
        lambda numpy, state: (numpy.set_printoptions(**state[0]), numpy.seterr(**state[1])),
    ),
    "torch": (
        lambda torch: (torch.get_rng_state().numpy(), torch.get_default_dtype()),
        lambda torch, state: (
            torch.set_rng_state(torch.from_numpy(state[0])),
            torch.set_default_dtype(state[1]),
        ),
    ),
    "decimal": (
        lambda decimal: decimal.getcontext().copy(),
        lambda decimal, context: decimal.setcontext(context),
    ),
    "pandas": (_pandas_options, _put_pandas_options),
    "matplotlib": (
        lambda matplotlib: dict(matplotlib.rcParams),
        lambda matplotlib, options: matplotlib.rcParams.update(options),
    ),
    "sklearn": (lambda sklearn: sklearn.get_config(), lambda sklearn, options: sklearn.set_config(**options)),
    "mlflow": (_mlflow, _put_mlflow),
}
