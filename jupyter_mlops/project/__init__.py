"""The project itself: make it, look at it, mend it, and look anything up in it."""

VERBS = (
    "init",
    "status",
    "doctor",
    "demo",
    "show",
    "history",
    "trace",
    "export",
    "verify",
    "settings",
    "plugins",
    "magics",
)
