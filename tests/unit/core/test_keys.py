"""keys: made once, for their owner only, or referred to."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from jupyter_mlops.core import keys
from jupyter_mlops.core.errors import Invalid, MlopsError, NotFound
from jupyter_mlops.core.project import Project


def referring(project: Project, reference: str) -> Project:
    (project.root / "pyproject.toml").write_text(f"[tool.jupyter-mlops]\ncheckpoint_key = '{reference}'\n")
    return Project(project.root)


class TestMake:
    def test_only_its_owner_reads_it(self, project: Project) -> None:
        """0600, in a folder of 0700."""
        keys.make(project)
        path = keys.path_of(project)
        assert (path.stat().st_mode & 0o777, path.parent.stat().st_mode & 0o777) == (0o600, 0o700)
        assert [item.name for item in path.parent.iterdir()] == ["ledger.pem"]

    def test_many_at_once_make_one(self, project: Project) -> None:
        """Who comes second finds the first one's."""
        made: list[str] = []
        threads = [
            threading.Thread(target=lambda: made.append(keys.make(project).public.id)) for _ in range(8)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(made) == 8
        assert len(set(made)) == 1

    def test_one_that_settings_refer_to_is_made_elsewhere(self, project: Project) -> None:
        """Ours would not be the one that signs."""
        with pytest.raises(Invalid, match="checkpoint_key"):
            keys.make(referring(project, "env:SIGNING"))


class TestLoad:
    def test_from_a_file_or_the_environment(
        self, project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """As openssl writes them."""
        made = keys.make(project)
        pem = keys.path_of(project).read_text()
        (tmp_path / "signing.pem").write_text(pem)
        monkeypatch.setenv("SIGNING", pem)
        for reference in ("file:../signing.pem", f"file:{tmp_path}/signing.pem", "env:SIGNING"):
            found = keys.load(referring(project, reference))
            assert found is not None
            assert found.public == made.public

    def test_there_may_be_none_yet(self, project: Project) -> None:
        """Looking makes none."""
        assert keys.load(project) is None

    @pytest.mark.parametrize(
        ("reference", "error"),
        [
            ("file:nowhere.pem", NotFound),
            ("env:NOTHING", NotFound),
            ("vault:x", Invalid),
            ("-----BEGIN", Invalid),
        ],
    )
    def test_what_is_not_there_is_said(
        self, project: Project, reference: str, error: type[MlopsError]
    ) -> None:
        """One sentence."""
        with pytest.raises(error):
            keys.load(referring(project, reference))

    def test_another_kind_of_key_is_refused(self, project: Project) -> None:
        """And so is what is none, without a word of what it holds."""
        path = keys.path_of(project)
        path.parent.mkdir()
        other = generate_private_key(SECP256R1())
        for content in (b"s3cret", other.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())):
            path.write_bytes(content)
            with pytest.raises(Invalid, match="no Ed25519 key") as error:
                keys.load(project)
            assert "s3cret" not in str(error.value)
