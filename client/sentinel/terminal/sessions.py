"""Sessions, revocations, lockouts and the kill switch on a terminal."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Final

import click

from sentinel.api.sessions import (
    ROOM_TO_WARN,
    KillSwitch,
    Lockout,
    Revocation,
    Session,
    SwitchedAccount,
    target_words,
)
from sentinel.errors import ClientError
from sentinel.terminal.grants import action_words
from sentinel.terminal.output import note, print_json
from sentinel.terminal.tables import print_table
from sentinel.terminal.times import WIRE, relative

_STYLES: Final = {"active": "green", "revoked": "red", "failed": "yellow"}
_SESSION_HEAD: Final = ("id", "status", "user", "profile", "via", "issued", "ends")


def print_sessions(sessions: Sequence[Session], now: datetime, *, as_json: bool) -> None:
    """Print a list: a table for people, one JSON object for scripts."""
    if as_json:
        print_json({"sessions": [session.model_dump(mode="json") for session in sessions]})
    elif sessions:
        print_table(_SESSION_HEAD, (_session_cells(session, now) for session in sessions), _STYLES)
    else:
        note("there are no such sessions")


def print_session(session: Session, now: datetime) -> None:
    """Print one with everything known of it."""
    for name, value in _facts(session, now):
        if value:
            click.echo(f"{name:<14} {value}")


def _session_cells(session: Session, now: datetime) -> tuple[str, ...]:
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


_SYNC: Final = "run `sentinel kill-switch sync`"
_BY_RIGHT: Final = "Someone with the permission `revoke` makes room by revoking it"
_BULK: Final = "A revocation of a profile, or of all, takes the room of one"
_REACH: Final = {
    "exact": "It denies exactly what was revoked.",
    "later": "To fit IAM's size limit, it ends what was issued to those revoked up to minutes later, too.",
    "users": "It does not fit IAM's size limit session by session, so it denies whole users by issue time.",
    "everyone": "It does not fit IAM's size limit even user by user, so it denies everyone by issue time.",
}
_STATUS: Final = {
    "unchanged": "The kill switch is up to date in every account.",
    "partial": f"The kill switch failed in some accounts: {_SYNC}.",
    "failed": f"The kill switch failed: {_SYNC}.",
    "off": "The kill switch is not set up: credentials already vended serve AWS APIs to their end.",
    "behind": f"The kill switch is behind the revocations: {_SYNC}.",
}
_LOCKOUT_HEAD: Final = ("id", "who", "since", "until", "by", "why")


class KillSwitchFailedError(ClientError):
    """The revocation is recorded, but live credentials still serve in some account."""

    code = "kill_switch_failed"


def session_words(session: Session) -> str:
    return f"session {session.id} of {session.user} on {session.profile} is {session.status}"


def revocation_words(revocation: Revocation) -> str:
    """Describe a revocation and its progress."""
    whom = target_words(revocation.target, revocation.name)
    until = revocation.issued_until.strftime(WIRE)
    rows = "1 session is" if revocation.marked == 1 else f"{revocation.marked} sessions are"
    return f"revocation {revocation.id}: all sessions of {whom} issued until {until}; {rows} marked"


def lockout_words(lockout: Lockout, now: datetime) -> str:
    """Describe a lockout: its target and its end."""
    whom = target_words(lockout.target, lockout.name)
    if lockout.lifted is not None:
        return f"{whom} is not locked out any more: lifted {action_words(lockout.lifted, now)}"
    if lockout.ends_at is None:
        return f"{whom} is locked out until `sentinel lock lift`: no new credentials"
    ends = "ended" if lockout.ends_at <= now else "ends"
    return f"{whom} is locked out: no new credentials; it {ends} {relative(lockout.ends_at, now)}"


def print_lockouts(lockouts: Sequence[Lockout], now: datetime, *, as_json: bool) -> None:
    """Print a list: a table for people, one JSON object for scripts."""
    if as_json:
        print_json({"lockouts": [lockout.model_dump(mode="json") for lockout in lockouts]})
    elif lockouts:
        print_table(_LOCKOUT_HEAD, (_lockout_cells(lockout, now) for lockout in lockouts))
    else:
        note("no lockouts")


def kill_switch_words(switch: KillSwitch) -> Iterator[str]:
    """Describe the kill switch's state, with each account where it is not up to date."""
    if switch.status == "applied" and switch.applied_at is not None:
        yield f"The kill switch was written at {switch.applied_at.strftime(WIRE)}; IAM takes seconds to spread it."
    else:
        yield _STATUS.get(switch.status, "The kill switch was written; IAM takes seconds to spread it.")
    yield from map(_account_words, (account for account in switch.accounts if account.status in ("behind", "failed")))
    if switch.status != "off" and switch.reach != "exact":
        yield _REACH[switch.reach]
    if switch.widened:
        yield f"It denies more than was revoked of: {', '.join(switch.widened)}."
    if switch.uncovered:
        whose = ", ".join(switch.uncovered)
        yield f"No room is left for what these revoked of their own; their credentials live on: {whose}. {_BY_RIGHT}."
    if switch.status != "off" and switch.reach != "everyone" and switch.room < ROOM_TO_WARN:
        yield f"{switch.room} % of its room is left: soon more is ended than is revoked, whole users first. {_BULK}."


def require_kill_switch(switch: KillSwitch, what: str, *, up_to_date: bool = False) -> None:
    """Require that the kill switch was updated and, if asked, that it is not behind either.

    Raises:
        KillSwitchFailedError: it was not, in at least one account; the message says what is recorded all the same.

    """
    if switch.status == "failed" and switch.uncovered:
        raise KillSwitchFailedError(f"{what} is in force, but the kill switch has no room for it", _BY_RIGHT)
    if switch.status in ("failed", "partial") or (up_to_date and switch.status == "behind"):
        raise KillSwitchFailedError(
            f"{what} is in force, but the kill switch did not reach every account",
            f"credentials already vended may still serve AWS APIs: {_SYNC}",
        )


def print_kill_switch(switch: KillSwitch) -> None:
    for words in kill_switch_words(switch):
        click.echo(words)


def _account_words(account: SwitchedAccount) -> str:
    said = f" ({account.detail})" if account.detail else ""
    verb = "It failed for" if account.status == "failed" else "It is behind in"
    return f"{verb} account {account.account}{said}: {_SYNC}."


def _lockout_cells(lockout: Lockout, now: datetime) -> tuple[str, ...]:
    until = "lifted" if lockout.ends_at is None else relative(lockout.ends_at, now)
    ended = f"lifted {relative(lockout.lifted.at, now)}" if lockout.lifted is not None else until
    whom = target_words(lockout.target, lockout.name)
    return lockout.id, whom, relative(lockout.at, now), ended, lockout.by, lockout.reason
