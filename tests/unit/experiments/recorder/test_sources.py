"""Sources: the commit, what differs from it, and nothing of anybody's credentials."""

from __future__ import annotations

import hashlib
import subprocess
from pathlib import Path

import pytest

from jupyter_mlops.experiments.recorder.sources import Git, git_of, modules


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout with one commit, and a remote whose address holds a token."""
    (tmp_path / "shop.py").write_text("rate = 1\n")
    for words in (
        ("init", "-q", "-b", "main"),
        ("remote", "add", "origin", "https://ada:t0ken@git.example.com/shop.git"),
        ("add", "shop.py"),
        ("-c", "user.name=ada", "-c", "user.email=a@b.c", "commit", "-q", "-m", "Begin"),
    ):
        subprocess.run(["git", "-C", str(tmp_path), *words], check=True, capture_output=True)
    return tmp_path


def state(checkout: Path) -> Git:
    found = git_of(checkout)
    assert found is not None
    return found


class TestGit:
    def test_the_remote_has_no_credentials(self, checkout: Path) -> None:
        """Where it comes from, not how to get in."""
        assert state(checkout).remote == "https://git.example.com/shop.git"

    def test_a_clean_checkout_has_no_diff(self, checkout: Path) -> None:
        """The commit says it all."""
        found = state(checkout)
        assert (found.branch, found.is_dirty, found.diff, found.untracked) == ("main", False, "", ())

    def test_what_differs_is_kept_whether_git_knows_it_or_not(self, checkout: Path) -> None:
        """Changes as a diff, new files whole."""
        (checkout / "shop.py").write_text("rate = 2\n")
        (checkout / "prices.py").write_text("low = 1\n")
        (checkout / ".env").write_text("TOKEN=x\n")
        found = state(checkout)
        assert "+rate = 2" in found.diff
        assert [(item.path, item.text) for item in found.untracked] == [("prices.py", "low = 1\n")]

    def test_outside_of_git_there_is_nothing(self, tmp_path: Path) -> None:
        """No checkout, no state."""
        assert git_of(tmp_path) is None


class TestModules:
    def test_own_modules_are_kept_and_installed_ones_are_not(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The environment's pins say what is installed."""
        (tmp_path / "shop_prices.py").write_text("low = 1\n")
        monkeypatch.syspath_prepend(tmp_path)
        __import__("shop_prices")
        found = modules(tmp_path)
        assert found["shop_prices"].path == "shop_prices.py"
        assert "pytest" not in found

    def test_of_what_is_not_the_project_s_only_the_digest_is_kept(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """It may hold what was never meant for this record."""
        (tmp_path / "shop_rates.py").write_text("high = 2\n")
        monkeypatch.syspath_prepend(tmp_path)
        __import__("shop_rates")
        elsewhere = modules(tmp_path / "project")["shop_rates"]
        assert elsewhere.text is None
        assert elsewhere.sha256 == hashlib.sha256(b"high = 2\n").hexdigest()
