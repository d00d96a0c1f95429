"""Write a version's passport, bill of materials or card for people who have nothing else of ours."""

from __future__ import annotations

import hashlib
import json

from jupyter_mlops.core import call, durable
from jupyter_mlops.core.exporter import Destination, Export
from jupyter_mlops.core.project import Project
from jupyter_mlops.core.tracker import ModelVersion
from jupyter_mlops.models.alias import find
from jupyter_mlops.models.card import card_of
from jupyter_mlops.models.cards.evidence import gather
from jupyter_mlops.models.passport.bill import bill
from jupyter_mlops.models.passport.form import encode
from jupyter_mlops.models.passport.write import passport
from jupyter_mlops.models.vulnerabilities import is_installed

_ENDINGS = {"passport": "passport.json", "sbom": "cdx.json", "card": "card.md"}


class PassportExporter:
    """Write the passport, which `verify` checks anywhere."""

    def export(self, project: Project, ref: str, destination: Destination) -> Export:
        """Write the passport of a version; pip-audit is asked where it is installed."""
        version = _version(project, ref)
        made = passport(project, version.ref, ask=is_installed())
        what = f"passport, {len(made.parts)} parts, signed by {made.keys[0].partition('+')[0]}"
        notes = (
            f"Its key: {made.keys[0]}",
            f"Check it with `jupyter mlops verify FILE --key {made.keys[0]}`.",
        )
        content = encode(made.model_dump())
        return _written(destination, version, "passport", content, what, notes)


class SbomExporter:
    """Write the bill of materials: CycloneDX 1.6."""

    def export(self, project: Project, ref: str, destination: Destination) -> Export:
        """Write what a version was made with."""
        version = _version(project, ref)
        made = bill(gather(project, version))
        content = (json.dumps(made, indent=1) + "\n").encode()
        return _written(destination, version, "sbom", content, "bill of materials, CycloneDX 1.6")


class CardExporter:
    """Write the model card: Markdown, with the metadata that model hubs read."""

    def export(self, project: Project, ref: str, destination: Destination) -> Export:
        """Write a version's card."""
        version = _version(project, ref)
        made = card_of(gather(project, version))
        what = f"model card, {made.completeness:.0%} complete"
        return _written(destination, version, "card", made.text.encode(), what)


def _version(project: Project, ref: str) -> ModelVersion:
    version = find(project, ref.removeprefix("model:"))
    call.reads(f"version:{version.ref}", given=f"any:{ref}")
    return version


def _written(
    destination: Destination,
    version: ModelVersion,
    target: str,
    content: bytes,
    what: str,
    notes: tuple[str, ...] = (),
) -> Export:
    with destination.place(f"{version.name}-{version.version}.{_ENDINGS[target]}") as placed:
        durable.write(placed.path, content)
    return Export(
        ref=version.ref,
        target=target,
        path=placed.name,
        what=what,
        size_bytes=len(content),
        digest=hashlib.sha256(content).hexdigest(),
        notes=notes,
    )
