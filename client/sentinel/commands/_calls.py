"""One call of the service from start to finish, for commands that make only one.

The HTTP client and the models are imported with the call: a command that answers from the disk cache needs neither.
"""

from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from typing import TYPE_CHECKING, TypeVar

from sentinel.errors import Refusal
from sentinel.settings import Settings
from sentinel.terminal.options import run
from sentinel.terminal.output import accepted

if TYPE_CHECKING:
    from sentinel.api.client import SentinelApi
    from sentinel.api.groups import GroupApi
    from sentinel.api.sessions_client import SessionApi

Answer = TypeVar("Answer")
Api = TypeVar("Api")


def call_api(settings: Settings, call: "Callable[[SentinelApi], Awaitable[Answer | Refusal]]") -> Answer:
    """Make one call of `SentinelApi` and return its answer.

    Raises:
        RefusedError: the service refuses.

    """
    from sentinel.api.client import open_api  # noqa: PLC0415 - importing it is half of a start

    return _call(open_api(settings), call)


def call_session_api(settings: Settings, call: "Callable[[SessionApi], Awaitable[Answer | Refusal]]") -> Answer:
    """As `call_api`, of `SessionApi`."""
    from sentinel.api.sessions_client import open_session_api  # noqa: PLC0415 - as above

    return _call(open_session_api(settings), call)


def call_group_api(settings: Settings, call: "Callable[[GroupApi], Awaitable[Answer | Refusal]]") -> Answer:
    """As `call_api`, of `GroupApi`."""
    from sentinel.api.groups import open_group_api  # noqa: PLC0415 - as above

    return _call(open_group_api(settings), call)


def _call(opening: AbstractAsyncContextManager[Api], call: Callable[[Api], Awaitable[Answer | Refusal]]) -> Answer:
    async def work() -> Answer:
        async with opening as api:
            return accepted(await call(api))

    return run(work())
