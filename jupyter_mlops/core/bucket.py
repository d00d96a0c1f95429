"""Objects in a bucket, through fsspec: each is written in one request, so that it is there whole or not at all."""

from __future__ import annotations

import hashlib
import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import cached_property
from typing import TYPE_CHECKING

from jupyter_mlops.core.errors import Invalid, MlopsError, Unavailable
from jupyter_mlops.core.place import Bytes, Stored

if TYPE_CHECKING:
    from fsspec import AbstractFileSystem

_YOUNG_S = 3600.0
_TIMEOUT_S = 20
_LONGEST = 200


class Bucket:
    """A bucket, or a prefix in one, that keeps bytes under their digests.

    Nobody can be kept out of a bucket, so writers are told from what is free by their age: what is put is
    written again unless it is young, and nothing young is ever removed.

    Parameters
    ----------
    url
        Like `s3://bucket/prefix`; credentials come from where its library looks for them.
    """

    least_grace_s = _YOUNG_S

    def __init__(self, url: str) -> None:
        self.url = url.rstrip("/")

    def place(self, digest: str) -> str:
        """Return the URL of the object *digest*."""
        return f"{self.url}/{digest[:2]}/{digest[2:]}"

    def write(self, content: Iterable[Bytes], digest: str | None = None) -> str:
        """Write an object and make sure of its size; it is durable then."""
        state, size = hashlib.sha256(), 0
        with tempfile.NamedTemporaryFile() as file:
            for piece in content:
                state.update(piece)
                size += len(piece)
                file.write(piece)
            file.flush()
            digest = digest or state.hexdigest()
            with self._asking("written"):
                self._files.put_file(file.name, self._path(digest))
        found = self.find(digest)
        if found is None or found.size_bytes != size:
            raise Unavailable(f"{self.url} did not keep all of object {digest[:12]}.", hint="Try again.")
        return digest

    def settle(self, digests: Iterable[str]) -> None:
        """Do nothing: what is written to a bucket is durable."""

    def read(self, digest: str) -> bytes:
        """Return the bytes under a name."""
        with self._asking("read"):
            content: bytes = self._files.cat_file(self._path(digest))
            return content

    def proves(self, digest: str, size: int) -> bool:
        """Tell whether an object's bytes are those that its name says; it is read for that."""
        found = self.find(digest)
        if found is None or found.size_bytes != size:
            return False
        return hashlib.sha256(self.read(digest)).hexdigest() == digest

    def trusts(self, digest: str, size: int) -> bool:
        """Tell whether an object may be referred to: a bucket guards what it keeps, so its size is enough."""
        found = self.find(digest)
        return found is not None and found.size_bytes == size

    def renews(self, digest: str, size: int) -> bool:
        """Tell whether an object need not be written again: it is there, and young."""
        found = self.find(digest)
        return found is not None and found.size_bytes == size and self.now() - found.touched_at < _YOUNG_S / 2

    def find(self, digest: str) -> Stored | None:
        """Return the size of an object and when it was written, without reading it."""
        with self._asking("read"):
            try:
                found = self._files.info(self._path(digest))
            except FileNotFoundError:
                return None
        return Stored(digest, int(found["size"]), _moment(found))

    def each(self) -> Iterator[Stored]:
        """Yield every object."""
        root = self._path("")
        with self._asking("listed"):
            listed = self._files.find(root, detail=True)
        for path, found in sorted(listed.items()):
            digest = path.removeprefix(root).replace("/", "")
            if len(digest) == 64:
                yield Stored(digest, int(found["size"]), _moment(found))

    def touch(self, digest: str) -> None:
        """Make an object young again, by writing it again."""
        self.write([self.read(digest)], digest)

    def remove(self, digest: str) -> None:
        """Remove an object."""
        with self._asking("written"):
            try:
                self._files.rm_file(self._path(digest))
            except FileNotFoundError:
                return

    def leftovers(self) -> Iterator[Stored]:
        """Yield nothing: an upload that broke off leaves no object."""
        return iter(())

    def discard(self, name: str) -> None:
        """Remove a leftover; there is none."""

    def now(self) -> float:
        """Return the time by which objects are dated."""
        return time.time()

    @contextmanager
    def sharing(self) -> Iterator[None]:
        """Write beside others."""
        yield

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Remove beside others: age alone guards what they write."""
        yield

    @cached_property
    def _files(self) -> AbstractFileSystem:
        import fsspec

        scheme = self.url.partition("://")[0]
        options: dict[str, object] = {"skip_instance_cache": True, "use_listings_cache": False}
        if scheme == "s3":
            options["config_kwargs"] = {"connect_timeout": _TIMEOUT_S, "read_timeout": _TIMEOUT_S}
        try:
            return fsspec.filesystem(scheme, **options)
        except (ImportError, ValueError) as error:
            raise Invalid(
                f"Objects cannot be kept at {self.url}: {_cause(error)}.",
                hint="Bring what S3 needs with `pip install 'jupyter-mlops[s3]'`.",
            ) from error

    def _path(self, digest: str) -> str:
        path = self.url.partition("://")[2]
        return f"{path}/{digest[:2]}/{digest[2:]}" if digest else f"{path}/"

    @contextmanager
    def _asking(self, what: str) -> Iterator[None]:
        """Turn the library's words into one sentence; it has tried again by itself before."""
        try:
            yield
        except MlopsError:
            raise
        except FileNotFoundError as error:
            raise Unavailable(
                f"{self.url} cannot be {what}: it has no {_cause(error)}.",
                hint="Check `objects_url`, or bring the object back from a backup.",
            ) from error
        except Exception as error:  # clients raise classes of their own
            raise Unavailable(
                f"{self.url} cannot be {what}: {_cause(error)}.",
                hint="Check the address, the credentials and the clock; then try again.",
            ) from error


def _moment(found: dict[str, object]) -> float:
    for name in ("LastModified", "mtime", "last_modified", "updated", "created"):
        value = found.get(name)
        stamp = getattr(value, "timestamp", None)
        if stamp is not None:
            return float(stamp())
        if isinstance(value, int | float):
            return float(value)
    return time.time()


def _cause(error: Exception) -> str:
    return (" ".join(str(error).split()) or type(error).__name__)[:_LONGEST].rstrip(".")
