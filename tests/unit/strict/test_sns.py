from typing import Any

import pytest

from tests.unit.strict.requests import complaints

TOPIC = "arn:aws:sns:eu-central-1:123456789012:sentinel-events"


def publish(**changes: Any) -> dict[str, Any]:
    return {
        "TopicArn": TOPIC,
        "Message": "{}",
        "Subject": "Sentinel: request.filed alice prod",
        "MessageAttributes": attribute(),
    } | changes


def structured(message: str) -> dict[str, Any]:
    return {"MessageStructure": "json", "Message": message}


def attribute(name: str = "event", value: str = "request.filed", data_type: str = "String") -> dict[str, Any]:
    return {name: {"DataType": data_type, "StringValue": value}}


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"Subject": "s" * 99},
        {"Message": "x" * (256 * 1024 - 24)},
        {"MessageAttributes": {}},
        {"MessageStructure": "json", "Message": '{"default": "{}", "email": "", "sms": "short"}'},
        {"MessageAttributes": attribute("a" * 256)},
        {"MessageAttributes": attribute("a.b_c-1", "[1]", "String.Array")},
    ],
    ids=lambda changes: ",".join(changes) or "plain",
)
def test_what_sns_takes_passes(changes: dict[str, Any]) -> None:
    assert complaints("sns", "Publish", publish(**changes)) == ""


def test_a_message_needs_neither_subject_nor_attributes() -> None:
    assert complaints("sns", "Publish", {"TopicArn": TOPIC, "Message": "{}"}) == ""


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"TargetArn": TOPIC}, "nowhere else"),
        ({"PhoneNumber": "+15555550100"}, "nowhere else"),
        ({"Message": ""}, "empty"),
        ({"Message": "x" * (256 * 1024 - 23)}, "over 262144"),
        ({"Message": "é" * (128 * 1024)}, "over 262144"),
        ({"Subject": ""}, "1-99"),
        ({"Subject": "s" * 100}, "1-99"),
        ({"Subject": "two\nlines"}, "1-99"),
        ({"Subject": " indented"}, "1-99"),
        ({"Subject": "José"}, "1-99"),
        ({"MessageStructure": "xml"}, "structure is json"),
        (structured("no JSON"), "one JSON object"),
        (structured('["default"]'), "one JSON object"),
        (structured('{"default": "a", "default": "b"}'), "without a key twice"),
        (structured('{"email": "a"}'), "a text for default"),
        (structured('{"default": {}}'), "a text for default"),
        (structured('{"default": "a", "email": 1}'), "not a text"),
        (structured('{"default": "a", "mail": "b"}'), "of no protocol"),
        (structured(f'{{"default": "a", "sms": "{"x" * 1601}"}}'), "at most 1600"),
        (structured(f'{{"default": "{"x" * (256 * 1024 - 38)}"}}'), "over 262144"),
        ({"MessageAttributes": attribute(".event")}, "letters"),
        ({"MessageAttributes": attribute("event.")}, "letters"),
        ({"MessageAttributes": attribute("a..b")}, "letters"),
        ({"MessageAttributes": attribute("a b")}, "letters"),
        ({"MessageAttributes": attribute("AWS.x")}, "letters"),
        ({"MessageAttributes": attribute("amazon.x")}, "letters"),
        ({"MessageAttributes": attribute("a" * 257)}, "letters"),
        ({"MessageAttributes": attribute(value="")}, "is empty"),
        ({"MessageAttributes": attribute(data_type="Text")}, "data type"),
    ],
    ids=lambda part: part if isinstance(part, str) else ",".join(part),
)
def test_what_sns_refuses_is_a_violation(changes: dict[str, Any], complaint: str) -> None:
    with pytest.raises(AssertionError, match=complaint):
        assert not complaints("sns", "Publish", publish(**changes))


def test_a_message_without_a_topic_is_a_violation() -> None:
    assert "nowhere else" in complaints("sns", "Publish", {"Message": "{}"})
