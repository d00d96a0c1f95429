"""Governance: who agreed to what, and what the ledger proves."""

VERBS = ("request", "approve", "deny", "approvals", "audit", "checkpoint", "rekey", "lineage")
