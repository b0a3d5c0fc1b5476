"""Rows of the grant table: what is written is read back, and what disagrees with itself is not read at all."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar, get_type_hints

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.aws.dynamodb.approvals import read_request, request_item
from shared.aws.dynamodb.break_glass import event_item, ledger_item, read_event, read_ledger
from shared.aws.dynamodb.grant_rows import action_value
from shared.aws.dynamodb.revocation_rows import RevocationRow, read_revocation, revocation_attributes
from shared.aws.dynamodb.schema import EVIDENCE
from shared.aws.errors import UnreadableError
from shared.core.approval.request import ApprovalRequest, Requester, Vote
from shared.core.break_glass.event import BreakGlassEvent
from shared.core.break_glass.policy import LONGEST_EVENT
from shared.core.break_glass.start import MOST_NAMES, NAMES_KEPT, Ledger, Naming, Spending
from shared.core.grants import EventStatus, Extended, RequestStatus
from shared.core.people import Action, Person
from shared.core.revocation import Revocation, Target
from tests.grants import NOW, a_request, an_event

Row = TypeVar("Row")
TEXT = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=20)
IDS = st.from_regex(r"[0-9a-z]{16}", fullmatch=True)
AT = st.datetimes(datetime(2026, 1, 1), datetime(2036, 1, 1), timezones=st.just(UTC)).map(  # noqa: DTZ001 - the strategy adds the zone
    lambda at: at.replace(microsecond=0)
)
DURATIONS = st.integers(1, 10**6).map(lambda seconds: timedelta(seconds=seconds))
PEOPLE = st.builds(Person, TEXT, TEXT | st.just(""))
PARTS: dict[Any, st.SearchStrategy[Any]] = {str: TEXT, datetime: AT, timedelta: DURATIONS, Person: PEOPLE}
PARTS |= {kind | None: st.none() | strategy for kind, strategy in PARTS.items()}


def built(kind: type[Row], **explicit: st.SearchStrategy[Any]) -> st.SearchStrategy[Row]:
    """Build any value of a dataclass, its texts and instants such as a row can hold."""
    plain = {name: PARTS[hint] for name, hint in get_type_hints(kind).items() if hint in PARTS}
    return st.builds(kind, **(plain | explicit))


def in_their_account(row: Any) -> Any:
    """Have the person of a row sign from the row's account: both are one attribute."""
    if isinstance(row, BreakGlassEvent):
        return replace(row, invoker=replace(row.invoker, account=row.account))
    requester = replace(row.requester, person=replace(row.requester.person, account=row.requester.account))
    return replace(row, requester=requester)


ENDINGS = st.none() | built(Action)
REQUESTS = built(
    ApprovalRequest,
    request_id=IDS,
    requester=built(Requester, role=TEXT | st.just("")),
    votes=st.lists(built(Vote), max_size=3).map(tuple),
    approvers=st.lists(TEXT, min_size=1, max_size=3).map(tuple),
    quorum=st.integers(1, 10),
    ended=ENDINGS,
    extends=st.none() | built(Extended),
).map(in_their_account)
EVENTS = built(BreakGlassEvent, event_id=IDS, ended=ENDINGS, review=st.none() | built(Action, by=TEXT)).map(
    in_their_account
)


def test_an_action_is_stored_as_by_at_and_comment() -> None:
    assert action_value(Action("bob", NOW, "enough")) == {
        "M": {"by": {"S": "bob"}, "at": {"N": str(int(NOW.timestamp()))}, "comment": {"S": "enough"}},
    }
    assert action_value(Action(None, NOW)) == {"M": {"at": {"N": str(int(NOW.timestamp()))}}}


@given(EVENTS)
def test_a_review_of_no_one_is_refused(event: BreakGlassEvent) -> None:
    item = event_item(replace(event, review=Action(None, NOW)))
    with pytest.raises(UnreadableError, match="by"):
        read_event(item)


@given(REQUESTS)
def test_a_request_is_read_back_as_it_was_written(request: ApprovalRequest) -> None:
    assert read_request(request_item(request)) == request


@given(EVENTS)
def test_an_event_is_read_back_as_it_was_written(event: BreakGlassEvent) -> None:
    assert read_event(event_item(event)) == event


