"""Take a signed call as what starts a pipeline: once, recent, and from whoever holds the secret."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import NoReturn

from sqlalchemy import RowMapping

from jupyter_mlops.core import secret
from jupyter_mlops.core.errors import Conflict, Invalid, MlopsError, Refused, Unavailable
from jupyter_mlops.core.project import Project
from jupyter_mlops.core.record import Record
from jupyter_mlops.pipelines.scheduling import schedules, triggers
from jupyter_mlops.pipelines.scheduling.arguments import Values, check_given
from jupyter_mlops.pipelines.scheduling.firing import frozen_of
from jupyter_mlops.pipelines.scheduling.look import Signal
from jupyter_mlops.pipelines.scheduling.schedules import ScheduleName
from jupyter_mlops.pipelines.scheduling.timetable import MOST

LARGEST = 1_000_000
TOLERANCE_S = 300
_ID = re.compile(r"[A-Za-z0-9_.:-]{1,128}")
_TIMESTAMP = re.compile(r"[0-9]{1,12}")
_LEAST = 16
_PREFIX = "whsec_"
_MOST_SIGNATURES = 10


class Taken(Record):
    """A call that was taken; a worker launches what it asks for.

    Parameters
    ----------
    id
        The caller's own name for it.
    """

    schedule: ScheduleName
    id: str


def receive(project: Project, name: str, headers: Mapping[str, str], body: bytes) -> Taken:
    """Check a call and note it, to be launched as the schedule's owner.

    Parameters
    ----------
    headers
        By names in lower case: `webhook-id`, `webhook-timestamp` and `webhook-signature`, as the Standard Webhooks
        have them.

    Raises
    ------
    Refused
        The signature or the time is wrong, or there is no such schedule: which of them is not said.
    Conflict
        The call was taken before, or the schedule is paused.
    Invalid
        The body is no JSON object of the pipeline's parameters.
    """
    now = project.clock.now().timestamp()
    with project.store.read() as connection:
        row = schedules.find(connection, name) if schedules.exists(connection, name) else None
    if row is None or row["watch"] != "webhook":
        verify((os.urandom(32),), headers, body, now)  # takes as long as for a known one
        _refuse()
    if not verify(_keys(project.root, row), headers, body, now):
        _refuse()
    return _note(project, row, headers["webhook-id"], _parameters(project, row, body))


def sign(key: bytes, identity: str, timestamp: str, body: bytes) -> str:
    """Return the signature of a call: `v1,` and the base64 of HMAC-SHA256 over its id, its time and its body."""
    signed = hmac.new(key, f"{identity}.{timestamp}.".encode() + body, hashlib.sha256).digest()
    return f"v1,{base64.b64encode(signed).decode()}"


def verify(known: tuple[bytes, ...], headers: Mapping[str, str], body: bytes, now: float) -> bool:
    """Tell whether one of the keys signed the call, and lately."""
    identity, timestamp = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
    if not _ID.fullmatch(identity) or not _TIMESTAMP.fullmatch(timestamp):
        return False
    wanted = [sign(key, identity, timestamp, body).encode() for key in known]
    given = headers.get("webhook-signature", "").encode("utf-8", "replace").split()[:_MOST_SIGNATURES]
    matched = [hmac.compare_digest(one, other) for one in wanted for other in given]
    return any(matched) and abs(now - int(timestamp)) <= TOLERANCE_S


def keys(root: Path, reference: str) -> tuple[bytes, ...]:
    """Return the keys that a reference holds: one a line, so that a new one can be told before the old one goes.

    Raises
    ------
    NotFound
        It holds none.
    Invalid
        One is too short to be safe.
    """
    lines = map(str.strip, secret.read(root, reference).splitlines())
    found = tuple(_key(line) for line in lines if line)
    if not found or min(map(len, found)) < _LEAST:
        raise Invalid(
            f"{reference} holds a secret of fewer than {_LEAST} bytes.",
            hint="Make one with `openssl rand -base64 32`.",
        )
    return found


def _refuse() -> NoReturn:
    raise Refused(
        "The call is not signed as it should be, or too old.",
        hint="Sign webhook-id.webhook-timestamp.body with HMAC-SHA256, and send it within five minutes.",
    )


def _keys(root: Path, row: RowMapping) -> tuple[bytes, ...]:
    try:
        return keys(root, row["trigger"]["webhook"])
    except MlopsError as error:
        raise Unavailable(
            f"The server does not have the secret of {row['name']}.", hint="Tell whoever runs it."
        ) from error


def _key(word: str) -> bytes:
    if not word.startswith(_PREFIX):
        return word.encode()
    try:
        return base64.b64decode(word.removeprefix(_PREFIX), validate=True)
    except ValueError:
        return b""


def _parameters(project: Project, row: RowMapping, body: bytes) -> Values:
    if len(body) > LARGEST:
        raise Invalid(f"The body has {len(body):,} bytes, more than {LARGEST:,}.", hint="Send a reference.")
    try:
        given = json.loads(body.decode("utf-8") or "{}", parse_constant=_refuse_number)
    except (UnicodeDecodeError, ValueError, RecursionError) as error:
        raise Invalid(f"The body is no JSON: {error}.", hint="Send an object, like {}.") from None
    if not isinstance(given, dict):
        raise Invalid(f"The body is a JSON {type(given).__name__}.", hint="Send an object, like {}.")
    fixed = [name for name in given if name in row["parameters"]]
    if fixed:
        raise Invalid(f"{fixed[0]} is set by the schedule {row['name']}.", hint="Leave it out.")
    checked = check_given(project, frozen_of(row), {**given, **row["parameters"]}, is_whole=True)
    return {name: checked[name] for name in given}


def _refuse_number(word: str) -> float:
    raise ValueError(f"{word} is no number")


def _note(project: Project, row: RowMapping, identity: str, given: Values) -> Taken:
    name = row["name"]
    signal = Signal("webhook", f"webhook:{identity}", identity, f"call {identity}", parameters=given)
    with project.store.write() as connection:
        fresh = schedules.find(connection, name, is_changing=True)
        if fresh["is_paused"]:
            raise Conflict(f"{name} is paused.", hint=f"Go on with `%mlops resume {name}`.")
        if len(schedules.waiting(connection, [name])[name]) >= MOST:
            raise Unavailable(f"{MOST} calls of {name} wait already.", hint="Send it again later.")
        if not triggers.tell(connection, fresh, signal, project.clock.now()):
            raise Conflict(f"The call {identity} was taken before.", hint="Nothing was started again.")
    return Taken(schedule=name, id=identity)
