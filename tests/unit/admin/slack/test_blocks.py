"""What a message shows: within Slack's limits for any words, without markup, and with the right buttons."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deploy.local.slack.block_kit import MOST_BLOCKS, blocks_problems
from services.admin.slack.blocks import (
    Message,
    buttons_for,
    buttons_of_requester,
    render,
    render_reply,
    render_warning,
)
from services.admin.slack.buttons import MOST_VALUE, Button, read_value, state_digest, write_value
from tests.unit.admin.notify.samples import GRANT_ID, act, event, request, vote

LINK = f"https://sentinel.example/#/approvals/{GRANT_ID}"
WORDS = st.text(min_size=1, max_size=1000)
NAMES = st.text(min_size=1, max_size=256)
ACTS = st.none() | st.builds(act, NAMES, st.none() | WORDS)
REQUESTS = st.builds(
    request,
    user=NAMES,
    profile=NAMES,
    reason=WORDS,
    ticket=st.none() | st.text(min_size=1, max_size=64),
    approvers=st.lists(NAMES, max_size=40),
    approvals=st.lists(st.builds(vote, NAMES, st.none() | WORDS), max_size=10),
    status=st.sampled_from(["pending", "approved", "denied", "cancelled", "withdrawn", "expired", "consumed", "ended"]),
    ended=ACTS,
)
EVENTS = st.builds(
    event,
    user=NAMES,
    profile=NAMES,
    justification=WORDS,
    status=st.sampled_from(["active", "closed", "expired", "reviewed"]),
    ended=ACTS,
    review=ACTS,
    review_required=st.booleans(),
)


def texts(value: Any) -> Iterator[dict[str, Any]]:
    """Give every text object of some blocks."""
    for each in value if isinstance(value, list) else value.values():
        if isinstance(each, dict | list):
            if isinstance(each, dict) and each.get("type") in ("plain_text", "mrkdwn"):
                yield each
            yield from texts(each)


def check(message: Message) -> None:
    assert blocks_problems(message.blocks) == []
    assert len(message.blocks) <= MOST_BLOCKS
    assert all((each["type"], each["emoji"]) == ("plain_text", False) for each in texts(message.blocks))
    assert 0 < len(message.text) <= 3000
    assert not set(message.text) & set("<>")


@given(REQUESTS | EVENTS, st.sampled_from([buttons_for, buttons_of_requester, lambda _: ()]))
def test_any_words_fit_and_stay_plain_text(
    details: dict[str, Any], buttons: Callable[[dict[str, Any]], tuple[Button, ...]]
) -> None:
    check(render(details, LINK, buttons(details)))


@given(st.text(min_size=1, max_size=20_000))
def test_a_reply_of_any_length_fits(sentence: str) -> None:
    check(render_reply(sentence))
    check(render_warning(sentence, request(), [Button.EXTEND]))


@pytest.mark.parametrize(
    "written", ["<!channel>", "<@U0ALICE>", "*bold*", ":tada:", "<https://evil.example|approve>", '" Approved by bob.']
)
def test_what_people_wrote_stays_in_its_quotes(written: str) -> None:
    message = render(request(reason=written, ticket=written, approvals=[vote("bob", written)]), LINK, list(Button))
    shown = json.dumps(message.blocks, ensure_ascii=False)
    if set(written) & set('<>*|"'):
        assert json.dumps(written, ensure_ascii=False)[1:-1] not in shown
    assert "mrkdwn" not in shown


@pytest.mark.parametrize(
    ("details", "buttons"),
    [
        (request(), (Button.APPROVE, Button.DENY)),
        (request(approvals=[vote("bob")], quorum=2), (Button.APPROVE, Button.DENY)),
        *((request(status=status), ()) for status in ("approved", "denied", "cancelled", "withdrawn", "expired")),
        *((request(status=status), ()) for status in ("consumed", "ended")),
        (event(), (Button.CLOSE,)),
        (event(status="closed", ended=act("alice")), (Button.REVIEW,)),
        (event(status="expired", ended=act(None)), (Button.REVIEW,)),
        (event(status="expired", review_required=False), ()),
        (event(status="reviewed", review=act("bob")), ()),
    ],
)
def test_only_the_buttons_that_make_sense_are_there(details: dict[str, Any], buttons: tuple[Button, ...]) -> None:
    assert buttons_for(details) == buttons
    with_them, without = (render(details, None, shown) for shown in (buttons, ()))
    assert [block["type"] for block in with_them.blocks].count("actions") == (1 if buttons else 0)
    assert "actions" not in [block["type"] for block in without.blocks]


@pytest.mark.parametrize(
    ("details", "is_there"),
    [
        (request(status="approved"), True),
        (request(status="approved", uses="once"), False),
        (request(status="approved", extended_by="fedcba9876543210"), False),
        *((request(status=status), False) for status in ("pending", "denied", "cancelled", "withdrawn", "expired")),
        *((request(status=status), False) for status in ("consumed", "ended")),
        (event(), False),
    ],
)
def test_who_asked_can_extend_what_runs(details: dict[str, Any], is_there: bool) -> None:  # noqa: FBT001 - a column of the table
    assert buttons_of_requester(details) == ((Button.EXTEND,) if is_there else ())


def test_an_extension_says_what_it_extends() -> None:
    message = render(request(extends="fedcba9876543210", starts_at="2026-11-02T13:00:00Z"), None)
    shown = [each["text"] for each in texts(message.blocks)]
    assert "alice asks to extend prod" in shown
    assert "Extends\nfedcba9876543210" in shown


@pytest.mark.parametrize(
    ("details", "state"),
    [
        (request(), "It waits for a decision until 2026-11-03 12:00 UTC."),
        (request(status="approved", auto_approved=True), "Approved by the approval policy."),
        (request(status="approved", approvals=[vote("bob"), vote("carol")]), "Approved by bob, carol."),
        (request(status="denied", ended=act("bob", "not now")), 'Denied by bob, 2026-11-02 12:30 UTC "not now".'),
        (request(status="expired", ended=act(None)), "Expired by time."),
        (request(status="consumed"), "It is consumed."),
        (event(), "It is in force."),
        (event(status="closed", ended=act("bob")), "Closed by bob, 2026-11-02 12:30 UTC. It awaits a review."),
        (event(status="expired", ended=act(None), review_required=False), "Ended by time."),
        (event(status="reviewed", review=act("rita", "fine")), 'Reviewed by rita, 2026-11-02 12:30 UTC "fine".'),
    ],
)
def test_the_state_is_said_in_one_line(details: dict[str, Any], state: str) -> None:
    message = render(details, None)
    assert state in [each["text"] for each in texts(message.blocks)]
    assert message.text.endswith(state)


@given(REQUESTS | EVENTS)
def test_a_buttons_value_is_short_and_is_read_back(details: dict[str, Any]) -> None:
    value = write_value(details)
    read = read_value(value)
    assert len(value) < 100 < MOST_VALUE
    assert read is not None
    assert (read.id, read.state) == (details["id"], state_digest(details))


@pytest.mark.parametrize(
    "change",
    [
        {"status": "approved"},
        {"reason": "another"},
        {"approvals": [vote("bob")]},
        {"duration_s": 7200},
        {"user": "mallory"},
        {"profile": "vault"},
        {"ended": act("bob")},
        {"extends": "fedcba9876543210"},
    ],
)
def test_another_state_has_another_digest(change: dict[str, Any]) -> None:
    assert state_digest(request()) != state_digest(request(**change))


def test_what_is_not_shown_has_no_part_in_the_digest() -> None:
    assert state_digest(request()) == state_digest(request(policy_version="fedcba9876543210", reminded=2))


@pytest.mark.parametrize(
    "written",
    [
        "",
        "0123456789abcdef",
        "[]",
        "null",
        '{"id":"0123456789abcdef"}',
        '{"id":"0123456789abcdef","state":1}',
        '{"id":["0123456789abcdef"],"state":"x"}',
        '{"id":"../../admin","state":"x"}',
        '{"id":"0123456789abcdef","state":"x","as":"bob"}',
        "[" * 1500,
        json.dumps({"id": GRANT_ID, "state": "x" * 2000}),
    ],
)
def test_a_value_that_is_none_of_ours_is_none(written: str) -> None:
    assert read_value(written) is None
