"""Check digits accept the published examples, and nothing with a digit changed."""

from __future__ import annotations

import pytest

from jupyter_mlops.data.privacy.check_digits import is_card, is_iban, is_ip, is_national_id

CARDS = [
    "4111 1111 1111 1111",
    "5555555555554444",
    "378282246310005",
    "6011111111111117",
    "30569309025904",
    "3530111333300000",
]
IBANS = [
    "DE89 3704 0044 0532 0130 00",
    "GB29NWBK60161331926819",
    "FR1420041010050500013M02606",
    "ES9121000418450200051332",
    "IT60X0542811101000000123456",
    "NO9386011117947",
]
IDS = [
    "123-45-6789",
    "AB123456C",
    "86095742719",
    "2 55 08 14 168 025 38",
    "1 80 01 2A 004 001 68",
    "12345678Z",
    "X1234567L",
    "RSSMRA85T10A562S",
]


class TestExamples:
    @pytest.mark.parametrize("text", CARDS)
    def test_cards(self, text):
        """The issuers' test numbers."""
        assert is_card(text)
        assert not is_card(text[:-1] + str((int(text[-1]) + 1) % 10))

    @pytest.mark.parametrize("text", IBANS)
    def test_ibans(self, text):
        """The registry's examples."""
        assert is_iban(text)
        assert not is_iban(text[:-1] + str((int(text[-1]) + 1) % 10))

    @pytest.mark.parametrize("text", IDS)
    def test_national_ids(self, text):
        """Of the United States, the United Kingdom, Germany, France, Spain and Italy."""
        assert is_national_id(text)

    @pytest.mark.parametrize(
        "text",
        [
            "000-12-3456",
            "666-12-3456",
            "GB123456A",
            "86095742710",
            "255081416802539",
            "12345678A",
            "RSSMRA85T10A562T",
        ],
    )
    def test_wrong_check_digits(self, text):
        """Numbers of the right form that cannot be."""
        assert not is_national_id(text)

    def test_addresses(self):
        """Both versions; times and versions of software are none."""
        assert is_ip("192.168.1.20")
        assert is_ip("2001:db8::1")
        assert not is_ip("12:30:45")
        assert not is_ip("1.2.3")

    @pytest.mark.parametrize("text", ["", " ", "é" * 20, "9" * 100_000, "A" * 22, "٣" * 16])
    def test_nonsense(self, text):
        """Nothing, other scripts, and far too much."""
        assert [is_card(text), is_iban(text), is_ip(text), is_national_id(text)] == [False] * 4
