"""What a subscriber of the topic receives."""

import json
from typing import Any

from deploy.local.deployment import local_deployment
from deploy.local.inbox import Inbox
from deploy.local.stack import LocalStack


def _attribute(value: str) -> dict[str, str]:
    return {"DataType": "String", "StringValue": value}


async def test_a_subscriber_hears_what_its_filter_lets_through() -> None:
    async with LocalStack(handlers={}) as stack:
        everything = await Inbox.open(stack.aws, "everything")
        approved = await Inbox.open(stack.aws, "approved", only={"event": ["request.approved"]})
        async with stack.aws.client("sns") as sns:
            for event in ("request.filed", "request.approved"):
                notice: dict[str, Any] = {"Subject": event, "Message": json.dumps({"event": event})}
                attributes = {"event": _attribute(event)}
                await sns.publish(TopicArn=local_deployment().topic_arn, MessageAttributes=attributes, **notice)
        heard = [await everything.next() for _ in range(2)]
        assert {one.message["event"] for one in heard} == {"request.filed", "request.approved"}
        only = await approved.next()
        assert (only.subject, only.attributes["event"]) == ("request.approved", "request.approved")
