"""The global random generators: whether a cell drew from them, and the state that they are in."""

from __future__ import annotations

import base64
import sys
from collections.abc import Callable, Mapping

_GENERATORS = ("random", "numpy.random", "torch")
_NEVER_DRAWN = 623  # where NumPy's Mersenne Twister stands when it comes fresh from the machine's entropy


def marks() -> dict[str, int]:
    """Return a mark of each generator that is loaded, which changes when somebody draws from it."""
    return {name: hash(state) for name, state in _states()}


def states() -> dict[str, str]:
    """Return the whole state of each generator that is loaded, as text that can be read back."""
    found = {}
    for name, state in _states():
        content = repr(state).encode() if isinstance(state, tuple) else state
        found[name] = base64.b64encode(content).decode()
    return found


def drawn(before: Mapping[str, int], after: Mapping[str, int]) -> tuple[str, ...]:
    """Return the generators that somebody drew from, or seeded; of those just loaded the ones that are not as new."""
    return tuple(
        name
        for name, mark in after.items()
        if (before[name] != mark if name in before else not _is_new(name))
    )


def _is_new(name: str) -> bool:
    """Tell whether nobody has drawn from a generator that was loaded a moment ago."""
    if name == "torch":
        torch = sys.modules[name]
        fresh = torch.Generator().manual_seed(torch.initial_seed())
        return bool(torch.equal(torch.get_rng_state(), fresh.get_state()))
    if name == "numpy.random":
        import numpy as np

        return bool(np.random.get_state(legacy=False)["state"]["pos"] == _NEVER_DRAWN)
    return True  # Python's own is there from the start


def _states() -> list[tuple[str, tuple[object, ...] | bytes]]:
    readers: dict[str, Callable[[], tuple[object, ...] | bytes]] = {
        "random": _python,
        "numpy.random": _numpy,
        "torch": _torch,
    }
    return [(name, readers[name]()) for name in _GENERATORS if _loaded(name)]


def _loaded(name: str) -> bool:
    marker = {"random": "getstate", "numpy.random": "get_state", "torch": "get_rng_state"}[name]
    return hasattr(sys.modules.get(name), marker)


def _python() -> tuple[object, ...]:
    import random

    return random.getstate()


def _numpy() -> bytes:
    import numpy as np

    state = np.random.get_state(legacy=False)
    inner = state["state"]
    return bytes(inner["key"].tobytes()) + f"{inner['pos']},{state['has_gauss']},{state['gauss']!r}".encode()


def _torch() -> bytes:
    state = sys.modules["torch"].get_rng_state()
    return bytes(state.numpy().tobytes())
