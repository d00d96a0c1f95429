"""Which modules the cells have loaded."""

from __future__ import annotations

import os
import sys


class Modules:
    """Tell of modules once, when they are new: not of those that the kernel itself has loaded.

    Parameters
    ----------
    home
        The folder of the user's own code.
    """

    def __init__(self, home: str) -> None:
        self._home = os.path.join(os.path.realpath(home), "")  # noqa: PTH118
        self._seen = set(sys.modules)

    def new(self) -> dict[str, list[str]]:
        """Return the packages loaded since the last time, and the files of modules that lie at home."""
        names = [name for name in list(sys.modules) if name not in self._seen]
        self._seen.update(names)
        files = (getattr(sys.modules.get(name), "__file__", None) for name in names)
        return {
            "modules": sorted({name.partition(".")[0] for name in names}),
            "files": [file for file in files if isinstance(file, str) and self._is_ours(file)],
        }

    def _is_ours(self, file: str) -> bool:
        return file.startswith(self._home) and "site-packages" not in file
