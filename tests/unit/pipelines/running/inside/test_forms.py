from __future__ import annotations

import base64
import json
from urllib.parse import quote

import pytest

from jupyter_mlops.pipelines.running.inside.forms import forms_of


class TestForms:
    @pytest.mark.parametrize("before", ["", "a", "ab", "user:"])
    @pytest.mark.parametrize("after", ["", "z", "zz"])
    def test_base64_whatever_stands_around_it(self, before: str, after: str) -> None:
        """A third of the characters depends on the neighbours; the rest gives it away."""
        encoded = base64.b64encode(f"{before}correct-horse?{after}".encode()).decode()
        assert any(form in encoded for form in forms_of("correct-horse?"))

    @pytest.mark.parametrize("write", [repr, json.dumps, quote, lambda text: text.encode().hex()])
    def test_as_it_is_printed(self, write: object) -> None:
        """Quoted, escaped, in an address, in hexadecimal."""
        secret = 'a"b\\c d\n&é'
        assert any(form in write(secret) for form in forms_of(secret))  # type: ignore[operator]

    def test_each_line_of_a_key(self) -> None:
        """A traceback may show only one."""
        assert "MIIEvQIBADANBg" in forms_of("-----BEGIN-----\nMIIEvQIBADANBg\n-----END-----\n")

    def test_nothing_so_short_that_it_would_mask_all(self) -> None:
        """Parts of words are no secrets."""
        assert min(map(len, forms_of("abcd"))) >= 4
