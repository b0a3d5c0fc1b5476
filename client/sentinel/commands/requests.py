from functools import partial
from typing import Any, Final

import click

from sentinel.api.client import open_api
from sentinel.api.grants import REQUEST_STATUSES, REQUESTS, ApprovalRequest
from sentinel.commands._calls import call_api
from sentinel.commands._grants import add_list, add_step, window_option
from sentinel.commands._ids import REQUEST_IDS, full_id, id_option
from sentinel.commands._waiting import wait_until_open
from sentinel.settings import Settings
from sentinel.terminal.grants import approve_words, print_grant, warn_unnotified
from sentinel.terminal.help import Group
from sentinel.terminal.options import connection_options, json_option, optional_profile_argument, run
from sentinel.terminal.output import accepted, note
from sentinel.terminal.picker import pick_profile
from sentinel.terminal.times import WIRE, parse_instant
from shared.clock import utc_now

_EPILOG: Final = """\b
Examples:
  sentinel request create prod --reason "fix the invoices" --ticket INC-7
  sentinel request create prod --reason "release" --duration 2h --starts-at 2026-03-01T18:00:00Z --wait
  sentinel request create --extend 3f9k2m7q0r5s8t1v --reason "the restore still runs" --duration 30m
"""


@click.group("request", cls=Group)
def request() -> None:
    """Ask for approvals, and decide the requests of others."""


@request.command(epilog=_EPILOG)
@connection_options
@click.option("--reason", metavar="TEXT", required=True, help="Why; approvers read it.")
@click.option("--ticket", metavar="REF", help="A reference, if the policy requires one: INC-7.")
@window_option
@click.option("--starts-at", metavar="INSTANT", help="When the window should begin, up to 7 days ahead.")
@id_option(REQUEST_IDS, "--extend", "Extend your approval with ID: the new window begins where its window ends.")
@click.option("--wait", is_flag=True, help="Wait for the decision and, if it is yes, for the window to open.")
@json_option
@optional_profile_argument
def create(
    settings: Settings,
    profile: str | None,
    starts_at: str | None,
    extend: str | None,
    *,
    wait: bool,
    as_json: bool,
    **asked: str | None,
) -> None:
    """Ask for an approval of PROFILE, or for more time of one whose window is open.

    With --extend the profile is that of the approval. The extension ends if the approval is withdrawn.

    Exit code 0: filed (with --wait: approved); 1: refused, denied or lapsed; 130: Ctrl-C while waiting.
    """
    if extend and (profile or starts_at):
        raise click.UsageError(
            "--extend takes the profile and the start from the approval: leave PROFILE and --starts-at out"
        )
    begin = None if starts_at is None else parse_instant(starts_at, "--starts-at").strftime(WIRE)
    if extend:
        extended = full_id(settings, REQUEST_IDS, extend, ["approved"])
        about = {
            "extends": extended,
            "profile": call_api(settings, lambda api: api.find(REQUESTS, extended)).grant.profile,
        }
    else:
        about = {"profile": profile or pick_profile(settings)}
    body = {name: value for name, value in {**about, "starts_at": begin, **asked}.items() if value}
    filed = run(_file(settings, body, wait=wait, as_json=as_json))
    print_grant(filed, utc_now(), as_json=as_json)


async def _file(settings: Settings, body: dict[str, Any], *, wait: bool, as_json: bool) -> ApprovalRequest:
    async with open_api(settings) as api:
        answer = accepted(await api.ask(REQUESTS, body))
        warn_unnotified(answer)
        if answer.grant.status == "pending" and not as_json:
            note(approve_words(answer.grant, answer.link))
        return await wait_until_open(api, answer.grant) if wait else answer.grant


add_list(
    request,
    REQUESTS,
    REQUEST_IDS,
    REQUEST_STATUSES,
    """List approval requests, newest first.

    Yours by default. `--view approvable` are those you can decide; `--view all` takes the permission to read.
    """,
)
_step = partial(add_step, request, REQUESTS, REQUEST_IDS)
_step("approve", "Approve the request with ID. You cannot approve your own.", ["pending"])
_step("deny", "Refuse the pending request with ID. A single denial ends it.", ["pending"])
_step("cancel", "Take back the request with ID, pending or approved.", ["pending", "approved"])
