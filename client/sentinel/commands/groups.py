import sys
from collections.abc import Iterator, Sequence
from typing import Final

import click

from sentinel.commands._calls import call_group_api
from sentinel.errors import UsageError
from sentinel.settings import Settings
from sentinel.terminal.completing import complete_kept
from sentinel.terminal.groups import print_groups, print_pushed
from sentinel.terminal.help import Group
from sentinel.terminal.options import connection_options, json_option
from sentinel.terminal.output import print_json
from sentinel.terminal.tables import wide_option
from shared.clock import utc_now
from shared.core.caller_names import is_caller_name
from shared.core.membership import GROUP_NAME_RULE, is_group_name

_EPILOG: Final = """\b
Examples:
  sentinel groups
  sentinel groups carol@example.com
  sentinel groups members payments-oncall
"""
_PUSH_EPILOG: Final = """\b
Examples:
  sentinel groups push payments-oncall carol@example.com dave@example.com --for 8h --reason "rota, week 12"
  print-on-call payments | sentinel groups push payments-oncall - --for 30m --reason "rota"
"""
_LIST: Final = "list"
_STDIN: Final = "-"


class _Groups(Group):
    """Lists where no command is named: `sentinel groups [USER]`."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        return super().parse_args(ctx, [_LIST, *args] if self._is_list(ctx, args) else args)

    def _is_list(self, ctx: click.Context, args: Sequence[str]) -> bool:
        if not args:
            # A shell that asks what may follow is offered the commands.
            return not ctx.resilient_parsing
        # A second name can only follow a command, so the first is a misspelled one.
        has_second_name = len(args) > 1 and not args[0].startswith("-") and not args[1].startswith("-")
        return args[0] not in (*self.commands, *ctx.help_option_names) and not has_second_name


def _checked(_context: click.Context, _parameter: click.Parameter, value: str) -> str:
    """Refuse, before anything is sent, what cannot be the name of a group that is pushed."""
    if not is_group_name(value):
        raise click.BadParameter(f"{GROUP_NAME_RULE}; who is in the group of an issuer, only its tokens say")
    return value


_name_argument = click.argument("group", metavar="NAME", callback=_checked, shell_complete=complete_kept("group"))


@click.group("groups", cls=_Groups, epilog=_EPILOG, subcommand_metavar="[USER] | COMMAND [ARGS]...")
def groups() -> None:
    """Show groups, and push who is in one.

    Without a command, it lists your groups or those of USER.
    """


@groups.command(_LIST)
@connection_options
@wide_option
@json_option
@click.argument("user", required=False)
def list_(settings: Settings, user: str | None, *, as_json: bool) -> None:
    """List your groups, or those of USER.

    Each with its source, and until when it is believed. Those of others take the permission to read.
    """
    if user is not None:
        _check_user(user)
    found = call_group_api(settings, lambda api: api.of(user))
    print_groups(found, utc_now(), is_own=user is None, as_json=as_json)


@groups.command
@connection_options
@json_option
@_name_argument
def members(settings: Settings, group: str, *, as_json: bool) -> None:
    """Show who is pushed into the group NAME, until when, by whom and why."""
    print_pushed(call_group_api(settings, lambda api: api.members(group)), utc_now(), as_json=as_json)


@groups.command(epilog=_PUSH_EPILOG)
@connection_options
@click.option("--for", "duration", metavar="TIME", required=True, help="How long: 30m, 8h; at most 7 days.")
@click.option("--reason", metavar="TEXT", required=True, help="Why; it is kept and shown.")
@json_option
@_name_argument
@click.argument("users", nargs=-1, required=True, metavar="USER...")
def push(settings: Settings, group: str, users: Sequence[str], duration: str, reason: str, *, as_json: bool) -> None:
    """Put exactly these users into the group NAME for a time.

    They replace those that were pushed before; who is in the group by another source stays in it. USER may be - for
    standard input, one user a line. It takes the permission `groups` for this group.
    """
    whom = _read_users(users)
    pushed = call_group_api(settings, lambda api: api.push(group, whom, duration, reason))
    print_pushed(pushed, utc_now(), as_json=as_json)


@groups.command
@connection_options
@json_option
@_name_argument
def remove(settings: Settings, group: str, *, as_json: bool) -> None:
    """End the push of the group NAME.

    From their next vend on, its members are no longer in the group by it. It takes the permission `groups` for this
    group.
    """
    ended = call_group_api(settings, lambda api: api.remove(group))
    if as_json:
        print_json(ended.model_dump(mode="json"))
    else:
        click.echo(f"no one is pushed into the group {group} any more")


def _read_users(given: Sequence[str]) -> list[str]:
    """Read the users, each once, and check that each is a name that a caller can have.

    Raises:
        UsageError: one is not, or there is no user.

    """
    users = list(dict.fromkeys(name for word in given for name in (_read_lines() if word == _STDIN else [word])))
    if not users:
        raise UsageError("standard input names no user", "`sentinel groups remove NAME` empties a group")
    for user in users:
        _check_user(user)
    return users


def _read_lines() -> Iterator[str]:
    for line in sys.stdin.buffer.read().decode(errors="replace").splitlines():
        if name := line.strip():
            yield name


def _check_user(name: str) -> None:
    if not is_caller_name(name):
        raise UsageError(f"{name!a} is not a user", "write a user's name as `sentinel whoami` shows it")
