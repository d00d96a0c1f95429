"""Signed calls: taken once, recent, and only from whoever holds the secret."""

from __future__ import annotations

import base64
import json

import pytest

from jupyter_mlops.core.errors import Conflict, Invalid, MlopsError, Refused, Unavailable
from jupyter_mlops.core.project import Project
from jupyter_mlops.pipelines.pause import pause
from jupyter_mlops.pipelines.scheduling import hook
from jupyter_mlops.pipelines.scheduling.hook import keys, receive, sign, verify
from jupyter_mlops.pipelines.unschedule import unschedule
from tests.unit.pipelines.timer import Timer

KEY = b"correct horse battery staple"


@pytest.fixture
def timer(project: Project, monkeypatch: pytest.MonkeyPatch) -> Timer:
    """A pipeline that signed calls start; its source is set by the schedule."""
    monkeypatch.setenv("HOOK_SECRET", KEY.decode())
    made = Timer(project)
    made.schedule(on="webhook:env:HOOK_SECRET", param=("source=hook",))
    return made


def headers(
    timer: Timer, body: bytes, *, identity: str = "msg_1", age_s: float = 0.0, key: bytes = KEY
) -> dict[str, str]:
    timestamp = str(int(timer.clock.now().timestamp() - age_s))
    return {
        "webhook-id": identity,
        "webhook-timestamp": timestamp,
        "webhook-signature": sign(key, identity, timestamp, body),
    }


def send(timer: Timer, body: bytes = b"{}", name: str = "retrain", **options: object) -> None:
    receive(timer.project, name, headers(timer, body, **options), body)  # type: ignore[arg-type]


