"""What the caller's own revocations and cancellations mean for the credentials kept on this machine."""

from collections.abc import Iterator
from contextlib import contextmanager

from sentinel.api.grants import Grant
from sentinel.credentials.disk_cache import KeptFile, open_cache
from sentinel.errors import ClientError, UsageError
from sentinel.refusal import Refusal
from sentinel.settings import Settings
from sentinel.terminal.options import run
from sentinel.terminal.output import note


def forget_session(settings: Settings, session_id: str) -> None:
    """Drop a session's credentials."""
    with _best_effort():
        open_cache().drop(settings.server().base, lambda kept: kept.credentials.session_id == session_id)


def doubt_sessions(settings: Settings) -> None:
    """Have the service asked about each kept session before it is handed out again: many were revoked."""
    with _best_effort():
        open_cache().doubt(settings.server().base)


def forget_grant(settings: Settings, grant: Grant) -> None:
    """Drop the credentials that a grant gave, and those of its profile where the service does not say whose they are.

    Dropping too many costs a vend each.
    """

    def may_be_of_the_grant(kept: KeptFile) -> bool:
        session_id = kept.credentials.session_id
        return (
            kept.profile == grant.profile and session_id is not None and run(_may_be_of(settings, session_id, grant.id))
        )

    with _best_effort():
        open_cache().drop(settings.server().base, may_be_of_the_grant)


async def _may_be_of(settings: Settings, session_id: str, grant_id: str) -> bool:
    # Most grants have nothing kept, and then these models are not needed.
    from sentinel.api.sessions_client import open_session_api  # noqa: PLC0415 - see above

    try:
        async with open_session_api(settings) as api:
            answer = await api.find(session_id)
    except ClientError:
        return True
    return isinstance(answer, Refusal) or answer.session.grant_id == grant_id


@contextmanager
def _best_effort() -> Iterator[None]:
    """Say that the cache could not be kept up; what the service was asked for has happened all the same."""
    try:
        yield
    except UsageError as error:
        note(f"{error.message}: credentials kept there may be handed out again; {error.hint}")
