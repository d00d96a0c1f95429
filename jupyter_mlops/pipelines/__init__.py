"""Run notebooks: typed parameters, a truthful status for each cell, an output that is kept."""

VERBS = ("run",)
