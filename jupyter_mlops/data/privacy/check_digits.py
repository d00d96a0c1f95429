"""Check digits: what tells a real card, account or identity number from any other run of digits."""

from __future__ import annotations

import ipaddress
import re
import string

_CARDS = re.compile(
    r"4\d{12}(?:\d{3}){0,2}|5[1-5]\d{14}|2[2-7]\d{14}|3[47]\d{13}|3(?:0[0-5]|[68]\d)\d{11}"
    r"|6(?:011|4[4-9]\d|5\d\d)\d{12}|35\d{14}"
)
_IBAN_LENGTHS = range(15, 35)
_DNI = "TRWAGMYFPDXBNJZSQVHLCKE"
_NIE = str.maketrans("XYZ", "012")
_FISCAL_ODD = dict(
    zip(string.digits + string.ascii_uppercase, [1, 0, 5, 7, 9, 13, 15, 17, 19, 21], strict=False)
) | dict(
    zip(
        string.ascii_uppercase,
        [1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23],
        strict=True,
    )
)


def is_card(text: str) -> bool:
    """Tell whether digits are of an issuer's form and pass Luhn's test."""
    digits = _digits(text)
    return _CARDS.fullmatch(digits) is not None and luhn(digits)


def luhn(digits: str) -> bool:
    """Tell whether the last digit is the one that Luhn's formula asks for."""
    total = sum(map(int, digits[-1::-2])) + sum(sum(divmod(2 * int(digit), 10)) for digit in digits[-2::-2])
    return total % 10 == 0


def is_iban(text: str) -> bool:
    """Tell whether an account number passes ISO 13616's test: the whole is 1 modulo 97."""
    plain = _plain(text)
    if len(plain) not in _IBAN_LENGTHS or not plain.isascii() or not plain.isalnum():
        return False
    return int("".join(str(int(char, 36)) for char in plain[4:] + plain[:4])) % 97 == 1


def is_ip(text: str) -> bool:
    """Tell whether it is an address of the internet, of version 4 or 6."""
    try:
        return ipaddress.ip_address(text.strip()) is not None
    except ValueError:
        return False


def is_national_id(text: str) -> bool:
    """Tell whether it is an identity number of one of the countries known, by its form and check digit."""
    plain = _plain(text)
    return any(
        pattern.fullmatch(text.strip() if keeps_marks else plain) is not None and check(plain)
        for pattern, keeps_marks, check in _NATIONAL
    )


def _is_ssn(plain: str) -> bool:
    return plain[:3] not in {"000", "666"} and plain[0] != "9" and plain[3:5] != "00" and plain[5:] != "0000"


def _is_nino(plain: str) -> bool:
    return plain[:2] not in {"BG", "GB", "KN", "NK", "NT", "TN", "ZZ"}


def _is_steuer_id(plain: str) -> bool:
    """ISO 7064, MOD 11,10; one digit stands there twice or three times."""
    counts = sorted((plain[:10].count(digit) for digit in set(plain[:10])), reverse=True)
    if plain[0] == "0" or counts[0] not in {2, 3}:
        return False
    product = 10
    for digit in plain[:10]:
        product = ((int(digit) + product) % 10 or 10) * 2 % 11
    return (11 - product) % 10 == int(plain[10])


def _is_nir(plain: str) -> bool:
    """Ask for 97 minus the number modulo 97 as its key; Corsica's letters count as 19 and 18."""
    number = plain[:13].replace("2A", "19").replace("2B", "18")
    return number.isdigit() and 97 - int(number) % 97 == int(plain[13:])


def _is_dni(plain: str) -> bool:
    return _DNI[int(plain[:-1].translate(_NIE)) % 23] == plain[-1]


def _is_codice_fiscale(plain: str) -> bool:
    odd = sum(_FISCAL_ODD[char] for char in plain[0:15:2])
    even = sum(int(char, 36) - (0 if char.isdigit() else 10) for char in plain[1:15:2])
    return string.ascii_uppercase[(odd + even) % 26] == plain[15]


def _plain(text: str) -> str:
    return re.sub(r"[\s./-]", "", text[:64]).upper()


def _digits(text: str) -> str:
    return re.sub(r"\D", "", text[:64])


_NATIONAL = (
    (re.compile(r"\d{3}-\d{2}-\d{4}"), True, _is_ssn),
    (re.compile(r"[A-CEGHJ-PR-TW-Z]{2}\d{6}[A-D]"), False, _is_nino),
    (re.compile(r"\d{11}"), False, _is_steuer_id),
    (re.compile(r"[1-478]\d{5}[\dAB]\d{8}"), False, _is_nir),
    (re.compile(r"(?:\d|[XYZ])\d{7}[A-Z]"), False, _is_dni),
    (re.compile(r"[A-Z]{6}\d\d[A-EHLMPR-T]\d\d[A-Z]\d{3}[A-Z]"), False, _is_codice_fiscale),
)
