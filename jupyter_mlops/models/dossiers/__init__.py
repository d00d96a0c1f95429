"""Compliance dossiers: every statement with its line of the ledger."""
