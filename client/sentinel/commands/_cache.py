"""Credentials from the disk cache or a new vend, and what the caller's own revocations do to the cache.

`sentinel credentials` starts for every command of an AWS tool, so the HTTP client and most models are imported late.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from sentinel.commands._calls import call_api, call_session_api
from sentinel.credentials.disk_cache import CachedVend, cache_key, open_cache
from sentinel.credentials.vended import VendedCredentials
from sentinel.errors import ClientError, UsageError
from sentinel.settings import Settings
from sentinel.terminal.output import note

if TYPE_CHECKING:
    from sentinel.api.grants import Grant


def cached_vend(settings: Settings, profile: str) -> VendedCredentials:
    """Take the credentials an earlier call left in the cache, by the rule of `Held`, or vend and keep new ones.

    Raises:
        RefusedError: the service refuses.

    """
    server = settings.server()
    key = cache_key(server.base, profile, settings.duration, settings.caller().identity())
    return open_cache().get(
        key,
        lambda: vend(settings, profile),
        lambda session_id: call_api(settings, lambda api: api.is_session_current(session_id)),
        server=server.base,
        profile=profile,
    )


def vend(settings: Settings, profile: str) -> VendedCredentials:
    """Vend new credentials.

    Raises:
        RefusedError: the service refuses.

    """
    return call_api(settings, lambda api: api.vend(profile, settings.duration))


def forget_session(settings: Settings, session_id: str) -> None:
    """Drop the cached credentials of a session."""
    with _best_effort():
        open_cache().drop(settings.server().base, lambda kept: kept.credentials.session_id == session_id)


def forget_server(server: str) -> None:
    """Drop the cached credentials of a server."""
    with _best_effort():
        open_cache().drop(server, lambda _: True)


def doubt_sessions(settings: Settings) -> None:
    """After revoking many: have each cached session checked with the service before it is handed out again."""
    with _best_effort():
        open_cache().doubt(settings.server().base)


def forget_grant(settings: Settings, grant: "Grant") -> None:
    """Drop the cached credentials a grant gave, and those of its profile whose grant the service does not name.

    Dropping too many costs a vend each.
    """

    def may_be_of_the_grant(kept: CachedVend) -> bool:
        session_id = kept.credentials.session_id
        return kept.profile == grant.profile and session_id is not None and _may_be_of(settings, session_id, grant.id)

    with _best_effort():
        open_cache().drop(settings.server().base, may_be_of_the_grant)


def _may_be_of(settings: Settings, session_id: str, grant_id: str) -> bool:
    try:
        return call_session_api(settings, lambda api: api.find(session_id)).session.grant_id == grant_id
    except ClientError:
        return True


@contextmanager
def _best_effort() -> Iterator[None]:
    """Note that the cache could not be updated, without failing: the change at the service is already made."""
    try:
        yield
    except UsageError as error:
        note(f"{error.message}: credentials cached there may be handed out again; {error.hint}")
