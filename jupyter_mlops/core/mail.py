"""Checkpoints by mail: each is a short text, and whoever receives them keeps what nobody here can rewrite."""

from __future__ import annotations

import smtplib
import ssl
from email.message import EmailMessage
from typing import TYPE_CHECKING
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

from jupyter_mlops.core.errors import Invalid, Refused, Unavailable
from jupyter_mlops.core.redact import redact

if TYPE_CHECKING:
    from jupyter_mlops.core.checkpoint import Checkpoint

SCHEMES = ("smtp://", "smtps://")
_WAIT_S = 15.0


def send(place: str, made: Checkpoint, *, name: str, is_shared: bool) -> None:
    """Mail a checkpoint to a place like `smtp://mail.example.com:587/audit@example.com`.

    Parameters
    ----------
    name
        The file's name, to keep it under.
    is_shared
        The place was read from a file that others read too, where no password belongs.

    Raises
    ------
    Refused
        A shared file holds a password.
    Unavailable
        The server does not take it.
    """
    url = urlsplit(place)
    if url.password and is_shared:
        raise Refused(
            f"{redact(place)} holds a password in pyproject.toml.",
            hint="Set JUPYTER_MLOPS_CHECKPOINT_COPY in the environment.",
        )
    message = _message(url, made, name)
    try:
        with _connected(url) as server:
            if url.username:
                server.login(unquote(url.username), unquote(url.password or ""))
            server.send_message(message)
    except (OSError, smtplib.SMTPException) as error:
        raise Unavailable(
            f"{url.hostname} does not take the mail: {redact(str(error))}.", hint="Try again later."
        ) from error


def _message(url: SplitResult, made: Checkpoint, name: str) -> EmailMessage:
    to = unquote(url.path.strip("/"))
    if "@" not in to or not url.hostname:
        raise Invalid(
            f"{redact(url.geturl())} names no server and address.",
            hint="Write smtp://mail.example.com/audit@example.com.",
        )
    message = EmailMessage()
    try:
        message["To"] = to
        message["From"] = parse_qs(url.query).get("from", [to])[0]
    except ValueError as error:
        raise Invalid(f"{to!r} is no address: {error}.", hint="Write NAME@HOST.") from None
    message["Subject"] = f"Checkpoint of {made.size} lines"
    message.set_content(
        "Keep the file: `jupyter mlops audit --verify --against FILE` compares the ledger with it.\n"
    )
    message.add_attachment(made.note.encode(), maintype="text", subtype="plain", filename=name)
    return message


def _connected(url: SplitResult) -> smtplib.SMTP:
    host = url.hostname or ""
    if url.scheme == "smtps":
        return smtplib.SMTP_SSL(host, url.port or 465, timeout=_WAIT_S, context=ssl.create_default_context())
    server = smtplib.SMTP(host, url.port or 25, timeout=_WAIT_S)
    server.ehlo_or_helo_if_needed()
    if server.has_extn("starttls"):
        server.starttls(context=ssl.create_default_context())
    elif url.password:
        server.close()
        raise smtplib.SMTPException("it offers no TLS, and a password is not sent without")
    return server
