"""Checks: one question asked of a table, a model, a run or predictions, and what was found."""

VERBS: tuple[str, ...] = ("expect", "validate", "leaks")
