from typing import Final

import click

from sentinel.api.sessions import KillSwitch
from sentinel.commands._calls import call_session_api
from sentinel.settings import Settings
from sentinel.terminal.help import Group
from sentinel.terminal.options import connection_options, json_option
from sentinel.terminal.output import print_json
from sentinel.terminal.sessions import print_kill_switch, require_kill_switch

_EPILOG: Final = """\b
Example:
  sentinel kill-switch status || sentinel kill-switch sync
"""


@click.group("kill-switch", cls=Group, epilog=_EPILOG)
def kill_switch() -> None:
    """Show or update the IAM policy that denies revoked credentials every AWS API."""


@kill_switch.command
@connection_options
@json_option
def status(settings: Settings, *, as_json: bool) -> None:
    """Say whether every account's policy denies what is revoked.

    Exit code 0: it does, or there is no kill switch; 1: it does not everywhere.
    """
    _show(call_session_api(settings, lambda api: api.kill_switch()).kill_switch, as_json=as_json)


@kill_switch.command
@connection_options
@json_option
def sync(settings: Settings, *, as_json: bool) -> None:
    """Rebuild the policy from the live revocations and write it where it differs.

    Exit code 0: every account has it; 1: some do not.
    """
    _show(call_session_api(settings, lambda api: api.sync_kill_switch()).kill_switch, as_json=as_json)


def _show(switch: KillSwitch, *, as_json: bool) -> None:
    if as_json:
        print_json(switch.model_dump(mode="json"))
    else:
        click.echo(f"live revocations: {switch.revocations}")
        print_kill_switch(switch)
    require_kill_switch(switch, "what was revoked", up_to_date=True)
