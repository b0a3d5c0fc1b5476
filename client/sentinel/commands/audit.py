from collections.abc import Sequence
from typing import Final

import click

from sentinel.audit import PROTECTED_ROLES, Unexplained
from sentinel.auditing import Verdict, find_issuing, verify
from sentinel.cli import HELP_OPTIONS
from sentinel.clock import utc_now
from sentinel.errors import UsageError
from sentinel.options import connection_options, json_option, run
from sentinel.output import note, print_json
from sentinel.session_api import open_session_api
from sentinel.settings import Settings
from sentinel.table import print_table
from sentinel.times import WIRE, parse_instant_or_ago
from sentinel.trail import TrailEvent
from sentinel.trail_options import open_trail, trail_region_option

_EPILOG: Final = """\b
Examples:
  sentinel audit verify --since 24h
  sentinel audit verify --since 168h --role 'arn:aws:iam::111122223333:role/payments-*' --trail-region eu-central-1
"""
_HEAD: Final = ("event", "time", "action", "role", "caller", "ip", "error", "why")


@click.group(context_settings=HELP_OPTIONS)
def audit() -> None:
    """Compare what AWS recorded with what Sentinel vended."""


@audit.command("verify", epilog=_EPILOG)
@connection_options
@click.option("--since", metavar="TIME", required=True, help="From this instant on, or this long ago: 24h.")
@click.option("--until", metavar="TIME", help="Up to this instant, or this long ago. Default: now.")
@click.option("--role", "roles", multiple=True, metavar="GLOB", help=f"Role ARNs. Default: {PROTECTED_ROLES[0]}")
@trail_region_option
@json_option
def verify_command(
    settings: Settings,
    since: str,
    until: str | None,
    roles: Sequence[str],
    trail_regions: Sequence[str],
    *,
    as_json: bool,
) -> int:
    """Find credentials of protected roles that no session explains.

    CloudTrail's history is read with your own AWS credentials (cloudtrail:LookupEvents), the sessions with the
    permission to read them all. An attempt that AWS refused needs a session as well.

    Exit code 0: every event has its session; 1: some have none, or one of the two cannot be read.
    """
    now = utc_now()
    begin = parse_instant_or_ago(since, "--since", now)
    end = now if until is None else parse_instant_or_ago(until, "--until", now)
    if begin >= end:
        raise UsageError("--since is not before --until")
    issuing = list(find_issuing(open_trail(settings, trail_regions), roles or PROTECTED_ROLES, begin, end))
    verdict = run(_verify(settings, issuing))
    _show(verdict, as_json=as_json)
    return 1 if verdict.unexplained else 0


async def _verify(settings: Settings, issuing: Sequence[tuple[TrailEvent, str]]) -> Verdict:
    async with open_session_api(settings) as api:
        return await verify(api, issuing)


def _show(verdict: Verdict, *, as_json: bool) -> None:
    if as_json:
        print_json({"checked": verdict.checked, "unexplained": [_report(found) for found in verdict.unexplained]})
        return
    if verdict.unexplained:
        print_table(_HEAD, map(_cells, verdict.unexplained))
    note(f"{verdict.checked} events on protected roles, {len(verdict.unexplained)} unexplained")


def _report(found: Unexplained) -> dict[str, object]:
    return {"role_arn": found.role_arn, "why": found.why, "event": found.event.model_dump(mode="json")}


def _cells(found: Unexplained) -> tuple[str, ...]:
    event = found.event
    facts = event.identity.arn or "", event.source_ip or "", event.error or "", found.why
    return event.id, event.at.strftime(WIRE), event.action, found.role_arn, *facts
