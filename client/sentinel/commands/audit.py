"""`sentinel audit`: whether the record of what was vended is complete and unaltered."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import click

from sentinel.api.sessions_client import SessionApi, open_session_api
from sentinel.cloudtrail.audit import Unexplained, Verdict, find_in_all, verify
from sentinel.cloudtrail.history import open_cloudtrail
from sentinel.cloudtrail.scope import LAG, PROTECTED_ROLES, AuditOptions, Scope, find_scope
from sentinel.commands._audit_lines import SESSIONS, Lines, lines_options
from sentinel.commands._verified_lines import NOTHING, verify_audit_lines
from sentinel.commands.audit_export import export
from sentinel.doctor.aws import Aws
from sentinel.errors import UsageError
from sentinel.evidence.verifying.findings import Finding
from sentinel.evidence.verifying.run import LinesVerdict
from sentinel.settings import Settings
from sentinel.terminal.help import Group
from sentinel.terminal.options import connection_options, json_option, run
from sentinel.terminal.output import Progress, note, print_json, progress
from sentinel.terminal.tables import print_table, wide_option
from sentinel.terminal.times import WIRE
from shared.clock import utc_now

_EPILOG: Final = """\b
Examples:
  sentinel audit verify --since 24h
  sentinel audit verify --since 168h --role 'arn:aws:iam::111122223333:role/payments-*'
  sentinel audit verify --since 30d --from archive/ --without trail
"""
# Nothing was found, but not everything was looked at.
_INCOMPLETE: Final = 3
_HEAD: Final = ("event", "time", "action", "role", "caller", "ip", "error", "why")
_LINES_HEAD: Final = ("found", "where", "why")
_TRAIL: Final = "trail"
_LINES: Final = "lines"
# Before this, CloudTrail and the logs show all of it.
_SETTLED: Final = f"{LAG.seconds // 60}m"


@click.group(cls=Group)
def audit() -> None:
    """Check that the record of what was vended is complete and unaltered, and export it."""


audit.add_command(export)


@audit.command("verify", epilog=_EPILOG)
@connection_options
@lines_options("24h", _SETTLED)
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
@click.option(
    "--without",
    type=click.Choice((_TRAIL, _LINES)),
    help="Leave out CloudTrail, or the audit lines. What is left out is not covered.",
)
@wide_option
@json_option
def verify_command(
    settings: Settings,
    lines: Lines,
    roles: Sequence[str],
    trail_regions: Sequence[str],
    prefix: str,
    without: str | None,
    *,
    as_json: bool,
) -> int:
    """Find what was vended without a record, and what was done to the record.

    CloudTrail in every enabled region: credentials of a protected role that no session explains. An attempt that AWS
    refused needs a session as well. The audit lines: lines that were removed, altered, inserted, moved or duplicated,
    sessions without a line, and lines without a session.

    Your own AWS credentials read the history (cloudtrail:LookupEvents, account:ListRegions or ec2:DescribeRegions, and
    ssm:GetParametersByPath for the profiles) and the logs (logs:DescribeLogGroups and logs:FilterLogEvents); the
    sessions take the permission to read them all.

    Exit code 0: everything was looked at, and nothing was found; 1: something was found, or CloudTrail or the sessions
    cannot be read; 3: nothing was found, but not everything was looked at: what is left out is printed.
    """
    if lines.source == SESSIONS:
        raise UsageError("--from sessions: rows cannot be checked against themselves; name logs or a file")
    found = run(_verify(settings, AuditOptions(trail_regions, roles, prefix, lines.begin, lines.end), lines, without))
    _show(*found, as_json=as_json)
    if found[1].unexplained or found[2].findings:
        return 1
    return _INCOMPLETE if found[1].gaps or found[2].gaps else 0


async def _verify(
    settings: Settings, asked: AuditOptions, lines: Lines, without: str | None
) -> tuple[Scope, Verdict, LinesVerdict]:
    async with open_session_api(settings) as api:
        with progress() as shown:
            if without == _TRAIL:
                scope, verdict = Scope((), ()), Verdict(0, (), ["CloudTrail: left out by --without trail"])
            else:
                scope, verdict = await _verify_trail(settings, api, asked, lines, shown)
            if without == _LINES:
                return scope, verdict, replace(NOTHING, gaps=["the audit lines: left out by --without lines"])
            return scope, verdict, await verify_audit_lines(settings, api, lines, verdict.sessions, shown)


async def _verify_trail(
    settings: Settings, api: SessionApi, asked: AuditOptions, lines: Lines, shown: Progress
) -> tuple[Scope, Verdict]:
    base = settings.base()
    shown.say("finding the regions and the roles")
    scope = await find_scope(Aws(base, base.region_of(settings.server())), asked, utc_now())
    shown.say(f"reading CloudTrail in {len(scope.regions)} regions, two requests a second in each")
    trails = {region: open_cloudtrail(base, [region]) for region in scope.regions}
    issuing = await find_in_all(trails, scope, asked.begin, lines.end)
    shown.say(f"looking up the sessions of {len(issuing)} events")
    return scope, await verify(api, issuing, scope.gaps)


def _show(scope: Scope, verdict: Verdict, lines: LinesVerdict, *, as_json: bool) -> None:
    gaps = [*verdict.gaps, *lines.gaps]
    if as_json:
        looked_at = {"regions": list(scope.regions), "roles": list(scope.globs), "not_covered": gaps}
        unexplained = [_report(found) for found in verdict.unexplained]
        checked = {"checked": verdict.checked, "unexplained": unexplained}
        print_json(checked | {"lines": _report_lines(lines)} | looked_at)
        return
    if verdict.unexplained:
        print_table(_HEAD, map(_cells, verdict.unexplained))
    if lines.findings:
        print_table(_LINES_HEAD, map(_line_cells, lines.findings))
    for gap in gaps:
        note(f"not covered: {gap}")
    if scope.regions:
        where = f"in {', '.join(scope.regions)}"
        note(f"{verdict.checked} events on protected roles {where}, {len(verdict.unexplained)} unexplained")
    note(f"{lines.checked} audit lines, {lines.compared} sessions compared with theirs, {len(lines.findings)} findings")


def _report(found: Unexplained) -> dict[str, object]:
    return {"role_arn": found.role_arn, "why": found.why, "event": found.event.model_dump(mode="json")}


def _report_lines(lines: LinesVerdict) -> dict[str, object]:
    findings = [{"found": each.kind.value, "where": each.place, "why": each.why} for each in lines.findings]
    return {"checked": lines.checked, "compared": lines.compared, "twice": lines.twice, "findings": findings}


def _line_cells(found: Finding) -> tuple[str, ...]:
    return found.kind.value, found.place, found.why


def _cells(found: Unexplained) -> tuple[str, ...]:
    event = found.event
    facts = event.identity.arn or "", event.source_ip or "", event.error or "", found.why
    return event.id, event.at.strftime(WIRE), event.action, found.role_arn, *facts
