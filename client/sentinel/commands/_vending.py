"""A running endpoint for one profile: what `exec` and `serve` have in common."""

import asyncio
import os
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from sentinel.api.client import SentinelApi, open_api
from sentinel.credentials.child_environment import EnvironmentChange, change_for_child, private_config
from sentinel.credentials.endpoint import Endpoint, serve_endpoint
from sentinel.credentials.refresher import CredentialRefresher
from sentinel.credentials.vended import VendedCredentials
from sentinel.errors import ClientError, Refusal
from sentinel.settings import Settings
from sentinel.terminal.output import accepted, note
from shared.clock import utc_now
from shared.core.durations import format_duration

# The service rounds down, and some time has passed since.
_ROUNDING: Final = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Vending:
    """The endpoint, the environment that points at it, and the credentials it already holds."""

    endpoint: Endpoint
    change: EnvironmentChange
    first: VendedCredentials


@asynccontextmanager
async def vending(profile: str, settings: Settings, port: int = 0) -> AsyncIterator[Vending]:
    """Fetch once, then serve while the block runs.

    Raises:
        BaseCredentialsError: the caller has none of their own.
        RefusedError: the service refuses; there is then no endpoint.

    """
    environ, base = os.environ, settings.base()
    async with open_api(settings) as api:
        # Before any parallel requests: a failure to find them is reported once, and a code asked for once.
        await asyncio.to_thread(settings.caller().identity)
        refresher = CredentialRefresher(lambda: api.vend(profile, settings.duration), utc_now, api.is_session_current)
        # What can fail here does so before there is a session.
        with private_config(base.profile_config(), environ) as config:
            async with serve_endpoint(refresher, port) as endpoint:
                outcome, region = await asyncio.gather(refresher.first(), _profile_region(api, profile, environ))
                change = change_for_child(profile, endpoint, config, region, environ)
                first = accepted(outcome)
                say_if_shorter(first, settings.duration)
                yield Vending(endpoint, change, first)


def say_if_shorter(given: VendedCredentials, asked: timedelta | None) -> None:
    """Note that a session is shorter than asked: a policy, a grant or AWS limits it."""
    left = given.remaining(utc_now())
    if asked is not None and left < asked - _ROUNDING:
        given_words = format_duration(timedelta(minutes=round(left / timedelta(minutes=1))))
        note(
            f"the session lasts {given_words}, not {format_duration(asked)}: its rule or grant gives no more; an "
            "approval that ends is extended with: sentinel request create --extend ID"
        )


async def _profile_region(api: SentinelApi, profile: str, environ: Mapping[str, str]) -> str | None:
    """Find the region the catalogue gives the profile. Not knowing it is no reason to refuse a child."""
    if environ.get("AWS_REGION") or environ.get("AWS_DEFAULT_REGION"):
        return None
    try:
        answer = await api.profiles()
    except ClientError:
        return None
    if isinstance(answer, Refusal):
        return None
    return next((known.region for known in answer.rows if known.name == profile), None)
