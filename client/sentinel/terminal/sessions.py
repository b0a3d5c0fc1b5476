"""Sessions on a terminal: a table of many, the facts of one."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Final

import click

from sentinel.api.sessions import Session
from sentinel.terminal.grants import action_words
from sentinel.terminal.output import note, print_json
from sentinel.terminal.table import print_table
from sentinel.terminal.times import WIRE, relative

_STYLES: Final = {"active": "green", "revoked": "red", "failed": "yellow"}
_HEAD: Final = ("id", "status", "user", "profile", "via", "issued", "ends")


def print_sessions(sessions: Sequence[Session], now: datetime, *, as_json: bool) -> None:
    """Print a list: a table for people, one JSON object for scripts."""
    if as_json:
        print_json({"sessions": [session.model_dump(mode="json") for session in sessions]})
    elif sessions:
        print_table(_HEAD, (_cells(session, now) for session in sessions), _STYLES)
    else:
        note("there are no such sessions")


def print_session(session: Session, now: datetime) -> None:
    """Print one with everything known of it."""
    for name, value in _facts(session, now):
        if value:
            click.echo(f"{name:<14} {value}")


def _cells(session: Session, now: datetime) -> tuple[str, ...]:
    times = relative(session.issued_at, now), relative(session.ends_at, now)
    return session.id, session.status, session.user, session.profile, session.via, *times


def _facts(session: Session, now: datetime) -> Iterator[tuple[str, str]]:
    yield "id", session.id
    yield "status", session.status
    yield "revoked", "" if session.revoked is None else action_words(session.revoked, now)
    yield "user", session.user
    yield "profile", session.profile
    yield "via", session.via
    yield "grant", session.grant_id or ""
    yield "rule", session.rule or ""
    yield "policy", session.policy_version or ""
    yield "role", session.role_arn
    yield "stamp", session.stamp
    yield "account", session.account
    yield "caller", session.caller_arn
    yield "source ip", session.source_ip or ""
    yield "request", session.request_id
    yield "issued", f"{relative(session.issued_at, now)}, {session.issued_at.strftime(WIRE)}"
    yield "ends", f"{relative(session.ends_at, now)}, {session.ends_at.strftime(WIRE)}"
