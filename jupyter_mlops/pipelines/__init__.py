"""Run notebooks: typed parameters, a truthful status for each cell, an output that is kept."""

VERBS = (
    "pipeline",
    "pipelines",
    "run",
    "executions",
    "follow",
    "cancel",
    "retry",
    "attach",
    "sweep",
    "when",
    "schedule",
    "unschedule",
    "pause",
    "resume",
    "backfill",
    "trigger",
    "output",
    "worker",
)
