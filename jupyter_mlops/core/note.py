"""Signed notes and checkpoints, in the text formats of the transparency logs, so that their tools read ours.

https://github.com/C2SP/C2SP: signed-note.md and tlog-checkpoint.md.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from jupyter_mlops.core.errors import Invalid

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

_ED25519 = b"\x01"
_DASH = "— "


@dataclass(frozen=True)
class PublicKey:
    """A key that signatures are checked with: `name+hash+key`."""

    name: str
    raw: bytes

    @classmethod
    def parse(cls, text: str) -> PublicKey:
        """Read the form that `str` writes.

        Raises
        ------
        Invalid
            It is none, or its parts do not fit together.
        """
        name, _, rest = text.strip().partition("+")
        number, _, encoded = rest.partition("+")
        try:
            content = base64.b64decode(encoded, validate=True)
        except binascii.Error:
            content = b""
        key = cls(name, content[1:])
        if not name or len(content) != 33 or content[:1] != _ED25519 or key.id != number:
            raise Invalid(f"{text!r} is no public key.", hint="Copy it whole, like NAME+1a2b3c4d+AR….")
        return key

    @property
    def hash(self) -> bytes:
        """The four bytes by which a signature names its key."""
        return hashlib.sha256(self.name.encode() + b"\n" + _ED25519 + self.raw).digest()[:4]

    @property
    def id(self) -> str:
        """Those bytes as people read them."""
        return self.hash.hex()

    def has_signed(self, body: str, signature: bytes) -> bool:
        """Whether the signature on *body* is this key's."""
        from cryptography.exceptions import InvalidSignature
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

        try:
            Ed25519PublicKey.from_public_bytes(self.raw).verify(signature, body.encode())
        except (InvalidSignature, ValueError):
            return False
        return True

    def __str__(self) -> str:
        return f"{self.name}+{self.id}+{base64.b64encode(_ED25519 + self.raw).decode()}"


@dataclass(frozen=True)
class Signer:
    """A private key, and the name it signs with."""

    name: str
    private: Ed25519PrivateKey

    @property
    def public(self) -> PublicKey:
        """The key that checks what it signs."""
        return PublicKey(self.name, self.private.public_key().public_bytes_raw())

    def line(self, body: str) -> str:
        """Return the signature of *body* as a line of a note."""
        key = self.public
        signed = key.hash + self.private.sign(body.encode())
        return f"{_DASH}{key.name} {base64.b64encode(signed).decode()}\n"


@dataclass(frozen=True)
class Note:
    """A text and its signatures: by the name and hash of the key that each says it is of."""

    body: str
    signatures: Mapping[tuple[str, bytes], bytes]

    @classmethod
    def parse(cls, text: str) -> Note:
        """Read a note.

        Raises
        ------
        Invalid
            It is none.
        """
        body, blank, rest = text.rpartition("\n\n")
        found: dict[tuple[str, bytes], bytes] = {}
        for line in rest.splitlines():
            name, _, encoded = line.removeprefix(_DASH).partition(" ")
            try:
                signed = base64.b64decode(encoded, validate=True)
            except binascii.Error:
                signed = b""
            if not line.startswith(_DASH) or not name or len(signed) < 5:
                raise Invalid(
                    f"{line!r} is no signature.", hint="Keep checkpoints exactly as they were written."
                )
            found[name, signed[:4]] = signed[4:]
        if not blank or not found:
            raise Invalid(
                "A signed text ends with a blank line and its signatures.", hint="Is it a checkpoint?"
            )
        return cls(body + "\n", found)

    def signed_by(self, keys: Iterable[PublicKey]) -> tuple[PublicKey, ...]:
        """Return those of *keys* that signed it."""
        return tuple(
            key
            for key in keys
            if (key.name, key.hash) in self.signatures
            and key.has_signed(self.body, self.signatures[key.name, key.hash])
        )


@dataclass(frozen=True)
class Head:
    """What a checkpoint says of a log: which, how many lines, and the root over them.

    Parameters
    ----------
    extra
        Further lines, like `time 2026-11-01T12:00:00+00:00`.
    """

    origin: str
    size: int
    root: bytes
    extra: tuple[str, ...] = ()

    @classmethod
    def parse(cls, body: str) -> Head:
        """Read the body of a checkpoint.

        Raises
        ------
        Invalid
            It is none.
        """
        origin, size, root, *extra = [*body.splitlines(), "", "", ""]
        try:
            head = cls(origin, int(size), base64.b64decode(root, validate=True), tuple(filter(None, extra)))
        except (ValueError, binascii.Error):
            head = cls("", 0, b"")
        if len(head.root) != 32 or not head.origin or head.body() != body:
            raise Invalid("This is no checkpoint.", hint="It begins with a name, a number and a hash.")
        return head

    def body(self) -> str:
        """Return the text that is signed."""
        root = base64.b64encode(self.root).decode()
        return "".join(f"{line}\n" for line in (self.origin, self.size, root, *self.extra))


def sign(body: str, *signers: Signer) -> str:
    """Return *body* as a note with everyone's signature."""
    return body + "\n" + "".join(signer.line(body) for signer in signers)
