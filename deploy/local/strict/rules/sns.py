"""What SNS refuses and emulators accept.

Source: SNS API reference, Publish; SNS Developer Guide, "Message attributes" and "Message size".
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from deploy.local.strict.context import AwsRequest, StrictContext, rule

_MESSAGE_MAXIMUM: Final = 256 * 1024
_SUBJECT_MAXIMUM: Final = 99
_SUBJECT: Final = re.compile(r"[!-~][ -~]*")
_ATTRIBUTE_NAME: Final = re.compile(r"(?!\.)(?!.*\.\.)[A-Za-z0-9_.-]{1,256}(?<!\.)")
_RESERVED_NAME: Final = re.compile(r"aws\.|amazon\.", re.IGNORECASE)
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


def _attributes(request: AwsRequest) -> Mapping[str, Mapping[str, Any]]:
    attributes: Mapping[str, Mapping[str, Any]] = request.params.get("MessageAttributes", {})
    return attributes


def _attribute_texts(request: AwsRequest) -> Iterator[str]:
    for name, attribute in _attributes(request).items():
        yield from (name, attribute["DataType"], attribute.get("StringValue", ""))
