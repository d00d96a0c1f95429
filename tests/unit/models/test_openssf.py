"""A version's signature in the form of OpenSSF Model Signing: any checker of that form accepts it."""

from __future__ import annotations

import base64
import hashlib
import json
import stat
from collections.abc import Mapping
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ec import (
    ECDSA,
    SECP256R1,
    EllipticCurvePublicKey,
    generate_private_key,
)
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_public_key

from jupyter_mlops.core.errors import Conflict, Refused
from jupyter_mlops.core.exporter import Destination
from jupyter_mlops.core.project import Project
from jupyter_mlops.core.tracker import KeptFile
from jupyter_mlops.models.openssf import OpenssfExporter, bundle
from tests.unit.models.conftest import Make


def written(project: Project, ref: str) -> tuple[Mapping[str, object], bytes]:
    """The statement that was signed, once the signature holds, and the public key."""
    folder = project.root / OpenssfExporter().export(project, ref, Destination(project)).path
    envelope = json.loads((folder / "model.sig").read_bytes())["dsseEnvelope"]
    payload = base64.b64decode(envelope["payload"])
    public = load_pem_public_key((folder / "key.pub").read_bytes())
    assert isinstance(public, EllipticCurvePublicKey)
    covered = b"DSSEv1 28 application/vnd.in-toto+json %d %s" % (len(payload), payload)
    public.verify(base64.b64decode(envelope["signatures"][0]["sig"]), covered, ECDSA(SHA256()))
    with pytest.raises(InvalidSignature):
        public.verify(base64.b64decode(envelope["signatures"][0]["sig"]), covered + b" ", ECDSA(SHA256()))
    return json.loads(payload), (folder / "key.pub").read_bytes()


class TestExport:
    def test_every_file_is_signed_by_its_digest(self, project: Project, make: Make) -> None:
        """The statement names them all, and their digest together."""
        ref = make()
        statement, _ = written(project, ref)
        files = sorted(project.tracker.model_files(project.tracker.resolve(ref)), key=lambda item: item.path)
        assert statement["predicate"]["resources"] == [  # type: ignore[index]
            {"name": item.path, "algorithm": "sha256", "digest": item.sha256} for item in files
        ]

    def test_the_key_is_made_once_and_for_its_owner(self, project: Project, make: Make) -> None:
        """All versions of a project are checked with one public key."""
        make()
        assert written(project, make(seed=3))[1] == written(project, "churn@1")[1]
        mode = (project.folder / "keys" / "openssf.pem").stat().st_mode
        assert stat.S_IMODE(mode) == 0o600

    def test_what_is_there_stays(self, project: Project, make: Make) -> None:
        """Nothing is replaced unasked."""
        written(project, make())
        with pytest.raises(Conflict, match=r"churn-1.openssf exists already"):
            written(project, "churn@1")

    def test_altered_files_are_not_signed(
        self, project: Project, make: Make, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A signature says that they are what was registered."""
        ref = make()
        changed = (KeptFile("model.skops", 3, hashlib.sha256(b"abc").hexdigest()),)
        monkeypatch.setattr(project.tracker, "model_files", lambda _version: changed)
        with pytest.raises(Refused, match="not what was registered"):
            written(project, ref)


class TestOracle:
    """Runs where the package `model-signing` is installed."""

    @pytest.fixture
    def signed(self, tmp_path: Path) -> Path:
        """A folder of two files, its signature and the key beside it."""
        folder = tmp_path / "model"
        (folder / "data").mkdir(parents=True)
        (folder / "MLmodel").write_bytes(b"flavour")
        (folder / "data" / "weights.bin").write_bytes(bytes(1_000))
        private = generate_private_key(SECP256R1())
        files = [
            KeptFile(name, len(content), hashlib.sha256(content).hexdigest())
            for name in ("MLmodel", "data/weights.bin")
            for content in [(folder / name).read_bytes()]
        ]
        (tmp_path / "model.sig").write_bytes(bundle("churn@1", files, private))
        public = private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        (tmp_path / "key.pub").write_bytes(public)
        return folder

    def test_the_forms_own_checker_accepts_it(self, signed: Path) -> None:
        """And refuses the files once one was changed."""
        verifying = pytest.importorskip("model_signing.verifying", exc_type=ImportError)
        checker = verifying.Config().use_elliptic_key_verifier(public_key=signed.parent / "key.pub")
        checker.verify(signed, signed.parent / "model.sig")
        (signed / "data" / "weights.bin").write_bytes(bytes(999) + b"x")
        with pytest.raises(ValueError, match=r"weights\.bin"):
            checker.verify(signed, signed.parent / "model.sig")
