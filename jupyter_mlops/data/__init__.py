"""Data: every version of a table, kept exactly as it was."""

from __future__ import annotations

VERBS = (
    "snapshot",
    "load",
    "datasets",
    "prune",
    "profile",
    "diff",
    "derive",
    "asof",
    "mask",
    "forget",
)
