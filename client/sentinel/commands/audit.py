from collections.abc import Sequence
from datetime import datetime
from typing import Final

import click

from sentinel.api.sessions_client import open_session_api
from sentinel.cloudtrail.audit import Unexplained, Verdict, find_in_all, verify
from sentinel.cloudtrail.history import open_cloudtrail
from sentinel.cloudtrail.scope import PROTECTED_ROLES, AuditOptions, Scope, find_scope
from sentinel.commands.audit_export import export
from sentinel.doctor.aws import Aws
from sentinel.errors import UsageError
from sentinel.settings import Settings
from sentinel.terminal.help import Group
from sentinel.terminal.options import connection_options, json_option, run
from sentinel.terminal.output import note, print_json, progress
from sentinel.terminal.tables import print_table, wide_option
from sentinel.terminal.times import WIRE, parse_instant_or_ago
from shared.clock import utc_now

_EPILOG: Final = """\b
Examples:
  sentinel audit verify --since 24h
  sentinel audit verify --since 168h --role 'arn:aws:iam::111122223333:role/payments-*'
"""
# Nothing was found, but not everything was looked at.
_INCOMPLETE: Final = 3
_HEAD: Final = ("event", "time", "action", "role", "caller", "ip", "error", "why")


@click.group(cls=Group)
def audit() -> None:
    """Compare what AWS recorded with what Sentinel vended, and export what Sentinel recorded."""


audit.add_command(export)


@audit.command("verify", epilog=_EPILOG)
@connection_options
@click.option("--since", metavar="TIME", required=True, help="From this instant on, or this long ago: 24h.")
@click.option("--until", metavar="TIME", help="Up to this instant, or this long ago. Default: now.")
@click.option(
    "--role",
    "roles",
    multiple=True,
    metavar="GLOB",
    help=f"Role ARNs; repeatable. Default: those of the profiles, all below their paths, and {PROTECTED_ROLES[0]}",
)
@click.option(
    "--trail-region",
    "trail_regions",
    multiple=True,
    metavar="REGION",
    help="Where to look; repeat it for more. Default: every region that is enabled in the account.",
)
@click.option(
    "--prefix",
    default="/sentinel",
    show_default=True,
    envvar="SENTINEL_PARAMETER_PREFIX",
    help="The path of the profiles in Parameter Store.",
)
@wide_option
@json_option
def verify_command(
    settings: Settings,
    since: str,
    until: str | None,
    roles: Sequence[str],
    trail_regions: Sequence[str],
    prefix: str,
    *,
    as_json: bool,
) -> int:
    """Find credentials of protected roles that no session explains, in every enabled region.

    CloudTrail's history is read with your own AWS credentials (cloudtrail:LookupEvents, account:ListRegions or
    ec2:DescribeRegions, and ssm:GetParametersByPath for the profiles), the sessions with the permission to read them
    all. An attempt that AWS refused needs a session as well.

    Exit code 0: everything was looked at, and every event has its session; 1: some have none, or CloudTrail or the
    sessions cannot be read; 3: none was found, but not everything was looked at: what is left out is printed.
    """
    now = utc_now()
    begin = parse_instant_or_ago(since, "--since", now)
    end = now if until is None else parse_instant_or_ago(until, "--until", now)
    if begin >= end:
        raise UsageError("--since is not before --until")
    scope, verdict = run(_verify(settings, AuditOptions(trail_regions, roles, prefix, begin), end))
    _show(scope, verdict, as_json=as_json)
    if verdict.unexplained:
        return 1
    return _INCOMPLETE if verdict.gaps else 0


async def _verify(settings: Settings, asked: AuditOptions, end: datetime) -> tuple[Scope, Verdict]:
    base = settings.base()
    aws = Aws(base, base.region_of(settings.server()))
    async with open_session_api(settings) as api:
        with progress() as shown:
            shown.say("finding the regions and the roles")
            scope = await find_scope(aws, asked, utc_now())
            shown.say(f"reading CloudTrail in {len(scope.regions)} regions, two requests a second in each")
            trails = {region: open_cloudtrail(base, [region]) for region in scope.regions}
            issuing = await find_in_all(trails, scope, asked.begin, end)
            shown.say(f"looking up the sessions of {len(issuing)} events")
            return scope, await verify(api, issuing, scope.gaps)


def _show(scope: Scope, verdict: Verdict, *, as_json: bool) -> None:
    if as_json:
        looked_at = {"regions": list(scope.regions), "roles": list(scope.globs), "not_covered": list(verdict.gaps)}
        unexplained = [_report(found) for found in verdict.unexplained]
        print_json({"checked": verdict.checked, "unexplained": unexplained} | looked_at)
        return
    if verdict.unexplained:
        print_table(_HEAD, map(_cells, verdict.unexplained))
    for gap in verdict.gaps:
        note(f"not covered: {gap}")
    where = f"in {', '.join(scope.regions)}"
    note(f"{verdict.checked} events on protected roles {where}, {len(verdict.unexplained)} unexplained")


def _report(found: Unexplained) -> dict[str, object]:
    return {"role_arn": found.role_arn, "why": found.why, "event": found.event.model_dump(mode="json")}


def _cells(found: Unexplained) -> tuple[str, ...]:
    event = found.event
    facts = event.identity.arn or "", event.source_ip or "", event.error or "", found.why
    return event.id, event.at.strftime(WIRE), event.action, found.role_arn, *facts
