"""`sentinel session revoke`: one session, or all of a target: in force with the first call, then marked row by row."""

import asyncio
from typing import Any, Final

import click

from sentinel.api.sessions import Revocation, RevokedMany, RevokedSession, Target
from sentinel.api.sessions_client import SessionApi, open_session_api
from sentinel.commands._cache import doubt_sessions, forget_session
from sentinel.commands._calls import call_session_api
from sentinel.commands._ids import SESSION_IDS, full_id, id_argument, whole_id
from sentinel.errors import ClientError, UsageError
from sentinel.settings import Settings
from sentinel.terminal.grants import warn_unnotified
from sentinel.terminal.help import Command
from sentinel.terminal.options import connection_options, json_option, run
from sentinel.terminal.output import Progress, accepted, is_terminal, note, print_json, progress
from sentinel.terminal.sessions import (
    lockout_words,
    print_kill_switch,
    require_kill_switch,
    revocation_words,
    session_words,
)
from sentinel.terminal.targets import find_target, target_options, warn_unseen
from shared.clock import utc_now

_EPILOG: Final = """\b
Examples:
  sentinel session revoke 0123456789abcdef --reason "key found in a log"
  sentinel session revoke --user alice --reason "laptop stolen" --lock 24h
  sentinel session revoke --all --reason "INC-9" --yes
"""


async def revoke_all(api: SessionApi, target: Target, reason: str, lock_for: str | None) -> RevokedMany:
    """Revoke all sessions of a target, and stay until every row is marked.

    Raises:
        RefusedError: the service refuses; if that was while marking, the revocation is in force and a note says so.

    """
    begun = accepted(await api.revoke_all(target, reason, lock_for))
    if begun.revocation.complete:
        return begun
    return begun.model_copy(update={"revocation": await finish(api, begun.revocation.id)})


async def finish(api: SessionApi, revocation_id: str) -> Revocation:
    """Mark the remaining rows. On Ctrl-C or an error, note that the revocation is in force and how to resume."""
    try:
        with progress() as shown:
            return await _mark(api, revocation_id, shown)
    except (asyncio.CancelledError, ClientError):
        note("the revocation is in force; not every session shows it in lists yet")
        note(f"resume with: sentinel session revoke --resume {revocation_id}")
        raise


async def _mark(api: SessionApi, revocation_id: str, shown: Progress) -> Revocation:
    while True:
        revocation = accepted(await api.proceed(revocation_id)).revocation
        if revocation.complete:
            return revocation
        shown.say(f"marking revoked sessions, {revocation.marked} so far")


@click.command(cls=Command, epilog=_EPILOG)
@connection_options
@target_options
@click.option("--reason", metavar="TEXT", help="Why; it is kept and shown.")
@click.option("--lock", "lock_for", metavar="TIME", help="Also refuse new credentials for so long: 1h, 24h.")
@click.option("--resume", metavar="ID", callback=whole_id, help="Resume an interrupted revocation.")
@click.option("--yes", is_flag=True, help="Do not ask for confirmation.")
@json_option
@id_argument(SESSION_IDS, required=False)
def revoke(
    settings: Settings,
    given_id: str | None,
    resume: str | None,
    reason: str | None,
    lock_for: str | None,
    *,
    yes: bool,
    as_json: bool,
    **named: Any,
) -> int:
    """Revoke the session with ID, or all sessions of a user, of a profile, or at all.

    APIs behind Sentinel's authorizer refuse it on the next request, AWS once the kill switch has spread.

    Exit code 0: revoked; 1: refused, or revoked while the kill switch failed for an account; 3: revoked, but the user
    or the profile was never seen; 130: Ctrl-C.
    """
    target = find_target(**named)
    if sum(given is not None for given in (given_id, resume, target)) != 1:
        raise click.UsageError("name one of: a session's ID, --user, --profile, --all, --resume")
    if resume is not None:
        _resume(settings, resume, as_json=as_json, said=bool(reason or lock_for))
        return 0
    if not reason:
        raise click.UsageError("Missing option '--reason'.")
    if target is None:
        session_id = full_id(settings, SESSION_IDS, str(given_id), ["active"])
        revoked = call_session_api(settings, lambda api: api.revoke(session_id, reason, lock_for))
        forget_session(settings, revoked.session.id)
        _show(revoked, session_words(revoked.session), as_json=as_json)
        return 0
    _confirm(target, yes=yes)
    revoked_many = run(_revoke_many(settings, target, reason, lock_for))
    doubt_sessions(settings)
    unseen = warn_unseen(revoked_many.known, revoked_many.revocation.target, revoked_many.revocation.name)
    _show(revoked_many, revocation_words(revoked_many.revocation), as_json=as_json)
    return unseen


async def _revoke_many(settings: Settings, target: Target, reason: str, lock_for: str | None) -> RevokedMany:
    async with open_session_api(settings) as api:
        return await revoke_all(api, target, reason, lock_for)


async def _finish(settings: Settings, revocation_id: str) -> Revocation:
    async with open_session_api(settings) as api:
        return await finish(api, revocation_id)


def _resume(settings: Settings, revocation_id: str, *, as_json: bool, said: bool) -> None:
    if said:
        raise click.UsageError("--reason and --lock were said when the revocation began: leave them out")
    revocation = run(_finish(settings, revocation_id))
    if as_json:
        print_json({"revocation": revocation.model_dump(mode="json")})
    else:
        click.echo(revocation_words(revocation))


def _confirm(target: Target, *, yes: bool) -> None:
    """Ask whether many people's sessions are meant to end. A script says `--yes` where it means everyone's."""
    if yes or target.kind == "user":
        return
    if is_terminal():
        click.confirm(f"Revoke all sessions of {target}?", abort=True, err=True)
    elif target.kind == "all":
        raise UsageError("this would revoke everyone's sessions", "pass --yes if that is meant")


def _show(answer: RevokedSession | RevokedMany, words: str, *, as_json: bool) -> None:
    warn_unnotified(answer)
    if as_json:
        print_json(answer.model_dump(mode="json"))
    else:
        click.echo(words)
        if answer.lockout is not None:
            click.echo(lockout_words(answer.lockout, utc_now()))
        print_kill_switch(answer.kill_switch)
    require_kill_switch(answer.kill_switch, "the revocation")
