"""An SNS topic for notifications (SNS API reference, Publish)."""

from collections.abc import Mapping
from typing import Any, Final

import orjson

from shared.aws.errors import translate_errors
from shared.core.arn import MalformedArnError, parse_arn

# Publish: a subject is "less than 100 characters long", without line breaks and control characters. Every protocol,
# e-mail included, delivers ASCII.
_SUBJECT_LENGTH: Final = 99
_FIFO: Final = ".fifo"


class Topic:
    """One standard topic. A FIFO topic is refused: it could drop or delay notifications."""

    def __init__(self, sns: Any, arn: str) -> None:
        """Publish to the topic of this ARN, in the client's region.

        Raises:
            ValueError: it is not the ARN of a standard topic.

        """
        if not _is_topic_arn(arn):
            raise ValueError(f"{arn!r} is not the ARN of a standard SNS topic")
        self._sns = sns
        self._arn = arn

    async def publish(self, texts: Mapping[str, str], *, subject: str, attributes: Mapping[str, str]) -> None:
        """Publish a text by protocol (`email`, `sms`, …); `default`, which has to be there, is for all others.

        Subscriptions filter on `attributes`; empty ones are left out, because SNS refuses them. A publication whose
        response was lost may be repeated, and then arrives twice.

        Raises:
            AwsError: the message may not have been published.

        """
        with translate_errors("sns"):
            await self._sns.publish(
                TopicArn=self._arn,
                Message=orjson.dumps(dict(texts)).decode(),
                MessageStructure="json",
                Subject=_printable(subject)[:_SUBJECT_LENGTH],
                MessageAttributes={
                    name: {"DataType": "String", "StringValue": value} for name, value in attributes.items() if value
                },
            )


def _is_topic_arn(text: str) -> bool:
    try:
        arn = parse_arn(text)
    except MalformedArnError:
        return False
    return arn.service == "sns" and bool(arn.region) and ":" not in arn.resource and not text.endswith(_FIFO)


def _printable(text: str) -> str:
    return "".join(character if " " <= character <= "~" else "?" for character in text)
