"""Masking: nothing secret or personal is kept, and numbers stay numbers."""

from __future__ import annotations

import time

import pytest

from jupyter_mlops.experiments.recorder.masking import Mask


class TestMask:
    @pytest.mark.parametrize(
        ("text", "kind"),
        [
            ("write to ada.lovelace@example.com", "email"),
            ("password=correcthorse", "secret"),
            ("card 4111 1111 1111 1111", "card"),
            ("pay to DE89 3704 0044 0532 0130 00", "iban"),
            ("AKIAIOSFODNN7EXAMPLE", "secret"),
        ],
    )
    def test_what_is_personal_or_secret_is_counted(self, text: str, kind: str) -> None:
        """The notice says how many of which kind."""
        mask = Mask()
        assert mask.text(text) != text
        assert mask.counts[kind] == 1
        assert kind in mask.notice()

    def test_values_of_the_environment(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """A token stays secret wherever it is printed."""
        monkeypatch.setenv("SHOP_TOKEN", "quite-unusual-value")
        assert Mask().value({"said": ["it is quite-unusual-value"]}) == {"said": ["it is ***"]}

    @pytest.mark.parametrize(
        "text", ["0.4111111111111111", "loss 1.23e-10", "@property", "a @ b", "2026-11-20T12:00:00"]
    )
    def test_numbers_and_code_stay(self, text: str) -> None:
        """A masked metric would be a lie."""
        assert Mask().text(text) == text

    def test_long_words_cost_little(self) -> None:
        """A picture in base64 is no reason to wait."""
        began = time.perf_counter()
        Mask().text("A" * 300_000 + " a@")
        assert time.perf_counter() - began < 1
