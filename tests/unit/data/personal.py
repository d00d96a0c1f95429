"""Personal and clean columns, made by rule: ten kinds in five languages, and tables without a person in them."""

from __future__ import annotations

import random
import string
import uuid

import numpy as np
import pandas as pd

from jupyter_mlops.data.privacy import check_digits

ROWS = 300
LOCALES = ("en", "de", "fr", "es", "it")
HEADERS = {
    "name": ("full_name", "Nachname", "nom_du_client", "apellidos", "Cognome"),
    "email": ("email", "E-Mail-Adresse", "courriel", "correo", "posta_elettronica"),
    "phone": ("mobile", "Telefonnummer", "téléphone", "teléfono móvil", "cellulare"),
    "iban": ("bank_account", "Kontoverbindung", "compte", "cuenta", "conto"),
    "card": ("card_number", "Kreditkarte", "carte_bancaire", "tarjeta", "carta"),
    "national-id": ("SSN", "SteuerID", "numéro de sécurité sociale", "DNI", "codice_fiscale"),
    "ip": ("client_ip", "IP-Adresse", "adresse_ip", "dirección_ip", "indirizzo_ip"),
    "address": ("street_address", "Anschrift", "adresse_postale", "domicilio", "Indirizzo"),
    "birthday": ("dateOfBirth", "Geburtsdatum", "date_de_naissance", "fecha_nacimiento", "data_di_nascita"),
    "secret": ("password", "Passwort", "mot_de_passe", "contraseña", "chiave api"),
}
GIVEN = {
    "en": "Noah Ethel Clive Dawn Trevor Janice Neville Sheila Rupert Kimberly Colin Wanda Brian Laura Amy Duncan Peggy Hugh",
    "de": "Anja Detlef Ulrike Lothar Heike Egon Svenja Horst Traudel Jens Birte Uwe Wiebke Lukas Gudrun Kai Petra Volker",
    "fr": "Aurélie Gaspard Hélène Thierry Odile Bastien Maëlys Julien Camille Loïc Brigitte Étienne Noémie Pascal Chloé Yann",
    "es": "Íñigo Lucía Gonzalo Marisol Javier Encarnación Ángel Rocío Pablo Nuria Xavier Carmen Borja Teresa Ramón Pilar",
    "it": "Ludovica Giuseppe Ornella Tommaso Chiara Gennaro Fiorella Matteo Serena Ettore Giulia Sandro Ilaria Piero Elisa",
}
FAMILY = {
    "en": "Smith O'Neill Whitaker Brown-Lee Hargreaves Taylor Okafor Patel Campbell Fitzgerald",
    "de": "Müller Schröder von Bülow Weiß Krüger Jäger Yılmaz Große Hartmann Schäfer".replace(
        "von Bülow", "von-Bülow"
    ),
    "fr": "Lefèvre Dubois d'Alembert Girard Benoît Chevalier Diallo Moreau Petit Rousseau",
    "es": "García Ibáñez Núñez Ortega Muñoz Peña Castaño Fernández Etxeberria Vidal",
    "it": "Rossi D'Amico Esposito Lo-Presti Bianchi Conti Gallo Ferrari Moretti De-Luca",
}
STREETS = {
    "en": (
        "{n} High Street",
        "{n} Old Mill Road",
        "Flat 2, {n} Kings Avenue",
        "{n}b Church Lane",
        "{n} Elm Dr",
    ),
    "de": (
        "Hauptstraße {n}",
        "Am Alten Weg {n}",
        "Lindenallee {n} a",
        "Bahnhofstr. {n}",
        "Schillerplatz {n}",
    ),
    "fr": (
        "{n} rue de la Paix",
        "{n} bis, avenue Foch",
        "{n} chemin des Vignes",
        "{n} place d'Italie",
        "{n} bd Voltaire",
    ),
    "es": (
        "Calle Mayor {n}",
        "C/ de Alcalá, {n}",
        "Avenida de América {n}",
        "Plaza Nueva {n}, 2º",
        "Paseo del Prado {n}",
    ),
    "it": (
        "Via Garibaldi {n}",
        "Viale Europa, {n}",
        "Piazza Dante {n}",
        "Corso Vittorio Emanuele {n}",
        "Largo Goldoni {n}",
    ),
}
PHONES = {
    "en": ("({d3}) {d3}-{d4}", "+44 20 {d4} {d4}", "{d3}-{d3}-{d4}", "+1 {d3} {d3} {d4}"),
    "de": ("+49 30 {d6}", "030 / {d6}", "0171 {d3}{d4}", "(089) {d6}"),
    "fr": ("06 {d2} {d2} {d2} {d2}", "+33 1 {d2} {d2} {d2} {d2}", "01.{d2}.{d2}.{d2}.{d2}"),
    "es": ("612 {d3} {d3}", "+34 91 {d3} {d4}", "654 {d2} {d2} {d2}"),
    "it": ("333 {d3}{d4}", "+39 06 {d4} {d4}", "347 {d3} {d4}", "02 {d4}{d3}"),
}
DATES = {"en": "%m/%d/%Y", "de": "%d.%m.%Y", "fr": "%d/%m/%Y", "es": "%d-%m-%Y", "it": "%d/%m/%Y"}
IBANS = {
    "en": ("GB", "WEST", 14),
    "de": ("DE", "", 18),
    "fr": ("FR", "", 23),
    "es": ("ES", "", 20),
    "it": ("IT", "X", 22),
}


