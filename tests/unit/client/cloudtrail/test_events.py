"""What CloudTrail knows of a session: the queries, and which events are really its."""

import json
from collections.abc import Sequence

import pytest

from sentinel.api.sessions import Session
from sentinel.cli import run_command_line
from sentinel.cloudtrail.events import UnreadableEventError, athena_query, lake_query, parse_event
from sentinel.cloudtrail.history import CloudTrail, TrailDeniedError, TrailError
from sentinel.errors import ServiceUnreachableError
from tests.unit.client.session_service import ID, STAMP, SessionService, a_session
from tests.unit.client.trail_events import KEY, History, an_event, history

SESSION = Session.model_validate(a_session())


def ids(trail: CloudTrail, most: int = 100) -> list[str]:
    return [event.id for event in trail.find_session(SESSION, most)]


def test_the_lake_query_covers_the_session_and_its_chain() -> None:
    query = lake_query(SESSION)
    assert "eventTime >= '2026-03-01 11:55:00' AND eventTime <= '2026-03-01 13:15:00'" in query
    assert f"userIdentity.sessionContext.sourceIdentity = '{STAMP}'" in query
    assert f"element_at(requestParameters, 'sourceIdentity') = '{STAMP}'" in query


def test_the_athena_query_compares_text_with_text() -> None:
    query = athena_query(SESSION)
    assert "eventTime >= '2026-03-01T11:55:00Z' AND eventTime <= '2026-03-01T13:15:00Z'" in query
    assert f"json_extract_scalar(requestParameters, '$.sourceIdentity') = '{STAMP}'" in query


@pytest.mark.parametrize("query", [lake_query, athena_query])
@pytest.mark.parametrize("stamp", ["", "x' OR '1'='1", f"{STAMP}'", f"{STAMP}\n"])
def test_no_query_is_written_around_what_is_no_stamp(query: object, stamp: str) -> None:
    with pytest.raises(ServiceUnreachableError):
        query(SESSION.model_copy(update={"stamp": stamp}))  # type: ignore[operator]


def test_events_are_found_by_name_and_then_by_key_and_put_in_order() -> None:
    region = History(
        {
            ("Username", STAMP): [an_event(3), an_event(2), an_event(1)],
            ("AccessKeyId", KEY): [an_event(5, source_identity=None), an_event(3), an_event(1)],
        }
    )
    assert ids(history(region)) == ["event-1", "event-2", "event-3", "event-5"]
    assert [asked["StartTime"].isoformat() for asked in region.asked] == ["2026-03-01T11:55:00+00:00"] * 2


def test_a_session_that_only_imitates_the_name_is_left_out() -> None:
    imitation = an_event(2, source_identity=None, key="ASIAIMITATION0000000")
    region = History(
        {("Username", STAMP): [imitation, an_event(1)], ("AccessKeyId", "ASIAIMITATION0000000"): [imitation]}
    )
    assert ids(history(region)) == ["event-1"]


def test_every_region_is_asked_and_no_more_events_are_kept_than_wanted() -> None:
    regions = [History({("Username", STAMP): [an_event(number)]}) for number in (1, 2)]
    assert ids(history(*regions)) == ["event-1", "event-2"]
    assert ids(history(*regions), 1) == ["event-1"]


@pytest.mark.parametrize(
    ("code", "error"), [("AccessDeniedException", TrailDeniedError), ("ThrottlingException", TrailError)]
)
def test_a_refusal_of_cloudtrail_is_distinguished_from_a_failure(code: str, error: type[Exception]) -> None:
    with pytest.raises(error, match="eu-central-1") as raised:
        ids(history(History({}, code)))
    assert type(raised.value) is error


@pytest.mark.parametrize("text", ["", "[]", "{}", json.dumps(an_event(1, eventTime="yesterday"))])
def test_what_is_no_event_is_not_passed_over(text: str) -> None:
    with pytest.raises(UnreadableEventError):
        parse_event(text)


@pytest.mark.parametrize("parameters", [None, [], "text", {"roleArn": 7}])
def test_parameters_of_any_shape_are_read(parameters: object) -> None:
    assert parse_event(json.dumps(an_event(1, requestParameters=parameters))).parameter("roleArn") is None


@pytest.fixture
def region(monkeypatch: pytest.MonkeyPatch, sessions: SessionService) -> History:
    found = History({("Username", STAMP): [an_event(1, errorCode="AccessDenied")]})

    def open_it(_base: object, regions: Sequence[str], *_: object) -> CloudTrail:
        assert list(regions) == ["eu-central-1"]
        return history(found)

    monkeypatch.setattr("sentinel.cloudtrail.history.open_cloudtrail", open_it)
    sessions.answer("GET", f"/v1/sessions/{ID}", {"session": a_session()})
    return found


@pytest.mark.usefixtures("region")
def test_a_trail_is_the_queries_and_the_events(capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command_line(["session", "show", ID, "--trail"]) == 0
    out = capsys.readouterr().out
    for words in ("CloudTrail Lake:", "Athena:", "ListBuckets", "AccessDenied", "192.0.2.7"):
        assert words in out
    assert run_command_line(["session", "show", ID, "--trail", "--json"]) == 0
    printed = json.loads(capsys.readouterr().out)
    assert (printed["session"]["id"], [event["id"] for event in printed["events"]]) == (ID, ["event-1"])


def test_who_may_not_look_events_up_still_gets_the_queries(region: History, capsys: pytest.CaptureFixture[str]) -> None:
    region.error = "AccessDeniedException"
    assert run_command_line(["session", "show", ID, "--trail"]) == 0
    said = capsys.readouterr()
    assert "CloudTrail Lake:" in said.out
    assert "may not look up CloudTrail events in eu-central-1: run one of the queries" in said.err
