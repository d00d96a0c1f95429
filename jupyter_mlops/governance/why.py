"""Say why something was done, as people read it: what they said, then the grounds that the ledger keeps."""

from __future__ import annotations

import re

from jupyter_mlops.core.ledger import AuditEvent

_SAID = ("note", "comment", "message")
# Digests prove, and say nothing to a reader; the event itself has them.
_DIGEST = re.compile(r"\b(?:trusts )?(?:model files )?sha256:[0-9a-f]{64}\b:?")


def why(event: AuditEvent) -> str:
    """Return what people said, and the grounds: a gate's verdict, an override, a refusal."""
    said = next((str(event.arguments[key]) for key in _SAID if event.arguments.get(key)), "")
    grounds = _DIGEST.sub("", event.reason).strip(" ;·")
    return " · ".join(dict.fromkeys(filter(None, (said, grounds))))
