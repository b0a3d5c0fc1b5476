"""The options that say which audit lines a command reads, and the lines."""

import asyncio
import functools
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final, TypeVar

import click
import orjson

from sentinel.errors import UsageError
from sentinel.evidence.records import Record, Unread
from sentinel.settings import Settings
from sentinel.terminal.output import Progress
from sentinel.terminal.times import parse_instant_or_ago, read_instant
from shared.clock import utc_now

Result = TypeVar("Result")
LOGS: Final = "logs"
SESSIONS: Final = "sessions"
_FOLDER: Final = "/aws/lambda/"
_FUNCTIONS: Final = ("vend", "admin")
_DEPLOYMENT: Final = "sentinel"
_SHOWN_EVERY: Final = 10_000
# A line has the instant at which its invocation began, the log the one at which it was written.
_LONGEST_INVOCATION: Final = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Lines:
    """Which lines are read: from `begin` up to, not including, `end` (UTC). `unread` is what could not be read.

    `deployment` is the name of the deployment whose functions' log groups are read, where none are named. Lines of
    others than `only` are passed over.
    """

    source: str
    begin: datetime
    end: datetime
    log_groups: Sequence[str] = ()
    deployment: str | None = None
    only: str | None = None
    unread: Unread = field(default_factory=Unread)

    @property
    def is_from_logs(self) -> bool:
        return self.source == LOGS

    @property
    def is_from_folder(self) -> bool:
        """Whether they are those of many files, which have no order among them."""
        return not self.is_from_logs and Path(self.source).is_dir()

    def read(self, settings: Settings, shown: Progress) -> Iterator[tuple[datetime, Record]]:
        """Read the lines of the time, each with its instant; memory does not grow with their number.

        Raises:
            SourceError: they cannot be read.
            RefusedError: the service does not list its sessions.

        """
        for number, record in enumerate(self._open(settings)):
            if number % _SHOWN_EVERY == 0:
                shown.say(f"reading audit lines, {number}")
            at, deployment = self._instant_of(record), record.fields.get("deployment")
            is_other = self.only is not None and deployment not in (None, self.only)
            if at is not None and self.begin <= at < self.end and not is_other:
                self.unread.note(at, deployment)
                yield at, record

    def remarks(self) -> Sequence[str]:
        """Say what the lines that were read do not show by themselves."""
        return list(self.unread.remarks(self.begin))

    def find_log_groups(self, settings: Settings) -> Mapping[str, timedelta | None]:
        """Find the log groups of every function, the authorizers' among them; the named ones, where any are named.

        Each with the time for which it keeps lines; None: for good, or not known.
        Those that every deployment has are among them even where they are not listed: one may have been deleted.

        Raises:
            SourceError: they cannot be listed.

        """
        from sentinel.evidence.logs import list_log_groups, open_logs  # noqa: PLC0415 - see below

        if self.deployment is None:
            return dict.fromkeys(self.log_groups)
        base = settings.base()
        listed = list_log_groups(open_logs(base, base.region_of(settings.server())), f"{_FOLDER}{self.deployment}-")
        return {**dict.fromkeys(self.log_groups), **listed}

    def _open(self, settings: Settings) -> Iterator[Record]:
        # botocore takes longer to load than a command takes to print its help.
        from sentinel.evidence.logs import logged_records, open_logs  # noqa: PLC0415 - see above
        from sentinel.evidence.sources import read_records  # noqa: PLC0415 - see above

        if self.source == SESSIONS:
            return _read_sessions(settings, self)
        if self.source != LOGS:
            return read_records(Path(self.source), self.unread)
        base = settings.base()
        client = open_logs(base, base.region_of(settings.server()))
        return logged_records(client, self.log_groups, self.begin, self.end + _LONGEST_INVOCATION, self.unread)

    def _instant_of(self, record: Record) -> datetime | None:
        try:
            return read_instant(record.fields.get("time")).astimezone(UTC)
        except ValueError:
            self.unread.add(self.source, "an audit line without its instant")
            return None


def _read_sessions(settings: Settings, lines: Lines) -> Iterator[Record]:
    """Read the rows of sessions one by one, for a caller that does not wait in an event loop."""
    from sentinel.api.sessions_client import open_session_api  # noqa: PLC0415 - see Lines
    from sentinel.evidence.rows import session_lines  # noqa: PLC0415 - see Lines

    with asyncio.Runner() as runner:
        stack = AsyncExitStack()

        async def begin() -> AsyncIterator[bytes]:
            api = await stack.enter_async_context(open_session_api(settings))
            return session_lines(api, lines.begin, lines.end, lines.unread)

        try:
            rows = runner.run(begin())
            while (raw := runner.run(anext(rows, None))) is not None:
                yield Record(raw, orjson.loads(raw))
        finally:
            runner.run(stack.aclose())


_OPTIONS: Final = (
    click.option(
        "--from",
        "source",
        metavar="logs|sessions|FILE",
        default=LOGS,
        show_default=True,
        help="The functions' log groups, the rows of sessions, or a file or folder of lines; - is standard input.",
    ),
    click.option(
        "--log-group",
        "log_groups",
        multiple=True,
        metavar="NAME",
        help="A log group to read; repeatable. Default: those of the functions.",
    ),
    click.option(
        "--name",
        "deployment",
        metavar="NAME",
        help="The deployment's name, which its functions begin with. Default: sentinel; of files, every deployment.",
    ),
)


def lines_options(
    default_since: str, default_until: str | None = None
) -> Callable[[Callable[..., Result]], Callable[..., Result]]:
    """Add the options, and pass the command `lines` in their place."""
    since = click.option(
        "--since",
        metavar="TIME",
        default=default_since,
        show_default=True,
        help="From this instant on, or this long ago: 90d, 24h.",
    )
    until = click.option(
        "--until",
        metavar="TIME",
        default=default_until,
        show_default=default_until or "now",
        help="Up to this instant, or this long ago.",
    )

    def decorate(command: Callable[..., Result]) -> Callable[..., Result]:
        @functools.wraps(command)
        def with_lines(*args: Any, **given: Any) -> Result:
            names = ("since", "until", "source", "log_groups", "deployment")
            return command(*args, lines=_choose(**{name: given.pop(name) for name in names}), **given)

        wrapped: Callable[..., Result] = with_lines
        for option in reversed((since, until, *_OPTIONS)):
            wrapped = option(wrapped)
        return wrapped

    return decorate


def _choose(since: str, until: str | None, source: str, log_groups: Sequence[str], deployment: str | None) -> Lines:
    now = utc_now()
    begin = parse_instant_or_ago(since, "--since", now)
    end = now if until is None else parse_instant_or_ago(until, "--until", now)
    if begin >= end:
        raise UsageError("--since is not before --until")
    name = deployment or _DEPLOYMENT
    groups = log_groups or [f"{_FOLDER}{name}-{each}" for each in _FUNCTIONS]
    # Its log groups may be found with those of another one, whose name begins with this one's.
    only = name if source == LOGS and not log_groups else deployment
    return Lines(source, begin, end, groups, None if log_groups else name, only)
