"""Verify what is kept, or a passport that somebody handed over: by digests, signatures and proofs."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, TypeAlias

from pydantic import Field

from jupyter_mlops.core.card import Card
from jupyter_mlops.core.errors import Invalid, NoProject
from jupyter_mlops.core.project import FOLDER, Project, confined
from jupyter_mlops.core.types import Word
from jupyter_mlops.core.verb import verb
from jupyter_mlops.data.versions.verify import Deep, Verification
from jupyter_mlops.data.versions.verify import verify as verify_snapshots
from jupyter_mlops.models.passport.check import Checked, check

Verifiable: TypeAlias = Annotated[
    str,
    Word("snapshot"),
    Field(
        min_length=1,
        max_length=1_000,
        description="A snapshot, like customers@3, or the file of a passport; all snapshots where it is left out.",
        examples=["customers@3"],
    ),
]
Key = Annotated[str, Field(description="Of a passport: the public key that must have signed it.")]
Folder = Annotated[str, Field(description="Of a passport: a folder with the model's files, to compare them.")]
_LONGEST = 100_000_000


class Verified(Verification):
    """What was checked, and what is wrong.

    Parameters
    ----------
    passport
        What was found in a passport; None where snapshots were verified.
    """

    passport: Checked | None = None

    @property
    def is_well(self) -> bool:
        """Whether nothing is wrong."""
        return not self.harms if self.passport is None else self.passport.is_well

    def card(self) -> Card:
        """Show what is damaged, or that nothing is."""
        return super().card() if self.passport is None else self.passport.card()


@verb("verify", effect="read", long=True, anywhere=True)
def verify(
    project: Project, ref: Verifiable | None = None, *, deep: Deep = False, key: Key = "", model: Folder = ""
) -> Verified:
    """Read every object of one snapshot or of all and name what is harmed; or check a passport, anywhere."""
    if ref is not None and _is_file(project.root, ref):
        return Verified(
            versions=0, objects=0, size_bytes=0, harms=(), passport=_passport(project, ref, key, model)
        )
    if key or model:
        raise Invalid("A key and a model's folder go with a passport.", hint="Name its file first.")
    if not project.folder.is_dir():
        raise NoProject(
            f"{project.root} is not in a project: no {FOLDER} folder here or above.",
            hint="Name the file of a passport, or make a project with `%mlops init`.",
        )
    return Verified(**dict(verify_snapshots(project, ref, deep=deep)))


def _is_file(root: Path, ref: str) -> bool:
    return ref.endswith(".json") or "/" in ref or (root / ref).is_file()


def _passport(project: Project, file: str, key: str, model: str) -> Checked:
    path = confined(project.root, file)
    if not path.is_file() or path.stat().st_size > _LONGEST:
        raise Invalid(f"{file} is no passport.", hint="Name the file that `%mlops export` wrote.")
    folder = confined(project.root, model) if model else None
    if folder is not None and not folder.is_dir():
        raise Invalid(f"{model} is no folder.", hint="Name the folder that holds the file MLmodel.")
    return check(path.read_bytes(), key=key, folder=folder)