def made(kind: str, locale: str, rows: int = ROWS) -> pd.Series:
    """A column of one kind, as one would find it in that language; the same whenever it is made."""
    dice = random.Random(f"{kind} {locale}")
    return pd.Series([_MAKERS[kind](dice, locale) for _ in range(rows)], dtype="str")


def header(kind: str, locale: str) -> str:
    """What such a column is called there."""
    return HEADERS[kind][LOCALES.index(locale)]


def clean() -> dict[str, pd.Series]:
    """Columns of shops, machines, web sites and experiments, in which nobody is named."""
    dice = random.Random(5)
    random_ = np.random.default_rng(5)
    count = range(ROWS)
    hexes = ["".join(dice.choices("0123456789abcdef", k=40)) for _ in count]
    cities = [
        "Paris",
        "Rome",
        "Oslo",
        "Bonn",
        "Madrid",
        "Florence",
        "Austin",
        "Sofia",
        "Victoria",
        "Charlotte",
    ]
    words = [
        "steady",
        "lamp",
        "green",
        "quick",
        "table",
        "river",
        "stone",
        "paper",
        "cloud",
        "window",
        "seven",
    ]
    texts: dict[str, list[object]] = {
        "order_id": [f"ORD-{10_000 + n}" for n in count],
        "uuid": [str(uuid.UUID(int=dice.getrandbits(128))) for _ in count],
        "sha1": list(hexes),
        "sku": [f"{dice.choice('ABCD')}{dice.randrange(100, 999)}-{dice.choice('XYZ')}" for _ in count],
        "ean": [str(dice.randrange(10**12, 10**13)) for _ in count],
        "tracking_number": ["".join(dice.choices(string.digits, k=11)) for _ in count],
        "iso_date": [f"2026-{dice.randrange(1, 13):02}-{dice.randrange(1, 29):02}" for _ in count],
        "german_date": [f"{dice.randrange(1, 29):02}.{dice.randrange(1, 13):02}.2026" for _ in count],
        "slashed_date": [f"{dice.randrange(1, 13):02}/{dice.randrange(1, 29):02}/2026" for _ in count],
        "time": [f"{dice.randrange(24):02}:{dice.randrange(60):02}:{dice.randrange(60):02}" for _ in count],
        "timestamp": [f"2026-11-{dice.randrange(1, 29):02}T12:00:{dice.randrange(60):02}Z" for _ in count],
        "city": [dice.choice(cities) for _ in count],
        "country": [dice.choice(["France", "Italy", "Norway", "Germany", "Spain"]) for _ in count],
        "month": [dice.choice(["January", "April", "May", "June", "August"]) for _ in count],
        "weekday": [dice.choice(["Monday", "Tuesday", "Friday"]) for _ in count],
        "colour": [dice.choice(["red", "green", "dark blue"]) for _ in count],
        "product": [f"{dice.choice(words)} {dice.choice(words)}".title() for _ in count],
        "product_name": [f"{dice.choice(words)} {dice.choice(words)} {dice.randrange(99)}" for _ in count],
        "name": [f"{dice.choice(words)} {dice.choice(words)}".title() for _ in count],
        "nombre_producto": [dice.choice(words).title() for _ in count],
        "company_name": [f"{dice.choice(words).title()} & Sons Ltd" for _ in count],
        "file_name": [f"{dice.choice(words)}_{n}.csv" for n in count],
        "event_name": [dice.choice(["page_view", "add_to_cart", "purchase"]) for _ in count],
        "hostname": [f"web-{n}.internal.example" for n in count],
        "url": [f"https://shop.example/{dice.choice(words)}/{n}?page={n}" for n in count],
        "path": [f"/var/log/{dice.choice(words)}/{n}.log" for n in count],
        "user_agent": [f"Mozilla/5.0 (X11; Linux x86_64) rv:{n}.0" for n in count],
        "version": [f"{dice.randrange(4)}.{dice.randrange(12)}.{dice.randrange(20)}" for _ in count],
        "build": [
            f"{dice.randrange(4)}.{dice.randrange(12)}.{dice.randrange(20)}.{dice.randrange(9)}"
            for _ in count
        ],
        "mac_address": [":".join(f"{dice.randrange(256):02x}" for _ in range(6)) for _ in count],
        "wallet_address": [f"0x{item}" for item in hexes],
        "address_type": [dice.choice(["home", "work"]) for _ in count],
        "phone_model": [dice.choice(["iPhone 17", "Pixel 11 Pro", "Galaxy S26"]) for _ in count],
        "phone_verified": [dice.choice(["yes", "no"]) for _ in count],
        "email_domain": [dice.choice(["gmail.com", "web.de", "orange.fr"]) for _ in count],
        "email_status": [dice.choice(["sent", "bounced"]) for _ in count],
        "password_strength": [dice.choice(["weak", "medium", "strong"]) for _ in count],
        "card_type": [dice.choice(["visa", "amex"]) for _ in count],
        "cell_line": [dice.choice(["HeLa", "HEK293", "MCF-7"]) for _ in count],
        "via": [dice.choice(["mail", "web", "store"]) for _ in count],
        "currency": [dice.choice(["EUR", "USD", "GBP"]) for _ in count],
        "price_text": [f"{dice.randrange(1, 900)},{dice.randrange(100):02} €" for _ in count],
        "big_number": [
            f"{dice.randrange(1, 999)} {dice.randrange(1000):03} {dice.randrange(1000):03}" for _ in count
        ],
        "range": [f"{n}-{n + 10}" for n in count],
        "coordinates": [f"{dice.uniform(-90, 90):.4f}, {dice.uniform(-180, 180):.4f}" for _ in count],
        "dna": ["".join(dice.choices("ACGT", k=30)) for _ in count],
        "description": [" ".join(dice.choices(words, k=12)) + "." for _ in count],
        "review": [
            f"The {dice.choice(words)} was {dice.choice(words)}, 5 of 5. Bought on 2026-01-0{n % 9}."
            for n in count
        ],
        "log_line": [f"12:00:{n % 60:02} INFO worker {n} took {n * 3} ms, code 200" for n in count],
        "json": [f'{{"page": {n}, "colour": "{dice.choice(words)}"}}' for n in count],
        "isbn": [
            f"978-{dice.randrange(10)}-{dice.randrange(1000, 9999)}-{dice.randrange(1000, 9999)}-{n % 10}"
            for n in count
        ],
        "plate_region": [dice.choice(["B", "M", "HH", "K"]) for _ in count],
        "zip": [f"{dice.randrange(10_000, 99_999)}" for _ in count],
        "grade": [dice.choice("ABCDEF") for _ in count],
        "species": [dice.choice(["setosa", "versicolor", "virginica"]) for _ in count],
        "empty": [None for _ in count],
        "tel_aviv_branch": [dice.choice(["north", "south"]) for _ in count],
        "titular_del_diario": [
            f"{dice.choice(words)} {dice.choice(words)} {dice.choice(words)} 24" for _ in count
        ],
    }
    numbers: dict[str, object] = {
        "amount": random_.gamma(2, 50, ROWS),
        "quantity": random_.integers(0, 50, ROWS),
        "customer_id": np.arange(ROWS) + 10**6,
        "contact_count": random_.integers(0, 9, ROWS),
        "unix_time": 1_790_000_000 + random_.integers(0, 10**6, ROWS),
        "milliseconds": 1_790_000_000_000 + random_.integers(0, 10**9, ROWS),
        "sensor_id": random_.integers(10**10, 10**11, ROWS),
        "large_id": random_.integers(10**15, 10**16, ROWS),
        "latitude": random_.uniform(-90, 90, ROWS),
        "is_customer": random_.random(ROWS) < 0.5,
        "has_phone": random_.random(ROWS) < 0.5,
        "mobile_visits": random_.integers(0, 90, ROWS),
        "cell_density": random_.normal(size=ROWS),
        "birth_rate": random_.normal(10, 1, ROWS),
        "year": random_.integers(1990, 2026, ROWS),
        "created_at": pd.date_range("2026-01-01", periods=ROWS, freq="h"),
        "first_seen": pd.date_range("2026-01-01", periods=ROWS, freq="D"),
        "password_changes": random_.integers(0, 5, ROWS),
        "address_count": random_.integers(0, 5, ROWS),
        "name_length": random_.integers(3, 20, ROWS),
        "tel_minutes": random_.integers(0, 500, ROWS),
        "label": pd.Categorical(random_.choice(["yes", "no"], ROWS)),
        "embedding": random_.normal(size=ROWS).astype("float32"),
        "period": pd.period_range("2000-01", periods=ROWS, freq="M"),
    }
    found = {name: pd.Series(values, dtype="str") for name, values in texts.items()}
    return found | {name: pd.Series(values) for name, values in numbers.items()}


