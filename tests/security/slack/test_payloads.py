"""What Slack sends, as anyone could write it who had the secret: it is read as written, or refused."""

import json
from typing import Any, Final
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.admin.slack.payloads import Command, Press, Sender, Submission, read_sent
from shared.edge.error_codes import Code
from shared.edge.responses import Refusal

BOB: Final = Sender("T0ACME", "U0BOB", "T0ACME", "1.2.abc")
COMMON: Final[dict[str, Any]] = {
    "team": {"id": "T0ACME"},
    "user": {"id": "U0BOB", "team_id": "T0ACME"},
    "trigger_id": "1.2.abc",
}
BUTTON: Final[dict[str, Any]] = {"type": "button", "action_id": "a", "value": "v"}
PRESS: Final[dict[str, Any]] = COMMON | {
    "type": "block_actions",
    "channel": {"id": "C0APPROVALS"},
    "actions": [BUTTON],
}
VALUES: Final[dict[str, Any]] = {
    "reason": {"text": {"type": "plain_text_input", "value": "fix"}},
    "ticket": {"text": {"type": "plain_text_input", "value": None}},
    "profile": {"profile": {"type": "static_select", "selected_option": {"value": "prod"}}},
    "other": {"other": {"type": "static_select", "selected_option": None}},
}
FORM: Final[dict[str, Any]] = COMMON | {
    "type": "view_submission",
    "view": {"callback_id": "f", "private_metadata": "m", "state": {"values": VALUES}},
}
COMMAND: Final = {
    "team_id": "T0ACME",
    "user_id": "U0BOB",
    "channel_id": "C0APPROVALS",
    "trigger_id": "1.2.abc",
    "command": "/sentinel",
    "text": "request prod",
}
_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


def read(payload: object) -> object:
    return read_sent(urlencode({"payload": json.dumps(payload)}).encode())


def test_what_slack_sends_is_read_as_it_is_written() -> None:
    assert read(PRESS) == Press(BOB, "C0APPROVALS", "a", "v")
    values = {"reason": "fix", "ticket": "", "profile": "prod", "other": ""}
    assert read(FORM) == Submission(BOB, "f", "m", values)
    assert read_sent(urlencode(COMMAND).encode()) == Command(BOB, "C0APPROVALS", "request prod")


def test_whose_own_workspace_is_not_named_is_taken_for_one_of_ours_until_slack_says() -> None:
    assert read(PRESS | {"user": {"id": "U0BOB"}}) == Press(BOB, "C0APPROVALS", "a", "v")


@pytest.mark.parametrize(
    "payload",
    [
        PRESS | {"actions": []},
        PRESS | {"actions": [BUTTON, BUTTON]},
        PRESS | {"actions": {"0": BUTTON}},
        PRESS | {"actions": [BUTTON | {"type": "static_select"}]},
        PRESS | {"actions": [BUTTON | {"value": 1}]},
        PRESS | {"team": None},
        PRESS | {"user": {"id": "bob"}},
        PRESS | {"user": {"id": "U0BOB\n"}},
        PRESS | {"channel": {"id": "#approvals"}},
        PRESS | {"channel": None},
        PRESS | {"trigger_id": ""},
        FORM | {"view": FORM["view"] | {"state": {"values": {"reason": {}}}}},
        FORM | {"view": FORM["view"] | {"state": {"values": {"reason": {"a": {"value": "x"}, "b": {"value": "y"}}}}}},
        FORM | {"view": FORM["view"] | {"state": {"values": {"reason": {"a": {"value": ["x"]}}}}}},
        FORM | {"view": None},
        [PRESS],
        "block_actions",
        None,
    ],
)
def test_anything_else_is_refused_without_repeating_it(payload: object) -> None:
    refused = read(payload)
    assert isinstance(refused, Refusal)
    assert (refused.code, refused.hint) == (Code.INVALID_REQUEST, None)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"payload",
        b"payload=",
        b"payload=%7B%7D&payload=%7B%7D",
        b"payload=%ff",
        b"\xff=1",
        b"payload=%5B" * 60,
        b"payload=" + b"%5B" * 20_000,
        b"payload=" + b"1" * 5_000,
        b'payload={"type":"block_actions","type":"view_submission"}',
        b"payload=NaN",
        urlencode(COMMAND | {"command": "sentinel"}).encode(),
        urlencode({key: value for key, value in COMMAND.items() if key != "user_id"}).encode(),
    ],
)
def test_a_body_that_is_no_form_of_slacks_is_refused(body: bytes) -> None:
    assert isinstance(read_sent(body), Refusal)


@given(st.sampled_from([PRESS, FORM]), st.lists(st.sampled_from([*PRESS, *FORM]), min_size=1, max_size=3), _JSON)
def test_anything_in_the_place_of_a_field_is_read_or_refused(
    base: dict[str, Any], replaced: list[str], value: object
) -> None:
    assert isinstance(read(base | dict.fromkeys(replaced, value)), Press | Submission | Refusal)


@given(st.binary(max_size=200))
def test_any_bytes_are_refused(body: bytes) -> None:
    assert isinstance(read_sent(body), Refusal)