class TestReceive:
    def test_a_signed_call_starts_the_pipeline(self, timer: Timer) -> None:
        """As the schedule's owner, with the parameters of its body."""
        send(timer, b'{"days": 3}')
        assert timer.look() == 1
        (row,) = timer.executions()
        assert (row["actor"], row["parameters"]) == ("ada", {"days": 3, "source": "hook"})
        assert (row["cause"]["kind"], row["cause"]["reference"]) == ("webhook", "msg_1")

    def test_a_replay_is_refused(self, timer: Timer) -> None:
        """Right away, after it was launched, and for a schedule of the same name made later."""
        send(timer)
        with pytest.raises(Conflict, match="taken before"):
            send(timer)
        timer.look()
        unschedule(timer.project, "retrain")
        timer.schedule(on="webhook:env:HOOK_SECRET")
        with pytest.raises(Conflict, match="taken before"):
            send(timer)
        assert len(timer.executions()) == 1

    @pytest.mark.parametrize("age_s", [301, -301, 86_400])
    def test_an_old_call_is_refused_and_so_is_one_from_the_future(self, timer: Timer, age_s: float) -> None:
        """Five minutes either way."""
        with pytest.raises(Refused):
            send(timer, age_s=age_s)
        send(timer, age_s=age_s / abs(age_s) * 299)

    @pytest.mark.parametrize(
        "changed",
        [
            {"webhook-signature": ""},
            {"webhook-signature": "v1,"},
            {"webhook-signature": "v1,AAAA"},
            {"webhook-signature": "é\udc80"},
            {"webhook-id": "msg_2"},
            {"webhook-id": "a/../b"},
            {"webhook-id": "x" * 200},
            {"webhook-timestamp": "1"},
            {"webhook-timestamp": "now"},
            {"webhook-timestamp": "１７９３５３４４００"},
            {"webhook-timestamp": "9" * 400},
        ],
    )
    def test_a_call_that_was_changed_is_refused(self, timer: Timer, changed: dict[str, str]) -> None:
        """Whatever was: the sentence does not say what."""
        with pytest.raises(Refused, match="not signed as it should be"):
            receive(timer.project, "retrain", headers(timer, b"{}") | changed, b"{}")
        with pytest.raises(Refused, match="not signed as it should be"):
            receive(timer.project, "retrain", headers(timer, b"{}"), b'{"days": 9}')

    def test_without_headers_it_is_refused(self, timer: Timer) -> None:
        """And so is the key of somebody else."""
        with pytest.raises(Refused):
            receive(timer.project, "retrain", {}, b"{}")
        with pytest.raises(Refused):
            send(timer, key=b"another secret of some length")

    def test_an_unknown_schedule_looks_like_a_bad_signature(self, timer: Timer) -> None:
        """So that names cannot be tried; one that takes no calls, too."""
        timer.schedule(cron="0 0 * * *", name="timed")
        for name in ("nothing", "timed"):
            with pytest.raises(Refused, match="not signed as it should be"):
                send(timer, name=name)

    @pytest.mark.parametrize(
        ("body", "what"),
        [
            (b"{", "no JSON"),
            (b"\xff", "no JSON"),
            (b"[" * 100_000, "no JSON"),
            (b"[1]", "JSON list"),
            (b'{"days": NaN}', "no JSON"),
            (b'{"days": 1e999}', "days"),
            (b'{"days": "many"}', "days"),
            (b'{"hours": 3}', "'hours' is no parameter"),
            (b'{"source": "mail"}', "source is set by the schedule"),
            (b'{"days": "__import__(\'os\')"}', "days"),
        ],
    )
    def test_a_body_that_is_no_parameters_is_explained(self, timer: Timer, body: bytes, what: str) -> None:
        """It was signed, so the sender may know; nothing is started, and the id stays free."""
        with pytest.raises(Invalid, match=what):
            send(timer, body)
        send(timer, b"{}")
        assert timer.look() == 1

    def test_a_body_of_more_than_a_megabyte_is_refused(self, timer: Timer) -> None:
        """With its size."""
        with pytest.raises(Invalid, match="1,000,009 bytes"):
            send(timer, json.dumps({"a": "x" * 1_000_000}).encode())

    def test_a_storm_has_its_bound(self, timer: Timer, monkeypatch: pytest.MonkeyPatch) -> None:
        """What waits is launched; more is told to come again."""
        monkeypatch.setattr(hook, "MOST", 3)
        for number in range(3):
            send(timer, identity=f"msg_{number}")
        with pytest.raises(Unavailable, match="wait already"):
            send(timer, identity="msg_3")

    def test_a_paused_schedule_takes_none(self, timer: Timer) -> None:
        """The sender hears that it is paused."""
        pause(timer.project, "retrain")
        with pytest.raises(Conflict, match="is paused"):
            send(timer)

    def test_a_secret_that_the_server_lacks_is_its_own_fault(
        self, timer: Timer, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The reference is not told."""
        monkeypatch.delenv("HOOK_SECRET")
        with pytest.raises(Unavailable) as error:
            send(timer)
        assert "HOOK_SECRET" not in str(error.value)


class TestKeys:
    def test_two_keys_serve_while_one_replaces_the_other(
        self, timer: Timer, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """One a line."""
        monkeypatch.setenv("HOOK_SECRET", f"a new secret of length\n{KEY.decode()}\n")
        send(timer, identity="old")
        send(timer, identity="new", key=b"a new secret of length")
        assert timer.look() == 2

    def test_the_standards_own_form_is_understood(
        self, project: Project, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """whsec_ and base64."""
        monkeypatch.setenv("HOOK", "whsec_" + base64.b64encode(KEY).decode())
        assert keys(project.root, "env:HOOK") == (KEY,)

    @pytest.mark.parametrize("secret", ["short", "whsec_short", "   "])
    def test_what_is_easily_guessed_is_no_secret(
        self, project: Project, monkeypatch: pytest.MonkeyPatch, secret: str
    ) -> None:
        """Sixteen bytes at least."""
        monkeypatch.setenv("HOOK", secret)
        with pytest.raises(MlopsError):
            keys(project.root, "env:HOOK")


class TestVerify:
    def test_a_known_answer(self) -> None:
        """Of the Standard Webhooks' own example."""
        key = base64.b64decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
        given = {
            "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
            "webhook-timestamp": "1614265330",
            "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
        }
        assert verify((key,), given, b'{"test": 2432232314}', 1614265330)
        assert not verify((key,), given, b'{"test": 2432232315}', 1614265330)
