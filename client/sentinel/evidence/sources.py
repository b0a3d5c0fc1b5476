"""Where audit lines come from: files and folders, the functions' log groups, and sessions where no line is left.

Files may be plain or compressed (gzip), as CloudWatch exports and Firehose writes them. Nothing is kept: a source of
any size takes the memory of one record. Each gives the exact bytes of an audit line, so that hashes can be checked.
"""

import asyncio
import gzip
import os
import re
import sys
import zlib
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from datetime import datetime
from io import BufferedReader, RawIOBase
from pathlib import Path
from typing import IO, Any, Final, cast

import orjson
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from sentinel.api.sessions import Session, SessionPage
from sentinel.api.sessions_client import SessionApi
from sentinel.credentials.base import DENIED, BaseCredentials
from sentinel.errors import ClientError as SentinelClientError
from sentinel.errors import Refusal
from sentinel.evidence.records import KIND, SESSION_KIND, Record, Unread, find_records
from sentinel.terminal.output import accepted
from sentinel.terminal.times import WIRE

STDIN: Final = Path("-")
_GZIP: Final = b"\x1f\x8b"
# CloudWatch compresses what it sends to Firehose, and Firehose may compress it again.
_MOST_LAYERS: Final = 2
_PIECE: Final = 1 << 20
_MOST_OF_ONE: Final = 32 << 20
# Firehose writes envelopes without anything between them. Inside of a text a quote is escaped, and behind a text there
# is no letter, so this is never within one.
_BETWEEN: Final = re.compile(rb'(?<=\})(?=\{"\w)')
# FilterLogEvents takes few requests a second (CloudWatch Logs quotas): a longer list is read by waiting.
_CONFIG: Final = Config(connect_timeout=5, read_timeout=60, retries={"mode": "adaptive", "total_max_attempts": 8})
_PATTERN: Final = f'{{ $.kind = "{KIND}" }}'
_ABSENT: Final = "ResourceNotFoundException"
Pause = Callable[[float], Awaitable[None]]


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


def _decompressed(file: Any) -> IO[bytes]:
    for _ in range(_MOST_LAYERS):
        if not file.peek(2).startswith(_GZIP):
            break
        file = gzip.open(file)  # noqa: SIM115 - the caller closes the file below it, and reads no further
    return cast("IO[bytes]", file)


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


def open_logs(base: BaseCredentials, region: str) -> Any:
    """Open CloudWatch Logs with the caller's own credentials.

    Raises:
        BaseCredentialsError: no credentials are configured.

    """
    return base.open_client("logs", region, _CONFIG)


def list_log_groups(client: Any, prefix: str) -> Sequence[str]:
    """List the log groups whose names begin so.

    Raises:
        SourceDeniedError: the caller's credentials may not list them.
        SourceError: no group begins so, or CloudWatch does not answer.

    """
    region = client.meta.region_name
    try:
        pages = client.get_paginator("describe_log_groups").paginate(logGroupNamePrefix=prefix)
        found = [str(group["logGroupName"]) for page in pages for group in page["logGroups"]]
    except ClientError as error:
        if error.response.get("Error", {}).get("Code") in DENIED:
            raise SourceDeniedError(
                f"your own AWS credentials may not list log groups in {region}",
                "allow them logs:DescribeLogGroups, or name each with --log-group",
            ) from None
        raise _failure(prefix, region, error) from None
    except BotoCoreError as error:
        raise SourceError(f"CloudWatch Logs in {region} cannot be asked: {error}") from None
    if not found:
        raise SourceError(f"no log group in {region} begins {prefix}", "name the functions' groups with --log-group")
    return found


