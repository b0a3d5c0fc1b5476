"""Bodies and queries as callers send them."""

import json
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

import pytest

from shared.edge.error_codes import Code
from shared.edge.http_request import Caller, HttpRequest
from shared.edge.inputs import (
    Input,
    ProfileName,
    WrittenDuration,
    parse_body,
    parse_optional_body,
    parse_query,
    plain_text,
)
from shared.edge.responses import Refusal
from shared.edge.timestamps import Timestamp


class Wish(Input):
    profile: ProfileName
    reason: Annotated[str, plain_text(3, 10)]
    duration: WrittenDuration | None = None
    starts_at: Timestamp | None = None


class Remark(Input):
    comment: Annotated[str, plain_text(1, 10)] | None = None


def request(body: object = None, query: dict[str, str] | None = None, raw: bytes | None = None) -> HttpRequest:
    content = json.dumps(body).encode() if raw is None else raw
    return HttpRequest("POST", "/", query or {}, Caller("", "", "", "", ""), "application/json", content)


def refused(body: object) -> str:
    answer = parse_body(request(body), Wish)
    assert isinstance(answer, Refusal)
    assert answer.code is Code.INVALID_REQUEST
    return answer.message


def test_a_body_is_read_into_its_model() -> None:
    body = {"profile": "prod", "reason": "  fix it\n", "duration": "1h", "starts_at": "2026-11-23T12:00:00Z"}
    wish = parse_body(request(body), Wish)
    assert isinstance(wish, Wish)
    assert (wish.profile, wish.reason) == ("prod", "fix it")
    assert (wish.duration, wish.starts_at) == (timedelta(hours=1), datetime(2026, 11, 23, 12, tzinfo=UTC))


def test_null_is_as_good_as_absent_where_a_field_may_be_absent() -> None:
    assert parse_body(request({"profile": "prod", "reason": "fix", "duration": None}), Wish) == Wish(
        profile="prod",
        reason="fix",
    )


def test_every_problem_is_reported_at_once_and_by_name() -> None:
    message = refused({"profile": "pr od", "reason": "  x  ", "duration": "soon", "starts_at": 5, "ticked": 1})
    for name in ("profile", "reason", "duration", "starts_at", "ticked"):
        assert f"field '{name}'" in message.lower()


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"profile": None}, "'profile' must be text"),
        ({"profile": 7}, "'profile' must be text"),
        ({"profile": "x" * 65}, "'profile' holds a character"),
        ({"reason": "x" * 11}, "at most 10 characters"),
        ({"reason": "xx"}, "at least 3 characters"),
        ({"reason": "a\u0000bc"}, "holds a character"),
        ({"reason": "a\u001b[31m"}, "holds a character"),
        ({"reason": "abc\u202edef"}, "holds a character"),
        ({"reason": "abc\ud800"}, "must be text"),
        ({"reason": ["abc"]}, "must be text"),
        ({"duration": True}, "a duration is written like"),
        ({"duration": -1}, "a duration is written like"),
        ({"duration": 1.5}, "a duration is written like"),
        ({"starts_at": "2026-02-30T00:00:00Z"}, "an instant is written like"),
        ({"starts_at": "2026-11-23T12:00:00+00:00"}, "an instant is written like"),
        ({"starts_at": "2026-11-23T12:00:00Z\n"}, "an instant is written like"),
        ({"starts_at": "\uff12026-11-23T12:00:00Z"}, "an instant is written like"),
        ({"x" * 200: 1}, f"'{'x' * 64}' is not known here"),
    ],
)
def test_one_wrong_field_is_named_with_what_it_must_be(changes: dict[str, Any], words: str) -> None:
    assert words in refused({"profile": "prod", "reason": "fix"} | changes)


def test_what_was_sent_is_not_sent_back() -> None:
    assert "planted" not in refused({"profile": "planted secret", "reason": "fix"})


def test_newlines_and_tabs_are_text() -> None:
    assert not isinstance(parse_body(request({"profile": "prod", "reason": "a\n\tb"}), Wish), Refusal)


def test_a_query_string_with_a_body_is_refused() -> None:
    answer = parse_body(request({"profile": "prod", "reason": "fix"}, {"profile": "dev"}), Wish)
    assert isinstance(answer, Refusal)


def test_a_body_that_may_be_left_out_may_be_left_out() -> None:
    assert parse_optional_body(request(raw=b""), Remark) == Remark()
    assert parse_optional_body(request({"comment": "ok"}), Remark) == Remark(comment="ok")
    assert isinstance(parse_optional_body(request({"coment": "ok"}), Remark), Refusal)


def test_an_unknown_query_parameter_is_refused_by_name() -> None:
    answer = parse_query(request(query={"commentt": "x"}), Remark)
    assert isinstance(answer, Refusal)
    assert answer.message == "Query parameter 'commentt' is not known here."
