"""An SQS queue subscribed to the topic, as a team would subscribe one."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Self

from deploy.local.aws import LocalAws
from deploy.local.deployment import local_deployment
from deploy.policies.deployment import policy

# SQS API reference, ReceiveMessage: the longest a call may wait for a message.
_WAIT_S: Final = 20


@dataclass(frozen=True, slots=True)
class Heard:
    """A received notification: its subject, its attributes and its JSON object."""

    subject: str
    attributes: Mapping[str, str]
    message: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Inbox:
    """One queue, subscribed to the topic."""

    aws: LocalAws
    queue_url: str

    @classmethod
    async def open(cls, aws: LocalAws, name: str, only: Mapping[str, Sequence[str]] | None = None) -> Self:
        """Create and subscribe a queue; `only` is a filter policy on the notifications' attributes."""
        topic = local_deployment().topic_arn
        async with aws.client("sqs") as sqs, aws.client("sns") as sns:
            url = (await sqs.create_queue(QueueName=name))["QueueUrl"]
            found = await sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])
            arn = found["Attributes"]["QueueArn"]
            await sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": _hears(arn, topic)})
            attributes = {} if only is None else {"FilterPolicy": json.dumps(only)}
            await sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn, Attributes=attributes)
        return cls(aws, url)

    async def next(self) -> Heard:
        """Wait for the next notification and delete it from the queue; the caller sets the time limit."""
        async with self.aws.client("sqs") as sqs:
            while True:
                answer = await sqs.receive_message(QueueUrl=self.queue_url, WaitTimeSeconds=_WAIT_S)
                for message in answer.get("Messages", []):
                    await sqs.delete_message(QueueUrl=self.queue_url, ReceiptHandle=message["ReceiptHandle"])
                    return _read(json.loads(message["Body"]))


def _hears(queue: str, topic: str) -> str:
    """Allow SNS to deliver to the queue, for this topic only (SNS Developer Guide, "Fanout to Amazon SQS queues")."""
    return json.dumps(
        policy(
            {
                "Effect": "Allow",
                "Principal": {"Service": "sns.amazonaws.com"},
                "Action": "sqs:SendMessage",
                "Resource": queue,
                "Condition": {"ArnEquals": {"aws:SourceArn": topic}},
            },
        ),
    )


def _read(envelope: Mapping[str, Any]) -> Heard:
    attributes = {name: given["Value"] for name, given in envelope.get("MessageAttributes", {}).items()}
    return Heard(envelope.get("Subject", ""), attributes, json.loads(envelope["Message"]))
