"""Say in words what starts a pipeline."""

from __future__ import annotations

from jupyter_mlops.pipelines.file import cron
from jupyter_mlops.pipelines.file.trigger_spec import TriggerSpec

_ENDS = {"success": "succeeds", "failure": "fails", "end": "ends"}


def said(spec: TriggerSpec) -> str:
    """Return a phrase that goes on a sentence: `at 06:30 on Monday through Friday (Europe/Vienna)`."""
    match spec.kind:
        case "cron":
            text = cron.describe(spec.cron or "")
            return f"{text[0].lower()}{text[1:]} ({spec.zone})"
        case "snapshot":
            return f"when {spec.dataset} has a new snapshot"
        case "alias":
            return f"when {spec.alias} of {spec.model} moves"
        case "file":
            return f"when a file arrives that fits {spec.pattern}"
        case "webhook":
            return "when a signed call comes"
        case "pipeline":
            return f"when {spec.pipeline} {_ENDS[spec.on]}"
        case "alert":
            return f"when the monitor {spec.monitor} alerts"
