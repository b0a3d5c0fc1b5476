"""Credentials from the disk cache or a new vend, and what the caller's own revocations do to the cache.

`sentinel credentials` starts for every command of an AWS tool, so the HTTP client and most models are imported late.
"""

from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeVar

from sentinel.credentials.disk_cache import KeptFile, cache_key, open_cache
from sentinel.credentials.vended import VendedCredentials
from sentinel.errors import ClientError, Refusal, UsageError
from sentinel.settings import Settings
from sentinel.terminal.options import run
from sentinel.terminal.output import accepted, note

if TYPE_CHECKING:
    from sentinel.api.client import SentinelApi
    from sentinel.api.grants import Grant

Result = TypeVar("Result")


def vend_kept(settings: Settings, profile: str) -> VendedCredentials:
    """Take the credentials an earlier call left in the cache, by the rule of `Held`, or vend and keep new ones.

    Raises:
        RefusedError: the service refuses.

    """
    server = settings.server()
    key = cache_key(server.base, profile, settings.duration, settings.base().access_key_id())
    return open_cache().get(
        key,
        lambda: vend(settings, profile),
        lambda session_id: _ask(settings, lambda api: api.session_stands(session_id)),
        server=server.base,
        profile=profile,
    )


def vend(settings: Settings, profile: str) -> VendedCredentials:
    """Vend new credentials.

    Raises:
        RefusedError: the service refuses.

    """
    return _ask(settings, lambda api: _vend(api, settings, profile))


async def _vend(api: "SentinelApi", settings: Settings, profile: str) -> VendedCredentials:
    return accepted(await api.vend(profile, settings.duration))


def _ask(settings: Settings, call: "Callable[[SentinelApi], Awaitable[Result]]") -> Result:
    # A cached answer needs no HTTP client, and importing one is half of a start.
    from sentinel.api.client import open_api  # noqa: PLC0415 - see above

    async def ask() -> Result:
        async with open_api(settings) as api:
            return await call(api)

    return run(ask())


def forget_session(settings: Settings, session_id: str) -> None:
    """Drop the cached credentials of a session."""
    with _best_effort():
        open_cache().drop(settings.server().base, lambda kept: kept.credentials.session_id == session_id)


def doubt_sessions(settings: Settings) -> None:
    """After revoking many: have each cached session checked with the service before it is handed out again."""
    with _best_effort():
        open_cache().doubt(settings.server().base)


def forget_grant(settings: Settings, grant: "Grant") -> None:
    """Drop the cached credentials a grant gave, and those of its profile whose grant the service does not name.

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
    """Note that the cache could not be updated, without failing: the change at the service is already made."""
    try:
        yield
    except UsageError as error:
        note(f"{error.message}: credentials kept there may be handed out again; {error.hint}")
