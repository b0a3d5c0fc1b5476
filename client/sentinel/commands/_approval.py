"""`--wait`: what needs an approval is done after one was requested and given."""

import functools
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, TypeVar

import click

from sentinel.errors import RefusedError
from sentinel.settings import Settings

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Approval:
    """What to say in a request, if one is needed."""

    reason: str | None
    ticket: str | None


def wait_options(command: Callable[..., Result]) -> Callable[..., Result]:
    """Add `--wait`, `--reason` and `--ticket`, and pass the command `ask` in their place: None without `--wait`."""

    @functools.wraps(command)
    def with_ask(*, wait: bool, reason: str | None, ticket: str | None, **arguments: Any) -> Result:
        if not wait and (reason or ticket):
            raise click.UsageError("--reason and --ticket are for a request: pass --wait with them")
        return command(ask=Approval(reason, ticket) if wait else None, **arguments)

    for option in (
        click.option("--ticket", metavar="REF", help="A reference, if the policy requires one; with --wait."),
        click.option("--reason", metavar="TEXT", help="The reason, for the approvers; with --wait."),
        click.option("--wait", is_flag=True, help="If an approval is needed, request it and wait."),
    ):
        with_ask = option(with_ask)
    return with_ask


async def with_approval(
    settings: Settings, profile: str, ask: Approval | None, work: Callable[[], Awaitable[Result]]
) -> Result:
    """Do the work; with `ask`, and if it is refused for lack of an approval, obtain one and do it again.

    Raises:
        RefusedError: the service refuses.

    """
    try:
        return await work()
    except RefusedError as refused:
        if ask is None or refused.code != "approval_required":
            raise
    # Only a command that waits needs the models of requests.
    from sentinel.api.client import open_api  # noqa: PLC0415 - see above
    from sentinel.commands._waiting import Ask, obtain_approval  # noqa: PLC0415 - see above

    duration_s = None if settings.duration is None else int(settings.duration.total_seconds())
    async with open_api(settings) as api:
        await obtain_approval(api, Ask(profile, ask.reason, ask.ticket, duration_s))
    return await work()