@given(
    st.integers(1, 10**6),
    st.lists(built(Spending), min_size=1, max_size=5).map(tuple),
    st.lists(built(Naming), max_size=3).map(tuple),
)
def test_a_ledger_is_read_back_as_it_was_written(
    version: int, spent: tuple[Spending, ...], names: tuple[Naming, ...]
) -> None:
    ledger = Ledger(version, spent, names)
    assert read_ledger(ledger_item("budget#alice", ledger)) == ledger
    assert read_ledger(None) == Ledger()


def test_a_ledger_of_a_version_that_knew_no_names_is_read() -> None:
    item = ledger_item("budget#alice", Ledger(3, (Spending(NOW, "a" * 16),)))
    del item["names"]
    assert read_ledger(item) == Ledger(3, (Spending(NOW, "a" * 16),))


def test_a_ledger_never_outgrows_its_item_however_much_is_counted() -> None:
    ledger = Ledger()
    for number in range(12_000):
        name = f"{'x' * 60}+{number % MOST_NAMES}"
        ledger = ledger.with_event(f"{number:016}", NOW + timedelta(minutes=number % 60), name)
    # A tenth of what DynamoDB keeps in one item, 400 KB, and a transaction writes two.
    assert len(json.dumps(ledger_item("budget#" + "x" * 64, ledger))) < 90_000


def test_a_ledger_outlives_every_event_it_names() -> None:
    assert NAMES_KEPT > LONGEST_EVENT + EVIDENCE
    item = ledger_item("budget#alice", Ledger().with_event("a" * 16, NOW, "alice"))
    assert item["expires_at"]["N"] >= str(int((NOW + NAMES_KEPT).timestamp()))


@pytest.mark.parametrize("status", list(RequestStatus))
def test_only_an_approved_request_is_indexed_as_serving(status: RequestStatus) -> None:
    item = request_item(replace(a_request(), status=status, starts_at=NOW, ends_at=NOW + timedelta(hours=1)))
    assert ("serves_until" in item) is (status is RequestStatus.APPROVED)
    assert ("open_kind" in item) is (status in {RequestStatus.PENDING, RequestStatus.APPROVED})


@pytest.mark.parametrize("status", list(EventStatus))
@pytest.mark.parametrize("required", [True, False])
def test_only_an_active_event_serves_and_an_unreviewed_one_stays_open(status: EventStatus, *, required: bool) -> None:
    item = event_item(replace(an_event(), status=status, is_review_required=required))
    awaits_review = required and status is not EventStatus.REVIEWED
    assert ("serves_until" in item) is (status is EventStatus.ACTIVE)
    assert ("open_kind" in item) is (status is EventStatus.ACTIVE or awaits_review)


@pytest.mark.parametrize(
    "name", sorted(request_item(a_request()).keys() - {"serves_until", "open_kind", "ticket", "rule"})
)
def test_a_request_that_lacks_something_is_not_read(name: str) -> None:
    item = request_item(a_request())
    del item[name]
    if name in {"kind", "kind_user", "kind_profile", "expires_at"}:
        assert read_request(item) == a_request()  # these only help to find a row and to forget it
        return
    with pytest.raises(UnreadableError, match=name):
        read_request(item)


@pytest.mark.parametrize(("name", "value"), [("user", "mallory"), ("profile", "dev"), ("grant_id", "0" * 16)])
def test_a_row_whose_key_says_otherwise_is_not_read(name: str, value: str) -> None:
    for item, read in ((request_item(a_request()), read_request), (event_item(an_event()), read_event)):
        with pytest.raises(UnreadableError, match="must agree"):
            read(item | {name: {"S": value}})


@pytest.mark.parametrize("number", ["253402300799", "-62135596800", "9" * 36])
@pytest.mark.parametrize("name", ["issued_until", "revoked_at"])
def test_numbers_that_cannot_be_reckoned_with_are_not_read(name: str, number: str) -> None:
    row = RevocationRow("0" * 16, Revocation(Target.USER, "alice", NOW, revoked_at=NOW), Action("bob", NOW))
    with pytest.raises(UnreadableError, match=name):
        read_revocation(revocation_attributes(row) | {name: {"N": number}})


def test_neither_is_a_duration_longer_than_any() -> None:
    with pytest.raises(UnreadableError, match="duration_s"):
        read_request(request_item(a_request()) | {"duration_s": {"N": "9" * 36}})
