"""Experiments: record a training, find it again, and know what it ran in."""

from __future__ import annotations

VERBS = ("record", "tune", "baseline", "runs", "compare", "reproduce", "prove", "replay")
