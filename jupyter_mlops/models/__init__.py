"""Models: register what was trained, choose which version serves, and go back."""

from __future__ import annotations

VERBS = (
    "register",
    "models",
    "evaluate",
    "explain",
    "card",
    "dossier",
    "gate",
    "promote",
    "rollback",
    "trust",
)
