from typing import Any, Final

import click

from sentinel.api.sessions import LockoutAnswer
from sentinel.commands._calls import call_session_api
from sentinel.settings import Settings
from sentinel.terminal.grants import warn_unnotified
from sentinel.terminal.help import Group
from sentinel.terminal.lists import all_of
from sentinel.terminal.options import connection_options, json_option
from sentinel.terminal.output import print_json
from sentinel.terminal.sessions import lockout_words, print_lockouts
from sentinel.terminal.tables import wide_option
from sentinel.terminal.targets import require_target, target_options, warn_unseen
from shared.clock import utc_now

_LOCK_EPILOG: Final = """\b
Examples:
  sentinel lock create --user alice --reason "laptop stolen"
  sentinel lock create --profile prod --reason "INC-7" --duration 4h
"""
_UNLOCK_EPILOG: Final = """\b
Example:
  sentinel lock lift --user alice --comment "new laptop, new keys"
"""


@click.group(cls=Group)
def lock() -> None:
    """Refuse new credentials to a user, a profile or everyone."""


@lock.command(epilog=_LOCK_EPILOG)
@connection_options
@target_options
@click.option("--reason", metavar="TEXT", required=True, help="Why; it is kept and shown.")
@click.option("--duration", metavar="TIME", help="How long: 45m, 4h. Until `sentinel lock lift` if left out.")
@json_option
def create(settings: Settings, reason: str, duration: str | None, *, as_json: bool, **target: Any) -> int:
    """Refuse new credentials to a user, a profile or everyone. Live sessions stay: `sentinel session revoke` ends them.

    A user is locked out under every spelling of the name: case, mail domain, +tag, federated/. While locked out they
    decide and change nothing of others.

    Exit code 0: locked out; 1: refused; 3: locked out, but the user or the profile was never seen.
    """
    whom = require_target(**target)
    return _show(call_session_api(settings, lambda api: api.lock(whom, reason, duration)), as_json=as_json)


@lock.command(epilog=_UNLOCK_EPILOG)
@connection_options
@target_options
@click.option("--comment", metavar="TEXT", help="A comment; it is kept and shown.")
@json_option
def lift(settings: Settings, comment: str | None, *, as_json: bool, **target: Any) -> int:
    """Lift the lockout of a user, of a profile or of everyone."""
    whom = require_target(**target)
    return _show(call_session_api(settings, lambda api: api.unlock(whom, comment)), as_json=as_json)


@lock.command("list")
@connection_options
@wide_option
@json_option
def list_(settings: Settings, *, as_json: bool) -> None:
    """List the lockouts in force, newest first."""
    print_lockouts(all_of(call_session_api(settings, lambda api: api.lockouts())), utc_now(), as_json=as_json)


def _show(answer: LockoutAnswer, *, as_json: bool) -> int:
    warn_unnotified(answer)
    if as_json:
        known = None if answer.known is None else answer.known.model_dump(mode="json")
        print_json(answer.lockout.model_dump(mode="json") | {"known": known})
    else:
        click.echo(lockout_words(answer.lockout, utc_now()))
    return warn_unseen(answer.known, answer.lockout.target, answer.lockout.name)
