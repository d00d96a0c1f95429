"""Bring what a URL names to temporary files, if its scheme is allowed and it answers in time."""

from __future__ import annotations

import io
from base64 import b64encode
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from http.client import HTTPException
from pathlib import Path
from typing import IO, TYPE_CHECKING
from urllib.error import HTTPError, URLError
from urllib.parse import unquote, urlsplit, urlunsplit
from urllib.request import HTTPRedirectHandler, Request, build_opener

from jupyter_mlops.core import progress
from jupyter_mlops.core.errors import Invalid, MlopsError, NotFound, Unavailable
from jupyter_mlops.core.project import Project
from jupyter_mlops.data.sources.flow import Flow, Part, cause, joined
from jupyter_mlops.data.sources.formats import kind_of, open_file
from jupyter_mlops.data.sources.scratch import Room, folder_of

if TYPE_CHECKING:
    import pyarrow as pa
    from fsspec import AbstractFileSystem

_PIECE = 1 << 20
_KINDS = {
    "text/csv": ".csv",
    "text/tab-separated-values": ".tsv",
    "application/json": ".json",
    "application/x-ndjson": ".jsonl",
    "application/jsonl": ".jsonl",
    "application/vnd.apache.parquet": ".parquet",
    "application/vnd.apache.arrow.file": ".arrow",
}


def is_url(text: str) -> bool:
    """Tell whether a word is a URL."""
    return "://" in text


def shown(url: str) -> str:
    """Return a URL without what may be secret in it: the user and the query."""
    try:
        found = urlsplit(url)
    except ValueError:
        return url.partition("://")[0] + "://…"
    return urlunsplit((found.scheme, found.netloc.rpartition("@")[2], found.path, "", ""))


def open_url(project: Project, url: str) -> Flow:
    """Open the table that a URL names; in an object store, it may have wildcards.

    Raises
    ------
    Invalid
        The scheme is not allowed, or what comes is no table.
    NotFound
        Nothing is there.
    Unavailable
        It does not answer, or breaks off.
    """
    scheme = url.partition("://")[0].lower()
    allowed = project.settings.url_schemes
    if scheme not in allowed:
        raise Invalid(
            f"URLs of the scheme {scheme!r} are not read here.",
            hint=f"Allowed are {', '.join(allowed)}; set url_schemes to allow others.",
        )
    if scheme in {"http", "https"}:
        return joined(shown(url), [_of_web(project, url)])
    return joined(shown(url), list(_of_store(project, url, scheme)))


class _Redirects(HTTPRedirectHandler):
    """Follow redirects to schemes that are allowed only."""

    def __init__(self, allowed: Sequence[str]) -> None:
        self._allowed = allowed

    def redirect_request(
        self, req: Request, fp: IO[bytes], code: int, msg: str, headers: object, newurl: str
    ) -> Request | None:
        """Refuse other schemes."""
        if urlsplit(newurl).scheme not in self._allowed:
            raise Invalid(f"{shown(req.full_url)} leads to {shown(newurl)}.", hint="Name it directly.")
        return super().redirect_request(req, fp, code, msg, headers, newurl)  # type: ignore[arg-type]  # passed on


def _of_web(project: Project, url: str) -> Part:
    limit = project.settings.url_timeout_s
    opener = build_opener(_Redirects(project.settings.url_schemes))
    request = _request(url)
    with _asking(url, limit), opener.open(request, timeout=limit) as answer:
        suffix = kind_of(urlsplit(url).path) or _KINDS.get(answer.headers.get_content_type(), "")
        total = int(answer.headers.get("Content-Length") or 0)
        room = Room(folder_of(project))
        kept = _kept(room.downloads / f"0{suffix}", answer, total)
    return _opened(kept, shown(url), room)


def _request(url: str) -> Request:
    """Return the request for a URL; a user and password in it become a header."""
    found = urlsplit(url)
    headers = {"User-Agent": "jupyter-mlops"}
    user, _, host = found.netloc.rpartition("@")
    if user:
        headers["Authorization"] = f"Basic {b64encode(unquote(user).encode()).decode()}"
    return Request(urlunsplit(found._replace(netloc=host)), headers=headers)  # noqa: S310 - the scheme was looked at


