"""Audit lines out of files and folders.

Files may be plain or compressed (gzip), as CloudWatch exports and Firehose writes them. Nothing is kept: a source of
any size takes the memory of one record. Each gives the exact bytes of an audit line, so that hashes can be checked.
"""

import gzip
import os
import re
import sys
import zlib
from collections.abc import Iterator
from io import BufferedReader, RawIOBase
from pathlib import Path
from typing import IO, Any, Final, cast

from sentinel.errors import ClientError as SentinelClientError
from sentinel.evidence.records import Record, Unread, find_records

STDIN: Final = Path("-")
_GZIP: Final = b"\x1f\x8b"
# Files begin so that may hold lines which would be passed over as other text.
_NOT_READ: Final = {
    b"PK\x03\x04": "zip is not read: unpack it",
    b"BZh": "bzip2 is not read: unpack it",
    b"\x28\xb5\x2f\xfd": "zstd is not read: unpack it",
    b"\xff\xfe": "UTF-16 is not read: write it as UTF-8",
}
# CloudWatch compresses what it sends to Firehose, and Firehose may compress it again.
_MOST_LAYERS: Final = 2
_PIECE: Final = 1 << 20
_MOST_OF_ONE: Final = 32 << 20
# Firehose writes envelopes without anything between them. Inside of a text a quote is escaped, and behind a text there
# is no letter, so this is never within one.
_BETWEEN: Final = re.compile(rb'(?<=\})(?=\{"\w)')


class SourceError(SentinelClientError):
    """The lines cannot be read."""

    exit_code = 2
    code = "source_failed"


class SourceDeniedError(SourceError):
    """The caller's own credentials may not read them."""

    code = "source_denied"


def read_records(path: Path, unread: Unread) -> Iterator[Record]:
    """Read the audit lines of a file, of standard input (`-`), or of every file in a folder, in the order of names.

    Raises:
        SourceError: a file or folder cannot be opened.

    """
    for name, file in _open_all(path):
        try:
            with file:
                stream = _decompressed(file)
                begin = stream.peek(4)
                if why := next((why for magic, why in _NOT_READ.items() if begin.startswith(magic)), None):
                    unread.add(name, f"the file, as {why}")
                    continue
                for number, text in _split(stream, name, unread):
                    yield from find_records(text, f"{name}:{number}", unread)
        except (EOFError, gzip.BadGzipFile, zlib.error) as error:
            unread.add(name, f"the rest, as its compression is broken ({error})")
        except OSError as error:
            raise SourceError(f"{name}: {error.strerror or error}") from None


def read_lines(path: Path, unread: Unread) -> Iterator[bytes]:
    """Read as `read_records`, and give only the exact bytes of each line."""
    return (record.raw for record in read_records(path, unread))


def _open_all(path: Path) -> Iterator[tuple[str, IO[bytes]]]:
    if path == STDIN:
        yield "standard input", BufferedReader(cast("RawIOBase", sys.stdin.buffer))
        return
    for file in _list_files(path):
        try:
            yield str(file), file.open("rb")
        except OSError as error:
            raise SourceError(f"{file}: {error.strerror or error}") from None


def _list_files(path: Path) -> Iterator[Path]:
    if not path.is_dir():
        yield path
        return
    try:
        for folder, folders, names in os.walk(path, onerror=_refuse):
            folders.sort()
            yield from (file for name in sorted(names) if (file := Path(folder) / name).is_file())
    except OSError as error:
        raise SourceError(f"{path}: {error.strerror or error}") from None


def _refuse(error: OSError) -> None:
    """Stop at a folder that cannot be listed, where `os.walk` would pass over it."""
    raise error


def _decompressed(file: Any) -> Any:
    for _ in range(_MOST_LAYERS):
        if not file.peek(2).startswith(_GZIP):
            break
        file = gzip.open(file)  # noqa: SIM115 - the caller closes the file below it, and reads no further
    return file


def _split(stream: IO[bytes], name: str, unread: Unread) -> Iterator[tuple[int, bytes]]:
    """Give each record with the number of its line: a line, or one of several JSON objects in one."""
    number, kept = 1, b""
    while piece := stream.readline(_PIECE):
        is_whole = piece.endswith(b"\n")
        if is_whole and not kept and b'}{"' not in piece:
            yield number, piece
            number += 1
            continue
        *before, kept = _BETWEEN.split(kept + piece)
        yield from ((number, each) for each in before)
        if len(kept) > _MOST_OF_ONE:
            unread.add(f"{name}:{number}", f"a record of more than {_MOST_OF_ONE >> 20} MiB")
            kept = b""
        if is_whole:
            yield number, kept
            number, kept = number + 1, b""
    if kept:
        yield number, kept
