"""Settings: merged from their sources, each value with its origin."""

from __future__ import annotations

from pathlib import Path

import pytest

from jupyter_mlops.core import settings
from jupyter_mlops.core.errors import Invalid


def declare(root: Path, body: str) -> Path:
    (root / "pyproject.toml").write_text(f"[tool.jupyter-mlops]\n{body}\n")
    return root


class TestRead:
    def test_defaults_need_nothing(self, tmp_path: Path) -> None:
        """A folder without any settings has them all."""
        values, origins = settings.read(tmp_path)
        assert values.tracker == "mlflow"
        assert set(origins.values()) == {"default"}

    def test_a_later_source_wins_and_is_named(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """pyproject.toml, then MLflow's variable, then ours, then the server's admin."""
        declare(tmp_path, "tracking-uri = 'http://a'\nexperiment = 'shop'\ncell-timeout-s = 5")
        assert settings.read(tmp_path)[0].tracking_uri == "http://a"
        monkeypatch.setenv("MLFLOW_TRACKING_URI", "http://b")
        assert settings.read(tmp_path)[0].tracking_uri == "http://b"
        monkeypatch.setenv("JUPYTER_MLOPS_TRACKING_URI", "http://c")
        assert settings.read(tmp_path)[0].tracking_uri == "http://c"
        values, origins = settings.read(tmp_path, {"tracking_uri": "http://d"})
        assert (values.tracking_uri, origins["tracking_uri"]) == ("http://d", "server")
        assert (values.cell_timeout_s, origins["experiment"]) == (5, "pyproject.toml")

    @pytest.mark.parametrize(
        ("body", "said"),
        [
            ("colour = 'red'", "colour"),
            ("cell_timeout_s = 'soon'", "cell_timeout_s"),
            ("default_role = 'king'", "default_role"),
        ],
    )
    def test_nonsense_names_the_setting(self, tmp_path: Path, body: str, said: str) -> None:
        """An unknown name or ill-typed value is one sentence."""
        with pytest.raises(Invalid, match=said):
            settings.read(declare(tmp_path, body))

    def test_a_broken_file_is_named(self, tmp_path: Path) -> None:
        """TOML that does not parse is the file's fault, and said so."""
        (tmp_path / "pyproject.toml").write_text("[tool")
        with pytest.raises(Invalid, match=r"pyproject\.toml cannot be read"):
            settings.read(tmp_path)