def _of_store(project: Project, url: str, scheme: str) -> Iterator[Part]:
    files = _files(scheme, project.settings.url_timeout_s)
    path = url.partition("://")[2]
    with _asking(url, project.settings.url_timeout_s):
        paths = sorted(map(str, files.glob(path))) if _has_wildcard(path) else [path]
    if not paths:
        raise NotFound(f"No object matches {shown(url)}.", hint="Check the pattern and the bucket.")
    room = Room(folder_of(project))
    for number, found in enumerate(paths):
        name = f"{scheme}://{found}"
        place = room.downloads / f"{number}{kind_of(urlsplit(name).path)}"
        with _asking(name, project.settings.url_timeout_s), files.open(found, "rb") as source:
            _kept(place, source, int(getattr(source, "size", 0) or 0))
        yield _opened(place, name, room)


def _files(scheme: str, limit: float) -> AbstractFileSystem:
    import fsspec

    options: dict[str, object] = {"skip_instance_cache": True, "use_listings_cache": False}
    if scheme == "s3":
        options["config_kwargs"] = {
            "connect_timeout": limit,
            "read_timeout": limit,
            "retries": {"max_attempts": 1},
        }
    try:
        return fsspec.filesystem(scheme, **options)
    except (ImportError, ValueError) as error:
        raise Invalid(
            f"URLs of {scheme}:// cannot be read: {cause(error)}.",
            hint="For S3, `pip install 'jupyter-mlops[s3]'`; for others, what fsspec names.",
        ) from error


def _kept(place: Path, source: IO[bytes], total: int) -> Path:
    """Copy what comes to a file."""
    done = 0
    with _writing(place):
        kept = place.open("wb", buffering=0)
    with kept:
        while piece := source.read(_PIECE):
            with _writing(place):
                _put(kept, piece)
            done += len(piece)
            progress.report(done >> 10, total >> 10, "downloading")
    if total and done < total:
        raise Unavailable(f"It broke off after {done:,} of {total:,} bytes.", hint="Try again.")
    return place


def _put(kept: io.FileIO, piece: bytes) -> None:
    """Write all of it, at once: what waits in a buffer fails only when it is closed."""
    rest = memoryview(piece)
    while rest:
        rest = rest[kept.write(rest) :]


@contextmanager
def _writing(place: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise Unavailable(
            f"{place.parent.parent} cannot be written: {error.strerror}.",
            hint="What is downloaded needs room for itself there for a while.",
        ) from error


def _opened(place: Path, name: str, room: Room) -> Part:
    part = open_file(place, name, room)

    def read(schema: pa.Schema) -> Iterator[pa.RecordBatch]:
        yield from part.read(schema)
        room.downloads.exists()  # the files have to live as long as whoever reads them

    return replace(part, read=read)


def _has_wildcard(path: str) -> bool:
    return any(mark in path for mark in "*?[")


@contextmanager
def _asking(url: str, limit: float) -> Iterator[None]:
    """Turn what goes wrong on the way into one sentence."""
    try:
        yield
    except HTTPError as error:
        if error.code in {404, 410}:
            raise NotFound(f"Nothing is at {shown(url)}.", hint="Check the address.") from None
        raise _silent(url, f"it answers with {error.code} {error.reason}") from None
    except FileNotFoundError:
        raise NotFound(f"Nothing is at {shown(url)}.", hint="Check the address.") from None
    except TimeoutError:
        raise _silent(url, f"nothing came for {limit:g} s") from None
    except URLError as error:
        is_late = isinstance(error.reason, TimeoutError)
        said = f"nothing came for {limit:g} s" if is_late else str(error.reason)
        raise _silent(url, said) from None
    except MlopsError:
        raise
    except (OSError, HTTPException, ValueError) as error:
        raise _silent(url, cause(error)) from None
    except Exception as error:  # clients of object stores raise classes of their own
        raise _silent(url, cause(error)) from error


def _silent(url: str, reason: str) -> Unavailable:
    return Unavailable(
        f"{shown(url)} cannot be read: {reason.rstrip('.')}.",
        hint="Check the address, the network and, for a bucket, its credentials, then try again.",
    )