def _name(dice: random.Random, locale: str) -> str:
    given, family = dice.choice(GIVEN[locale].split()), dice.choice(FAMILY[locale].split())
    return dice.choice([f"{given} {family}", f"{family}, {given}", f"{given} {dice.choice('ABJ')}. {family}"])


def _email(dice: random.Random, locale: str) -> str:
    host = {"en": "example.co.uk", "de": "web.de", "fr": "orange.fr", "es": "correo.es", "it": "libero.it"}[
        locale
    ]
    return f"{dice.choice(GIVEN[locale].split()).lower()}.{dice.randrange(99)}@{host}"


def _phone(dice: random.Random, locale: str) -> str:
    digits = {f"d{size}": "".join(dice.choices("23456789", k=size)) for size in (2, 3, 4, 6)}
    return dice.choice(PHONES[locale]).format(**digits)


def _iban(dice: random.Random, locale: str) -> str:
    country, bank, size = IBANS[locale]
    body = (
        bank + "".join(dice.choices(string.digits, k=size))[: size - len(bank)]
        if bank == "X"
        else bank + "".join(dice.choices(string.digits, k=size))
    )
    key = next(key for key in range(2, 99) if check_digits.is_iban(f"{country}{key:02}{body}"))
    whole = f"{country}{key:02}{body}"
    return " ".join(whole[at : at + 4] for at in range(0, len(whole), 4)) if dice.random() < 0.5 else whole


