"""The documents `tickets/<name>`, and what is found of a ticket in an answer."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.core.ticket_lookup import NO_STATE, TicketLookup, TicketState, can_be_looked_up
from shared.documents import DocumentError, load_ticket_lookup
from tests.tickets import SECRET, lookup

JIRA = {"key": "INC-1", "fields": {"status": {"name": "In Progress"}}}


def refusal(text: str) -> str:
    with pytest.raises(DocumentError) as caught:
        load_ticket_lookup(text)
    return str(caught.value)


def written(**changes: str) -> str:
    keys = {
        "url": '"https://jira.example/rest/api/3/issue/{ticket}"',
        "field": "fields.status.name",
        "values": "[Open]",
    }
    return "".join(f"{key}: {value}\n" for key, value in (keys | changes).items())


@pytest.mark.parametrize(
    "url",
    [
        "https://jira.example/rest/api/3/issue/{ticket}?fields=status",
        "https://x.service-now.example/api/now/table/incident?sysparm_query=number={ticket}&sysparm_limit=1",
        "https://[2001:db8::1]:8443/?{ticket}",
    ],
)
def test_a_ticket_is_put_into_the_path_or_the_query(url: str) -> None:
    found = load_ticket_lookup(written(url=f'"{url}"'))
    assert found.url_of("INC-1").get_secret_value() == url.replace("{ticket}", "INC-1")


@pytest.mark.parametrize(
    ("url", "complaint"),
    [
        ("http://jira.example/{ticket}", "must begin with https://"),
        ("https://me:pw@jira.example/{ticket}", "may not hold a user name or password"),
        ("https://{ticket}.jira.example/x", "must be https://HOST/PATH"),
        ("https://jira.example:{ticket}/", "must be https://HOST/PATH"),
        ("https://jira.example/#{ticket}", "must be https://HOST/PATH"),
        ("https://jira.example/x", "must have {ticket} once"),
        ("https://jira.example/{ticket}?x={ticket}", "must have {ticket} once"),
        ("https://jira.example/{ticket}/{user}", "no other braces"),
        ("https://jira.example/{{ticket}}", "no other braces"),
        ("https://jira.example/{Ticket}", "must have {ticket} once"),
    ],
)
def test_a_ticket_is_put_nowhere_else(url: str, complaint: str) -> None:
    assert complaint in refusal(written(url=f'"{url}"'))


@pytest.mark.parametrize("ticket", ["INC-1", "CHG0030052", "42", "a_b-C", "x" * 64])
def test_the_key_or_the_number_of_a_ticket_can_be_looked_up(ticket: str) -> None:
    assert can_be_looked_up(ticket)


@pytest.mark.parametrize(
    "ticket",
    [
        *("", "-1", "_1", "x" * 65, "INC 1", "INC.1", "INC-\u0661", "\uff29NC-1", "{ticket}"),
        *("..", "../admin", "INC-1/../../x", "INC-1%2f", "INC-1?x=y", "INC-1&x=y", "INC-1#x", "INC-1\\x"),
        *("INC1^ORstate=2", 'INC-1" OR key = "INC-2', "INC-1\r\nX: y", "INC-1\n"),
    ],
)
def test_what_could_mean_more_than_a_ticket_cannot(ticket: str) -> None:
    assert not can_be_looked_up(ticket)
    with pytest.raises(AssertionError):
        lookup().url_of(ticket)


@given(st.from_regex(r"\A[A-Za-z0-9][A-Za-z0-9_-]{0,63}\Z"))
def test_a_ticket_changes_no_other_part_of_the_url(ticket: str) -> None:
    assert lookup().url_of(ticket).get_secret_value() == f"https://jira.example/rest/api/3/issue/{ticket}?fields=status"


@pytest.mark.parametrize(
    ("field", "answer", "state"),
    [
        ("fields.status.name", JIRA, "In Progress"),
        ("result.0.state", {"result": [{"state": "2"}, {"state": "7"}]}, "2"),
        ("result.1.state", {"result": [{"state": 1}, {"state": 7}]}, "7"),
        ("0", {"0": True}, "true"),
        ("open", {"open": False}, "false"),
        ("result.0.state", {"result": []}, None),
        ("result.0.state", {"result": {"0": {"state": None}}}, None),
        ("result.-1.state", {"result": [{"state": "2"}]}, None),
        ("result.state", {"result": [{"state": "2"}]}, None),
        ("fields", JIRA, None),
        ("fields.status.name.more", JIRA, None),
        ("fields.state", JIRA, None),
        ("x", {"x": 1.5}, None),
        ("x", {"x": ["open"]}, None),
        ("x", "x", None),
        ("0", [], None),
        ("9999", [1], None),
    ],
)
def test_the_state_is_found_along_the_path_and_nowhere_else(field: str, answer: Any, state: str | None) -> None:
    found = load_ticket_lookup(written(field=f'"{field}"'))
    assert found.judge(answer) == (NO_STATE if state is None else TicketState(state))


@pytest.mark.parametrize(
    ("state", "is_accepted"),
    [("Open", True), ("In Progress", True), ("open", False), ("Open ", False), ("Closed", False), ("", False)],
)
def test_only_a_state_that_is_listed_is_accepted(state: str, *, is_accepted: bool) -> None:
    assert lookup().judge({"fields": {"status": {"name": state}}}) == TicketState(state, is_accepted)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(st.sampled_from(["fields", "status", "name", "0"]), inner, max_size=3)
        ),
    )
)
def test_no_answer_is_more_than_a_state(answer: Any) -> None:
    assert isinstance(lookup().judge(answer), TicketState)


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"field": '""'}, "keys and list positions"),
        ({"field": "a..b"}, "keys and list positions"),
        ({"field": ".".join("a" * 17)}, "at most 16"),
        ({"values": "[]"}, "empty list"),
        ({"values": "[1]"}, "put it in quotes"),
        ({"values": "Open"}, "must be a list"),
        ({"header": "{name: Authorization}"}, "header.value: missing"),
        ({"header": "{name: 'X Y', value: v}"}, "not allowed here"),
        ({"header": "{name: 'X:', value: v}"}, "not allowed here"),
        *(
            ({"header": f"{{name: {name}, value: v}}"}, "is set by Sentinel")
            for name in (
                *("Host", "HOST", "content-length", "Content-Type", "Transfer-Encoding", "Connection", "Accept"),
                *("Accept-Encoding", "If-Match", "Proxy-Authorization", "Expect", "Upgrade", "User-Agent", "Range"),
            )
        ),
        *(
            ({"header": f"{{name: Authorization, value: {value}}}"}, "on one line")
            for value in ('""', '" v"', '"v "', r'"v\r\nX: y"', r'"v\nX: y"', '"é"', r'"v\0"', f'"{"v" * 4097}"')
        ),
        ({"hedaer": "{}"}, 'did you mean "header"'),
        ({"enabled": "yes"}, "true or false"),
    ],
)
def test_a_mistake_is_reported_with_its_remedy(changes: dict[str, str], complaint: str) -> None:
    assert complaint in refusal(written(**changes))


@pytest.mark.parametrize(
    "text",
    [
        written(url='"http://hunter2"', header="{name: hunter2 x, value: [hunter2]}"),
        written(header='{name: Host, value: "hunter2\\n"}'),
        written(values="[[hunter2]]", field="hunter2..hunter2"),
        "url: *hunter2\n",
        '{"url": "hunter2", "header": hunter2}',
        written() + "url: hunter2\n",
    ],
)
def test_no_problem_repeats_what_was_written(text: str) -> None:
    assert "hunter2" not in refusal(text)


def test_a_lookup_shows_neither_its_url_nor_its_secret() -> None:
    shown = f"{lookup()!r} {lookup()} {lookup().model_dump()}"
    assert "jira.example" not in shown
    assert SECRET not in shown
    assert "INC-1" not in repr(lookup().url_of("INC-1"))


def test_what_is_left_out_is_safe() -> None:
    found = load_ticket_lookup(written())
    assert (found.header, found.allow_private, found.enabled) == (None, False, True)
    assert isinstance(found, TicketLookup)
