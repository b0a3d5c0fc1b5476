"""Notices as events: the JSON of a webhook of Sentinel's own format is the detail, the event's name the detail type."""

from services.admin.notify.notice import Failure, Notice
from services.admin.notify.tries import TRIES, Tries
from shared.aws.errors import AwsError, ThrottledError, UnavailableError
from shared.aws.event_bus import EventBus, TooLargeEventError


async def put_on_bus(bus: EventBus, notice: Notice, tries: Tries = TRIES) -> Failure | None:
    """Put a notice on the bus, again where a failure may pass. None means it was taken."""

    async def attempt() -> Failure | None:
        try:
            await bus.put(notice.body(), detail_type=notice.event.value)
        except TooLargeEventError as error:
            return Failure(str(error))
        except AwsError as error:
            return Failure(str(error), may_pass=isinstance(error, (ThrottledError, UnavailableError)))
        return None

    return await tries.persist(attempt)