def _card(dice: random.Random, _locale: str) -> str:
    start = dice.choice(["4", "51", "55", "6011"])
    body = start + "".join(dice.choices(string.digits, k=15 - len(start)))
    whole = body + next(digit for digit in string.digits if check_digits.luhn(body + digit))
    return " ".join(whole[at : at + 4] for at in range(0, 16, 4)) if dice.random() < 0.5 else whole


def _national_id(dice: random.Random, locale: str) -> str:
    while True:
        digits = "".join(dice.choices(string.digits, k=11))
        forms = {
            "en": f"{dice.randrange(1, 666):03}-{dice.randrange(1, 99):02}-{dice.randrange(1, 9999):04}",
            "de": digits,
            "fr": f"{dice.choice('12')} {dice.randrange(30, 99)} {dice.randrange(1, 13):02} {digits[:2]} {digits[2:5]} "
            f"{digits[5:8]} {dice.randrange(1, 98):02}",
            "es": digits[:8] + dice.choice(string.ascii_uppercase),
            "it": _fiscal(dice),
        }
        if check_digits.is_national_id(forms[locale]):
            return forms[locale]


def _fiscal(dice: random.Random) -> str:
    letters = "".join(dice.choices("BCDFGLMNPRST", k=6))
    return f"{letters}{dice.randrange(30, 99)}{dice.choice('ABCDEHLMPRST')}{dice.randrange(1, 31):02}F{dice.randrange(100, 999)}{dice.choice(string.ascii_uppercase)}"


def _ip(dice: random.Random, _locale: str) -> str:
    if dice.random() < 0.3:
        return f"2001:db8::{dice.randrange(1, 65_535):x}"
    return ".".join(str(dice.randrange(1, 255)) for _ in range(4))


def _address(dice: random.Random, locale: str) -> str:
    return dice.choice(STREETS[locale]).format(n=dice.randrange(1, 200))


def _birthday(dice: random.Random, locale: str) -> str:
    day = pd.Timestamp("1940-01-01") + pd.Timedelta(days=dice.randrange(25_000))
    return day.strftime(DATES[locale])


def _secret(dice: random.Random, _locale: str) -> str:
    return "".join(dice.choices(string.ascii_letters + string.digits + "!$%&", k=dice.randrange(8, 14)))


_MAKERS = {
    "name": _name,
    "email": _email,
    "phone": _phone,
    "iban": _iban,
    "card": _card,
    "national-id": _national_id,
    "ip": _ip,
    "address": _address,
    "birthday": _birthday,
    "secret": _secret,
}
