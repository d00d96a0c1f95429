"""What a version was made with, as a bill of materials: CycloneDX 1.6."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator, Sequence
from urllib.parse import quote

from pydantic import JsonValue

from jupyter_mlops import __version__
from jupyter_mlops.models.cards.evidence import Evidence, Training

_SCHEMA = "http://cyclonedx.org/schema/bom-1.6.schema.json"
_PIN = re.compile(r"(?P<name>[A-Za-z0-9._-]+)==(?P<version>[^\s;]+)")


def bill(found: Evidence) -> dict[str, JsonValue]:
    """Return the bill: the model, the packages it was trained with, its data; the same for the same version."""
    version = found.version
    packages = list(_packages(found.environment.packages if found.environment else ()))
    data = [_data(item) for item in found.training]
    model: dict[str, JsonValue] = {
        "type": "machine-learning-model",
        "bom-ref": version.ref,
        "name": version.name,
        "version": str(version.version),
    }
    needs: list[JsonValue] = [str(item["bom-ref"]) for item in (*packages, *data)]
    tool: JsonValue = {"type": "application", "name": "jupyter-mlops", "version": __version__}
    identity = f"{version.ref} {version.created_at.isoformat()} {found.origin.digest}"
    return {
        "$schema": _SCHEMA,
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": uuid.uuid5(uuid.NAMESPACE_URL, identity).urn,
        "version": 1,
        "metadata": {
            "timestamp": version.created_at.isoformat(),
            "tools": {"components": [tool]},
            "component": model,
        },
        "components": [*_python(found), *packages, *data],
        "dependencies": [{"ref": version.ref, "dependsOn": needs}],
    }


def _python(found: Evidence) -> Iterator[JsonValue]:
    if found.environment is not None and found.environment.python:
        yield {
            "type": "platform",
            "bom-ref": "python",
            "name": "python",
            "version": found.environment.python,
            "description": found.environment.platform,
        }


def _packages(pins: Sequence[str]) -> Iterator[dict[str, JsonValue]]:
    seen: set[str] = set()
    for pin in pins:
        match = _PIN.fullmatch(pin)
        if match is None:
            continue
        name = re.sub(r"[-_.]+", "-", match["name"]).lower()
        url = f"pkg:pypi/{name}@{quote(match['version'], safe='')}"
        if url not in seen:
            seen.add(url)
            yield {
                "type": "library",
                "bom-ref": url,
                "name": match["name"],
                "version": match["version"],
                "purl": url,
            }


def _data(item: Training) -> dict[str, JsonValue]:
    name, _, number = item.ref.partition("@")
    return {
        "type": "data",
        "bom-ref": f"snapshot:{item.ref}",
        "name": name,
        "version": number,
        "hashes": [{"alg": "SHA-256", "content": item.digest}],
    }
