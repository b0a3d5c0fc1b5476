"""What SNS refuses and emulators accept.

Sources: SNS API reference, Publish; SNS Developer Guide, "Message attributes" and "Message size".
"""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from deploy.local.strict.context import AwsRequest, StrictContext, rule

_MESSAGE_MAXIMUM: Final = 256 * 1024
_SUBJECT_MAXIMUM: Final = 99
_SUBJECT: Final = re.compile(r"[!-~][ -~]*")
_ATTRIBUTE_NAME: Final = re.compile(r"(?!\.)(?!.*\.\.)[A-Za-z0-9_.-]{1,256}(?<!\.)")
_RESERVED_NAME: Final = re.compile(r"aws\.|amazon\.", re.IGNORECASE)
# The protocols of subscriptions that may have a text of their own; SNS ignores every other key.
_PROTOCOLS: Final = frozenset({"default", "email", "email-json", "http", "https", "lambda", "sms", "sqs", "firehose"})
_SMS_MAXIMUM: Final = 1600
_DATA_TYPE: Final = re.compile(r"(?:String|Number|Binary)(?:\..+)?|String\.Array")


@rule("sns", "Publish")
def a_message_goes_to_a_topic(request: AwsRequest, _: StrictContext) -> str | None:
    """SNS also publishes to phones and endpoints; this project publishes to topics only."""
    others = {"TargetArn", "PhoneNumber"} & set(request.params)
    return "a message goes to a TopicArn and nowhere else" if others or "TopicArn" not in request.params else None


@rule("sns", "Publish")
def a_message_says_something(request: AwsRequest, _: StrictContext) -> str | None:
    return None if request.params["Message"] else "the message is empty"


@rule("sns", "Publish")
def a_message_fits(request: AwsRequest, _: StrictContext) -> str | None:
    """Count the attributes too: names, types and values."""
    size = len(request.params["Message"].encode()) + sum(len(text.encode()) for text in _attribute_texts(request))
    return f"the message has {size} bytes, over {_MESSAGE_MAXIMUM}" if size > _MESSAGE_MAXIMUM else None


@rule("sns", "Publish")
def a_message_by_protocol_has_a_text_for_each(request: AwsRequest, _: StrictContext) -> str | None:
    """SNS ignores what is no text and what is of no protocol; here both are faults."""
    if "MessageStructure" not in request.params:
        return None
    if request.params["MessageStructure"] != "json":
        return "a message's structure is json, or is left out"
    texts = _read_texts(request.params["Message"])
    if texts is None:
        return "a message by protocol is one JSON object, without a key twice"
    if not isinstance(texts.get("default"), str):
        return "a message by protocol has a text for default"
    if others := [name for name, text in texts.items() if name not in _PROTOCOLS or not isinstance(text, str)]:
        return f"{', '.join(others)}: of no protocol, or not a text"
    return f"a text message has at most {_SMS_MAXIMUM} characters" if len(texts.get("sms", "")) > _SMS_MAXIMUM else None


@rule("sns", "Publish")
def a_subject_is_one_short_line(request: AwsRequest, _: StrictContext) -> str | None:
    subject = request.params.get("Subject", "-")
    if len(subject) > _SUBJECT_MAXIMUM or not _SUBJECT.fullmatch(subject):
        return f"a subject has 1-{_SUBJECT_MAXIMUM} printable ASCII characters and begins with no space"
    return None


@rule("sns", "Publish")
def an_attribute_has_a_legal_name(request: AwsRequest, _: StrictContext) -> str | None:
    names = _attributes(request)
    if all(_ATTRIBUTE_NAME.fullmatch(name) and not _RESERVED_NAME.match(name) for name in names):
        return None
    return "an attribute's name has letters, digits, _, - and single inner dots, and never begins AWS. or Amazon."


@rule("sns", "Publish")
def an_attribute_has_a_value(request: AwsRequest, _: StrictContext) -> str | None:
    for name, attribute in _attributes(request).items():
        if not _DATA_TYPE.fullmatch(attribute["DataType"]):
            return f"the attribute {name!r} has no data type SNS knows"
        if not attribute.get("StringValue") and not attribute.get("BinaryValue"):
            return f"the attribute {name!r} is empty"
    return None


def _read_texts(message: str) -> Mapping[str, Any] | None:
    try:
        # As a list of pairs, a key that occurs twice is seen.
        pairs = json.loads(message, object_pairs_hook=list)
    except ValueError:
        return None
    if not message.lstrip().startswith("{") or len(dict(pairs)) != len(pairs):
        return None
    return dict(pairs)


def _attributes(request: AwsRequest) -> Mapping[str, Mapping[str, Any]]:
    attributes: Mapping[str, Mapping[str, Any]] = request.params.get("MessageAttributes", {})
    return attributes


def _attribute_texts(request: AwsRequest) -> Iterator[str]:
    for name, attribute in _attributes(request).items():
        yield from (name, attribute["DataType"], attribute.get("StringValue", ""))
