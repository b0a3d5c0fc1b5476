"""One call of the service from start to finish, for commands that make only one.

The HTTP client and the models are imported with the call: a command that answers from the disk cache needs neither.
"""

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, TypeVar

from sentinel.errors import Refusal
from sentinel.settings import Settings
from sentinel.terminal.options import run
from sentinel.terminal.output import accepted

if TYPE_CHECKING:
    from sentinel.api.client import SentinelApi
    from sentinel.api.sessions_client import SessionApi

Answer = TypeVar("Answer")


def call_api(settings: Settings, call: "Callable[[SentinelApi], Awaitable[Answer | Refusal]]") -> Answer:
    """Make one call of `SentinelApi` and return its answer.

    Raises:
        RefusedError: the service refuses.

    """
    from sentinel.api.client import open_api  # noqa: PLC0415 - importing it is half of a start

    async def work() -> Answer:
        async with open_api(settings) as api:
            return accepted(await call(api))

    return run(work())


def call_session_api(settings: Settings, call: "Callable[[SessionApi], Awaitable[Answer | Refusal]]") -> Answer:
    """Make one call of `SessionApi` and return its answer.

    Raises:
        RefusedError: the service refuses.

    """
    from sentinel.api.sessions_client import open_session_api  # noqa: PLC0415 - as above

    async def work() -> Answer:
        async with open_session_api(settings) as api:
            return accepted(await call(api))

    return run(work())
