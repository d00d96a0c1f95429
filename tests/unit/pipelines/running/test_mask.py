from __future__ import annotations

import base64

import pytest

from jupyter_mlops.pipelines.running.mask import Mask

HORSE = "correct-horse-battery"


@pytest.fixture
def mask() -> Mask:
    made = Mask()
    made.learn([HORSE])
    return made


class TestText:
    @pytest.mark.parametrize(
        "text",
        [HORSE, f"Bearer {HORSE}!", base64.b64encode(f"ada:{HORSE}".encode()).decode(), HORSE.encode().hex()],
    )
    def test_a_known_secret_in_any_form(self, mask: Mask, text: str) -> None:
        """Printed, or encoded."""
        assert mask.text(text) != text
        assert "correct" not in mask.text(text)

    def test_the_longest_first(self) -> None:
        """One may be the beginning of another."""
        mask = Mask()
        mask.learn(["abcd", "abcdefgh"])
        assert mask.text("abcdefgh abcd") == "*** ***"

    def test_what_looks_like_one(self, mask: Mask) -> None:
        """As everywhere else in the project."""
        assert mask.text("password=hunter2") == "password=***"


class TestSource:
    @pytest.mark.parametrize(
        ("code", "masked"),
        [
            ('password = "hunter2"', 'password = "***"'),
            ("api_key: str = 'x' ", "api_key: str = '***' "),
            ('os.environ["API_KEY"] = "x"', 'os.environ["API_KEY"] = "***"'),
            ('{"secret": "a\\"b"}', '{"secret": "***"}'),
            ('token = """a\nb"""', 'token = """***"""'),
            (f"connect('{HORSE}')", "connect('***')"),
            ("url = 'postgresql://ada:hunter2@db/shop'", "url = 'postgresql://ada:***@db/shop'"),
        ],
    )
    def test_literals_beside_a_telling_name(self, mask: Mask, code: str, masked: str) -> None:
        """And what is known or shaped like a secret, wherever it stands."""
        assert mask.source(code) == masked

    @pytest.mark.parametrize(
        "code",
        ["client(token=TOKEN)", "max_tokens = 512", "tokenizer = 'bert'", "api_key = ''", "n_tokens='many'"],
    )
    def test_code_stays_readable(self, mask: Mask, code: str) -> None:
        """Names, calls and counts are no secrets."""
        assert mask.source(code) == code


class TestDeep:
    def test_every_string_of_an_output(self, mask: Mask) -> None:
        """Whatever its type; the keys stay."""
        output = {"data": {"text/html": f"<b>{HORSE}</b>", "application/json": [{"a": HORSE, "n": 1}]}}
        assert mask.deep(output) == {
            "data": {"text/html": "<b>***</b>", "application/json": [{"a": "***", "n": 1}]}
        }

    def test_a_picture_is_left_whole(self, mask: Mask) -> None:
        """Its letters may look like anything; a known secret is masked all the same."""
        picture = "sk-" + "A" * 30
        assert mask.deep({"image/png": picture}) == {"image/png": picture}
        assert mask.deep({"image/svg+xml": f"<t>{HORSE}</t>"}) == {"image/svg+xml": "<t>***</t>"}
