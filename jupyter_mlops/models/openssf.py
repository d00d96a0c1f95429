"""Sign a version's files in the form of OpenSSF Model Signing, which `model_signing verify` checks anywhere.

A Sigstore bundle holds an in-toto statement with the digest of every file [1]_, signed by an elliptic-curve key. The
ledger's own key is of another kind, which that form does not know, so that this one is made beside it.

.. [1] https://github.com/sigstore/model-transparency
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from filelock import FileLock

from jupyter_mlops.core import call, durable
from jupyter_mlops.core.errors import NotFound, Refused
from jupyter_mlops.core.exporter import Destination, Export
from jupyter_mlops.core.project import Project
from jupyter_mlops.core.tracker import KeptFile, ModelVersion
from jupyter_mlops.models.alias import find
from jupyter_mlops.models.safe import check_origin

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey

SIGNATURE, PUBLIC = "model.sig", "key.pub"
_KEY = "openssf.pem"
_CHECK = (
    f"model_signing verify key FOLDER --signature {{name}}/{SIGNATURE} --public_key {{name}}/{PUBLIC}"
    " --ignore_unsigned_files"
)
_BUNDLE = "application/vnd.dev.sigstore.bundle.v0.3+json"
_PAYLOAD = "application/vnd.in-toto+json"


class OpenssfExporter:
    """Write a signature of a version's files, and the public key that checks it."""

    def export(self, project: Project, ref: str, destination: Destination) -> Export:
        """Sign the files as they are kept, if they are what was registered."""
        version = find(project, ref.removeprefix("model:"))
        call.reads(f"version:{version.ref}", given=f"any:{ref}")
        files = _files(project, version)
        private = _key(project)
        public = _pem_of(private)
        content = bundle(version.ref, files, private)
        with destination.place(f"{version.name}-{version.version}.openssf", is_folder=True) as placed:
            placed.path.mkdir()
            durable.write(placed.path / SIGNATURE, content)
            durable.write(placed.path / PUBLIC, public)
        return Export(
            ref=version.ref,
            target="openssf",
            path=placed.name,
            what=f"OpenSSF model signature of {len(files)} files, key sha256 {hashlib.sha256(public).hexdigest()}",
            size_bytes=len(content) + len(public),
            digest=hashlib.sha256(content).hexdigest(),
            notes=(
                f"Get the files with `mlflow artifacts download -u models:/{version.name}/{version.version} -d FOLDER`.",
                f"Check them with `{_CHECK.format(name=placed.name)}`.",
            ),
        )


def bundle(name: str, files: Sequence[KeptFile], private: EllipticCurvePrivateKey) -> bytes:
    """Return the signature file: a Sigstore bundle around the signed statement."""
    from cryptography.hazmat.primitives.asymmetric.ec import ECDSA
    from cryptography.hazmat.primitives.hashes import SHA256

    payload = json.dumps(_statement(name, files)).encode()
    signature = private.sign(_encoded(payload), ECDSA(SHA256()))
    envelope = {
        "payload": base64.b64encode(payload).decode(),
        "payloadType": _PAYLOAD,
        "signatures": [{"sig": base64.b64encode(signature).decode(), "keyid": ""}],
    }
    hint = hashlib.sha256(_pem_of(private)).hexdigest()
    made = {
        "mediaType": _BUNDLE,
        "verificationMaterial": {"publicKey": {"hint": hint}, "tlogEntries": []},
        "dsseEnvelope": envelope,
    }
    return json.dumps(made).encode()


def _files(project: Project, version: ModelVersion) -> Sequence[KeptFile]:
    """Return the version's files in the order in which they are signed."""
    found = check_origin(project, version)
    if found.status == "altered":
        raise Refused(
            f"{version.ref} is not what was registered: {found.reason}",
            hint="Bring its files back from a backup, or register the model anew.",
        )
    files = sorted(project.tracker.model_files(version), key=lambda file: file.path)
    if not files:
        raise NotFound(f"No file of {version.ref} is kept.", hint="Register the model anew.")
    return files


def _statement(name: str, files: Sequence[KeptFile]) -> dict[str, object]:
    """Return what is signed: every file's digest, and the digest of all of them."""
    whole = hashlib.sha256(b"".join(bytes.fromhex(file.sha256) for file in files)).hexdigest()
    resources = [{"name": file.path, "algorithm": "sha256", "digest": file.sha256} for file in files]
    return {
        "_type": "https://in-toto.io/Statement/v1",
        "subject": [{"name": name, "digest": {"sha256": whole}}],
        "predicateType": "https://model_signing/signature/v1.0",
        "predicate": {
            "serialization": {"method": "files", "hash_type": "sha256", "allow_symlinks": False},
            "resources": resources,
        },
    }


def _encoded(payload: bytes) -> bytes:
    """Return what the signature covers: the payload with its type and lengths (DSSE 1.0)."""
    return b"DSSEv1 %d %s %d %s" % (len(_PAYLOAD), _PAYLOAD.encode(), len(payload), payload)


def _key(project: Project) -> EllipticCurvePrivateKey:
    """Return the project's key for this form, made when it is first needed."""
    from cryptography.hazmat.primitives.asymmetric.ec import (
        SECP256R1,
        EllipticCurvePrivateKey,
        generate_private_key,
    )
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    path = project.folder / "keys" / _KEY
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with FileLock(project.folder / "keys.lock"):
        if not path.exists():
            _put(path, generate_private_key(SECP256R1()))
    found = load_pem_private_key(path.read_bytes(), None)
    if not isinstance(found, EllipticCurvePrivateKey):
        raise Refused(f"{path.name} holds no elliptic-curve key.", hint="Put the key back that was there.")
    return found


def _put(path: Path, private: EllipticCurvePrivateKey) -> None:
    """Write a key whole, and for its owner only."""
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

    beside = path.with_suffix(".tmp")
    os.close(os.open(beside, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600))
    durable.write(beside, private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    beside.replace(path)
    durable.sync_folder(path.parent)


def _pem_of(private: EllipticCurvePrivateKey) -> bytes:
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    return private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
