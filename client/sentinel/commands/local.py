"""`sentinel local`: the whole system on this machine. The only command that reaches into `deploy.local`, and late."""

from pathlib import Path
from typing import Final

import click

from sentinel.terminal.help import Group

# Where a clone has it. An installed client has no `deploy`, and another's package of that name is not run.
_STACK: Final = Path(__file__).parents[3] / "deploy/local/up.py"
_GET_IT: Final = (
    "the local stack is not part of the installed client: it runs from a clone of "
    "https://github.com/sentinel-vending/sentinel, with `make demo` or `uv run sentinel local up`"
)


@click.group(cls=Group)
def local() -> None:
    """Run the whole system on this machine, from a clone of the repository."""


@local.command
@click.option("--json", "as_json", is_flag=True, help="Print the endpoints as one line of JSON.")
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="The HTTP API's port; 0 takes a free one.")
def up(*, as_json: bool, port: int) -> None:
    """Start the local stack and keep it until Ctrl-C.

    An AWS emulator, a gateway that verifies signatures, and the Lambdas, on free ports of loopback. Nothing is left
    behind when it ends.
    """
    if not _STACK.is_file():
        raise click.ClickException(_GET_IT)
    try:
        from deploy.local.up import stay_up  # noqa: PLC0415 - late: only this command needs the group `local`
    except ModuleNotFoundError as error:
        raise click.ClickException(f"{error.name} is missing: `uv sync` in the clone installs it") from None
    stay_up(as_json=as_json, port=port)
