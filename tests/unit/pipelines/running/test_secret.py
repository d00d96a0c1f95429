from __future__ import annotations

from pathlib import Path

import pytest

from jupyter_mlops.core.errors import Invalid
from jupyter_mlops.pipelines.running import secret


class TestReference:
    @pytest.mark.parametrize("reference", ["env:API_KEY", "file:/run/secrets/key", "keyring:shop/ada"])
    def test_it_says_where_a_secret_is_found(self, reference: str) -> None:
        """In the environment, a file or the keyring."""
        assert secret.checked_reference("key", reference) == reference

    @pytest.mark.parametrize("given", ["hunter2", "env:", "env:A-B", "vault:x", "keyring:shop", ""])
    def test_anything_else_is_refused_and_not_repeated(self, given: str) -> None:
        """It may be the secret itself."""
        with pytest.raises(Invalid, match="something else than a reference") as caught:
            secret.checked_reference("key", given)
        assert not given or given not in caught.value.message

    def test_a_path_is_taken_from_the_project(self, tmp_path: Path) -> None:
        """Unless it is absolute."""
        found = secret.places({"a": "file:keys/a", "b": "file:/keys/b", "c": "env:C"}, tmp_path)
        assert found == {
            "file:keys/a": f"file:{tmp_path}/keys/a",
            "file:/keys/b": "file:/keys/b",
            "env:C": "env:C",
        }


class TestVariables:
    def test_those_that_hold_secrets(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """They go to the kernel another way than its environment."""
        monkeypatch.setenv("API_KEY", "correct-horse")
        assert secret.variables({"key": "env:API_KEY", "other": "file:x"}) == {"API_KEY": "correct-horse"}

    def test_one_that_is_not_set(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Is told before anything runs."""
        monkeypatch.delenv("API_KEY", raising=False)
        with pytest.raises(Invalid, match="API_KEY, which is not set"):
            secret.variables({"key": "env:API_KEY"})


class TestInjection:
    def test_the_line_holds_the_reference_only(self) -> None:
        """And cannot be anything but that line."""
        line = '__import__("_jupyter_mlops").secret(\'file:a"; import os #\')'
        assert secret.injected({"key": 'file:a"; import os #'}) == [f"key = {line}"]
        with pytest.raises(Invalid, match="no name"):
            secret.injected({"a=1;b": "env:X"})
