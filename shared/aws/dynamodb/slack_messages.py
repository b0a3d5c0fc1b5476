"""Which messages in Slack show a grant, and the newest state they are to show: one row per grant, in the grant table.

A notice of each change comes from an invocation of its own, so two may be on their way at once, and what Slack takes
last is what it shows. The row orders them: `version` grows with the grant's state, and who has edited a message looks
again whether the row has a newer one.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from shared.aws.client.protocol import ServiceError
from shared.aws.dynamodb.items import Item, ItemReader, drop_none, instant_value, text_value
from shared.aws.dynamodb.schema import EVIDENCE, SLACK_ITEM, TTL_ATTRIBUTE, chat_subject
from shared.aws.errors import translate_errors

# Longer than any request may take: who claimed the posting and has not posted by then has ended.
_CLAIM: Final = timedelta(seconds=30)
_PLACE: Final = "a Slack message of the grant table"


@dataclass(frozen=True, slots=True)
class Place:
    """A message: `ts` names it within its channel."""

    channel: str
    ts: str


@dataclass(frozen=True, slots=True)
class Shown:
    """What Slack is to show of a grant: `details` as the API answers them, with `link`; and where it is shown.

    `message` is in the workspace's channel, `direct` between the bot and the requester; None: not posted.
    """

    version: str
    details: Mapping[str, Any]
    link: str | None
    message: Place | None
    direct: Place | None


class SlackMessages:
    """The rows. Every method raises `AwsError` where the row may or may not be written, or cannot be understood."""

    def __init__(self, dynamodb: Any, table: str) -> None:
        self._dynamodb = dynamodb
        self._table = table

    async def note(
        self, grant_id: str, version: str, details: Mapping[str, Any], link: str | None, now: datetime
    ) -> Shown:
        """Write a state down unless the row has a newer one, and give the row as it is then."""
        values = {
            ":version": text_value(version),
            ":details": text_value(json.dumps(details, separators=(",", ":"))),
            ":link": None if link is None else text_value(link),
            ":ends": instant_value(now + EVIDENCE),
        }
        rest = f"{TTL_ATTRIBUTE} = :ends{' REMOVE shown_link' if link is None else ', shown_link = :link'}"
        written = await self._update(
            grant_id,
            UpdateExpression=f"SET shown_version = :version, shown_details = :details, {rest}",
            ConditionExpression="attribute_not_exists(shown_version) OR shown_version < :version",
            ExpressionAttributeValues=drop_none(values),
        )
        return _read(written)

    async def claim(self, grant_id: str, now: datetime) -> Shown | None:
        """Claim the posting of the messages that are missing, and give the row as it is then.

        None while another has claimed it, and where none is missing any more.
        """
        written = await self._update(
            grant_id,
            UpdateExpression="SET posting_until = :until",
            ConditionExpression="(attribute_not_exists(posting_until) OR posting_until < :now) "
            "AND (attribute_not_exists(channel_message) OR attribute_not_exists(direct_message))",
            ExpressionAttributeValues={":until": instant_value(now + _CLAIM), ":now": instant_value(now)},
            ReturnValuesOnConditionCheckFailure="NONE",
        )
        return _read(written) if written else None

    async def posted(self, grant_id: str, message: Place | None, direct: Place | None) -> Shown:
        """Write down what was posted, end the claim, and give the row as it is then."""
        places = {"channel_message": message, "direct_message": direct}
        values = {f":{name}": _place_value(place) for name, place in places.items() if place is not None}
        setting = ", ".join(f"{name[1:]} = {name}" for name in values)
        written = await self._update(
            grant_id,
            UpdateExpression=f"{f'SET {setting} ' if setting else ''}REMOVE posting_until",
            **({"ExpressionAttributeValues": values} if values else {}),
        )
        return _read(written)

    async def load(self, grant_id: str) -> Shown:
        """Load the row as it is now."""
        with translate_errors("dynamodb"):
            found = await self._dynamodb.get_item(**self._key(grant_id), ConsistentRead=True)
        return _read(found.get("Item", {}))

    def _key(self, grant_id: str) -> dict[str, Any]:
        key = {"subject": text_value(chat_subject(grant_id)), "item": text_value(SLACK_ITEM)}
        return {"TableName": self._table, "Key": key}

    async def _update(self, grant_id: str, **update: Any) -> Item:
        """Change the row, and give it as it is then; as it was, where the condition does not hold."""
        failing = {"ReturnValuesOnConditionCheckFailure": "ALL_OLD"} if "ConditionExpression" in update else {}
        with translate_errors("dynamodb"):
            try:
                answer = await self._dynamodb.update_item(
                    **self._key(grant_id), ReturnValues="ALL_NEW", **(failing | update)
                )
            except ServiceError as error:
                if error.code != "ConditionalCheckFailedException":
                    raise
                before: Item = error.details.get("Item", {})
                return before
        after: Item = answer["Attributes"]
        return after


def _place_value(place: Place) -> dict[str, Any]:
    return {"M": {"channel": text_value(place.channel), "ts": text_value(place.ts)}}


def _read(item: Item) -> Shown:
    reader = ItemReader(_PLACE, item)
    try:
        details = json.loads(reader.text("shown_details"))
    except ValueError:
        raise reader.unreadable("shown_details", "must be JSON") from None
    return Shown(
        version=reader.text("shown_version"),
        details=details,
        link=reader.optional_text("shown_link"),
        message=_read_place(reader.optional_map("channel_message")),
        direct=_read_place(reader.optional_map("direct_message")),
    )


def _read_place(reader: ItemReader | None) -> Place | None:
    return None if reader is None else Place(reader.text("channel"), reader.text("ts"))
