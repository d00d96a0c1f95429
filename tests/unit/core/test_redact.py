"""Secrets are masked, ordinary text is not."""

from __future__ import annotations

import time

import pytest

from jupyter_mlops.core.redact import redact


class TestRedact:
    @pytest.mark.parametrize(
        ("text", "secret"),
        [
            ("password=letmein", "letmein"),
            ("API_KEY: abcd1234", "abcd1234"),
            ("postgresql://ann:s3cr3t@db/shop", "s3cr3t"),
            ("key AKIAABCDEFGHIJKLMNOP", "AKIAABCDEFGHIJKLMNOP"),
            ("ghp_" + "a" * 36, "a" * 36),
            ("eyJ" + "a" * 20 + "." + "b" * 20 + "." + "c" * 20, "b" * 20),
        ],
    )
    def test_what_looks_like_a_secret_is_masked(self, text: str, secret: str) -> None:
        """Named values, URLs' passwords, and the shapes of well-known keys."""
        assert secret not in redact(text)

    def test_a_secret_of_the_environment_is_masked_wherever_it_stands(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Its value is known, so it needs no name beside it."""
        monkeypatch.setenv("DB_PASSWORD", "correct horse")
        assert redact("it is correct horse!") == "it is ***!"

    @pytest.mark.parametrize(
        "text", ["accuracy=0.93", "max_depth=6, prompt_tokens=100", "https://example.org/a?b=c"]
    )
    def test_ordinary_text_is_left_alone(self, text: str) -> None:
        """Parameters and addresses stay readable."""
        assert redact(text) == text

    @pytest.mark.parametrize(
        "text", ["a", "a-", "token-", "eyJ", "eyJ-", "eyJaaaaaaaaaa.", "x://", "sk-", "a://b:", "api-key ="]
    )
    def test_no_text_makes_it_slow(self, text: str) -> None:
        """A megabyte of anything takes no quadratic time: the bound is twenty times what the worst one takes."""
        started = time.perf_counter()
        redact(text * (1_000_000 // len(text)))
        assert time.perf_counter() - started < 5
