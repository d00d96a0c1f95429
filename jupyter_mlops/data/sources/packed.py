"""Read a compressed file as if it were not: `orders.csv.gz` is a CSV file."""

from __future__ import annotations

import lzma
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePath
from typing import IO, cast

from jupyter_mlops.core.errors import Invalid
from jupyter_mlops.data.sources.flow import broken

SUFFIXES = (".gz", ".bz2", ".xz", ".zst", ".lz4", ".zip")
_BROKEN = (EOFError, zlib.error, lzma.LZMAError, zipfile.BadZipFile, NotImplementedError, RuntimeError)


def suffix_of(name: str | PurePath) -> str:
    """Return what kind of file a name says: `.csv`, or `.csv.gz` where it is compressed too."""
    found = [suffix.lower() for suffix in PurePath(name).suffixes]
    before, last = ["", "", *found][-2:]
    return before + last if last in SUFFIXES else last


def is_packed(path: Path) -> bool:
    """Tell whether the name of a file says that it is compressed."""
    return path.suffix.lower() in SUFFIXES


@contextmanager
def unpacked(path: Path, name: str) -> Iterator[IO[bytes]]:
    """Open a file for reading, uncompressed; a few pieces of it are in memory, and nothing is on the disk.

    Raises
    ------
    Invalid
        It is broken, breaks off, or is an archive of several files.
    """
    try:
        with _opened(path, name) as file:
            yield file
    except _BROKEN as error:
        raise broken(name, error) from error


def _opened(path: Path, name: str) -> IO[bytes]:
    """Open a file by Arrow, or by Python where Arrow does not know how it is compressed."""
    import pyarrow as pa

    suffix = path.suffix.lower()
    if suffix == ".xz":
        return cast("IO[bytes]", lzma.open(path))
    if suffix == ".zip":
        return _member(path, name)
    return cast("IO[bytes]", pa.input_stream(str(path), compression="detect"))


def _member(path: Path, name: str) -> IO[bytes]:
    with zipfile.ZipFile(path) as archive:
        files = [item.filename for item in archive.infolist() if not item.is_dir()]
        if len(files) != 1:
            raise Invalid(
                f"{name!r} is an archive of {len(files):,} files.",
                hint="Unpack it, and name one file, or several: data/*.csv.",
            )
        return archive.open(files[0])
