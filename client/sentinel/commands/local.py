"""`sentinel local`: the whole system on this machine. The only command that reaches into `deploy.local`, and late."""

import click

from sentinel.terminal.output import HELP_OPTIONS


@click.group(context_settings=HELP_OPTIONS)
def local() -> None:
    """Run the whole system on this machine."""


@local.command
@click.option("--json", "as_json", is_flag=True, help="Print the endpoints as one line of JSON.")
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="The HTTP API's port; 0 takes a free one.")
def up(*, as_json: bool, port: int) -> None:
    """Start the local stack and keep it until Ctrl-C.

    An AWS emulator, a gateway that verifies signatures, and the Lambdas, on free ports of loopback. Nothing is left
    behind when it ends.
    """
    try:
        from deploy.local.up import stay_up  # noqa: PLC0415 - late: only this command needs the extra `local`
    except ModuleNotFoundError as error:
        raise click.ClickException(f"{error.name} is missing: pip install 'sentinel[local]'") from None
    stay_up(as_json=as_json, port=port)
