"""Governance: what the ledger proves."""

VERBS = ("audit",)
