"""`sentinel doctor`: check a deployment and print findings with remedies."""

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

import click

from sentinel.api.transport import open_transport
from sentinel.settings import Settings
from sentinel.terminal.help import Command
from sentinel.terminal.options import connection_options, json_option, run
from sentinel.terminal.output import note, print_json, progress

if TYPE_CHECKING:
    from sentinel.doctor.deployment import Deployment
    from sentinel.doctor.findings import Finding

_EPILOG: Final = """\b
Examples:
  sentinel doctor
  sentinel doctor --operator --aws-profile sentinel-account
  sentinel doctor --operator --name sentinel-prod --json
"""
_STYLES: Final = {"ok": "green", "warn": "yellow", "fail": "bold red", "skipped": "dim"}


@click.command(cls=Command, epilog=_EPILOG)
@connection_options
@click.option("--operator", is_flag=True, help="Also look into the AWS account, with your own AWS credentials.")
@click.option("--name", default="sentinel", show_default=True, help="The deployment's name.")
@click.option("--authorizer", "authorizers", multiple=True, metavar="NAME", help="An authorizer function; repeat it.")
@click.option("--vend-role", metavar="ARN", help="The vend Lambda's role. Default: as the function says.")
@click.option("--session-table", metavar="NAME", help="The session table. Default: as the function says.")
@click.option("--grant-table", metavar="NAME", help="The grant table. Default: as the function says.")
@click.option("--budget-table", metavar="NAME", help="The table of rate budgets. Default: as the function says.")
@click.option(
    "--prefix",
    "parameter_prefix",
    envvar="SENTINEL_PARAMETER_PREFIX",
    help="The documents' path, such as /sentinel.",
)
@json_option
def doctor(settings: Settings, *, operator: bool, as_json: bool, authorizers: Sequence[str], **names: Any) -> int:
    """Check whether a deployment is there, lets you in, and protects.

    --operator reads settings, roles, tables, documents and alarms; deploy/policies/generated/doctor.json lists the
    permissions. What your credentials may not read is skipped, and the permission named. Nothing is changed.

    Exit code 0: nothing failed; 1: something did.
    """
    # Most commands do not need these modules.
    from sentinel.doctor.deployment import Deployment  # noqa: PLC0415 - see above

    deployment = Deployment(authorizers=tuple(authorizers), **names)
    found = run(_examine(settings, deployment if operator else None))
    counts = Counter(finding.status.value for finding in found)
    if as_json:
        print_json({"findings": [finding.as_json() for finding in found], "counts": counts})
    else:
        _print(found)
        note(", ".join(f"{counts[status]} {status}" for status in _STYLES))
        if not operator:
            note("whether AWS lets Sentinel assume the profiles' roles, only --operator sees")
    return 1 if counts["fail"] else 0


async def _examine(settings: Settings, deployment: "Deployment | None") -> "list[Finding]":
    from sentinel.doctor.aws import Aws  # noqa: PLC0415 - see doctor
    from sentinel.doctor.examination import examine_caller, examine_deployment  # noqa: PLC0415 - see doctor

    with progress() as going:
        async with open_transport(settings) as transport:
            found = await examine_caller(transport, going)
            if deployment is not None:
                base = settings.base()
                aws = Aws(base, base.region_of(transport.server))
                found += await examine_deployment(transport, aws, deployment, going)
    return found


def _print(found: "Sequence[Finding]") -> None:
    # Only a report for people needs rich.
    from rich.console import Console  # noqa: PLC0415 - see above
    from rich.table import Table  # noqa: PLC0415 - see above
    from rich.text import Text  # noqa: PLC0415 - see above

    table = Table(box=None, pad_edge=False, show_header=False)
    table.add_column(no_wrap=True)
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for finding in found:
        # Text, not str: what AWS and documents hold must not be read as markup.
        words = Text(finding.message)
        if finding.remedy:
            words.append(f"\n→ {finding.remedy}", "cyan")
        table.add_row(Text(finding.status.value, _STYLES[finding.status.value]), Text(finding.about), words)
    Console().print(table)
