"""Choose the kernel that a notebook runs in."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from jupyter_mlops.core.errors import Unavailable

if TYPE_CHECKING:
    from jupyter_client.kernelspec import KernelSpec

NATIVE = "python3"
_LAUNCH = ("-m", "ipykernel_launcher")
# The folder that the kernel runs in must not come before what is imported here; the launcher sees to it after us.
_LAUNCH_WITHOUT_DEBUGGER = """
import sys
first = [sys.path.pop(0)] if sys.path[:1] == [""] else []
import runpy
if "debugpy" not in sys.modules:
    sys.modules["debugpy"] = None
    try:
        import ipykernel.debugger
    except ImportError:
        pass
    del sys.modules["debugpy"]
sys.path[:0] = first
runpy.run_module("ipykernel_launcher", run_name="__main__", alter_sys=True)
"""


@dataclass(frozen=True)
class Kernel:
    """How to start a kernel.

    Parameters
    ----------
    warning
        Why it is another than the notebook names.
    """

    name: str
    spec: KernelSpec
    warning: str = ""


def choose_kernel(named: str | None, language: str) -> Kernel:
    """Return the kernel *named*, or this Python's own when it is missing and the language is Python.

    Raises
    ------
    Unavailable
        No kernel for the language is installed.
    """
    from jupyter_client.kernelspec import KernelSpecManager, NoSuchKernel

    if named is not None:
        try:
            spec = KernelSpecManager().get_kernel_spec(named)
        except NoSuchKernel:
            spec = None
        if spec is not None and spec.argv and shutil.which(spec.argv[0]):
            return Kernel(named, spec)
    if language.lower() not in {"", "python", "ipython"}:
        raise Unavailable(
            f"The kernel {named!r} for {language} is not installed.",
            hint="List those that are with `jupyter kernelspec list`.",
        )
    warning = f"The kernel {named!r} is not installed; this Python's own ran instead." if named else ""
    return Kernel(NATIVE, _native_spec(), warning)


def kernel_of(python: Path) -> Kernel:
    """Return the kernel of another interpreter than this one."""
    spec = _native_spec()
    spec.argv = [str(python), *spec.argv[1:]]
    return Kernel(NATIVE, spec)


def without_debugger(command: Sequence[str]) -> list[str]:
    """Return the command with IPython's kernel started as if debugpy were missing: loading it is a quarter of the start.

    Cells can still import it. Any other kernel's command is left as it is.
    """
    python, options = list(command[:1]), tuple(command[1:3])
    launch = ("-c", _LAUNCH_WITHOUT_DEBUGGER) if options == _LAUNCH else options
    return [*python, *launch, *command[3:]]


def _native_spec() -> KernelSpec:
    from jupyter_client.kernelspec import KernelSpec

    try:
        from ipykernel.kernelspec import RESOURCES, get_kernel_dict
    except ImportError as error:
        raise Unavailable(
            "This Python has no kernel.", hint="Install one with `pip install ipykernel`."
        ) from error
    return KernelSpec(resource_dir=RESOURCES, **get_kernel_dict())
