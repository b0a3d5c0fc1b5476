"""The form of a notification's JSON, as webhooks of Sentinel's own format, topic and event bus get it."""

from typing import Annotated, Any

from pydantic import AwareDatetime, BaseModel, Field

from shared.core.events import NoticeEvent

_OrNothing = str | None


class NoticeMessage(BaseModel):
    """One change. Later versions may add keys; `link` is absent without a console."""

    id: Annotated[str, Field(description="The delivery: the same when it is tried again, or goes to another target.")]
    event: NoticeEvent
    at: Annotated[AwareDatetime, Field(description="When the change was made, in UTC.")]
    actor: Annotated[_OrNothing, Field(description="Who made it; null: time did.")]
    user: Annotated[_OrNothing, Field(description="Whom it is about; null: several, or everyone.")]
    profile: Annotated[_OrNothing, Field(description="The profile it is about; null: several, or all.")]
    grant_id: Annotated[_OrNothing, Field(description="The request or break-glass event, if it is about one.")]
    text: Annotated[str, Field(description="For people; what people wrote is in quotes, without markup.")]
    details: Annotated[
        dict[str, Any], Field(description="The object as the API answers it; what people wrote is unchanged.")
    ]
    link: Annotated[str, Field(description="The page of the console, where there is one.")] = ""