def logged_records(
    client: Any, log_groups: Sequence[str], begin: datetime, end: datetime, unread: Unread
) -> Iterator[Record]:
    """Read the audit lines of log groups, one group after the other, each in the order of time.

    Raises:
        SourceDeniedError: the caller's credentials may not read a group.
        SourceError: a group does not exist, or CloudWatch does not answer.

    """
    times = {"startTime": _milliseconds(begin), "endTime": _milliseconds(end)}
    for group in log_groups:
        pages = client.get_paginator("filter_log_events").paginate(logGroupName=group, filterPattern=_PATTERN, **times)
        try:
            for page in pages:
                for event in page.get("events", ()):
                    place = f"{group}, event {event.get('eventId')}"
                    yield from find_records(event.get("message", "").encode(errors="replace"), place, unread)
        except ClientError as error:
            raise _failure(group, client.meta.region_name, error) from None
        except BotoCoreError as error:
            raise SourceError(f"CloudWatch Logs in {client.meta.region_name} cannot be asked: {error}") from None


def logged_lines(
    client: Any, log_groups: Sequence[str], begin: datetime, end: datetime, unread: Unread
) -> Iterator[bytes]:
    """Read as `logged_records`, and give only the exact bytes of each line."""
    return (record.raw for record in logged_records(client, log_groups, begin, end, unread))


def _milliseconds(instant: datetime) -> int:
    return int(instant.timestamp() * 1000)


def _failure(group: str, region: str, error: ClientError) -> SourceError:
    code = error.response.get("Error", {}).get("Code", "no reason given")
    if code in DENIED:
        return SourceDeniedError(
            f"your own AWS credentials may not read the log group {group} in {region}",
            "allow them logs:FilterLogEvents on it, or use another login: --aws-profile NAME",
        )
    if code == _ABSENT:
        return SourceError(f"there is no log group {group} in {region}", "name the functions' groups with --log-group")
    return SourceError(f"CloudWatch Logs in {region} refused to read {group}: {code}", "try again, for a shorter time")


async def session_lines(
    api: SessionApi, begin: datetime, end: datetime, unread: Unread, pause: Pause = asyncio.sleep
) -> AsyncIterator[bytes]:
    """Write a line for every session that was issued in the time, newest first.

    Its kind is `sentinel.session`: a row says who had what and by which rule, but holds not every fact that was decided
    on, and there is no row of a refusal.

    Raises:
        RefusedError: the service refuses; it takes the permission to read all sessions.

    """
    async for row in session_rows(api, begin, end, unread, pause):
        yield _as_line(row)


async def session_rows(
    api: SessionApi, begin: datetime, end: datetime, unread: Unread, pause: Pause = asyncio.sleep
) -> AsyncIterator[Session]:
    """List every session that was issued in the time, newest first.

    Raises:
        RefusedError: the service refuses; it takes the permission to read all sessions.

    """
    query = {"view": "all", "since": begin.strftime(WIRE), "until": end.strftime(WIRE), "limit": "100"}
    cursor: str | None = None
    while True:
        page = await _read_page(api, query | ({} if cursor is None else {"cursor": cursor}), pause)
        if left_out := page.dropped + len(page.unreadable):
            unread.add("the list of sessions", f"{left_out} rows", left_out)
        for row in page.rows:
            yield row
        if (cursor := page.next_cursor) is None:
            return


async def _read_page(api: SessionApi, query: Mapping[str, str], pause: Pause) -> SessionPage:
    answer = await api.page(query)
    # Each user may read so often in a minute: a long list waits for the next.
    while isinstance(answer, Refusal) and answer.code == "throttled":
        await pause(max(1, answer.retry_after_s))
        answer = await api.page(query)
    return accepted(answer)


def _as_line(row: Session) -> bytes:
    facts = row.model_dump(mode="json", exclude={"id", "status", "revoked", "issued_at", "ends_at"})
    return orjson.dumps(
        {
            "kind": SESSION_KIND,
            "time": row.issued_at.strftime(WIRE),
            "outcome": "failed" if row.status == "failed" else "issued",
            "session_id": row.id,
            "duration_given_s": int((row.ends_at - row.issued_at).total_seconds()),
            **facts,
        }
    )
