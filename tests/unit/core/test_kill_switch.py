import json
import random
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.core.kill_switch import MAX_LENGTH, Reach, build_boundary
from shared.core.revocation import Revocation, Target
from shared.core.stamp import TagKey, Via, session_tags, stamp_for

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


def session(number: int, user: str = "alice", minutes_ago: int = 10) -> Revocation:
    return Revocation(Target.SESSION, f"{number:016d}", NOW - timedelta(minutes=minutes_ago), user)


def statements(*revocations: Revocation, now: datetime = NOW) -> list[dict[str, Any]]:
    document = json.loads(build_boundary(revocations, now).document)
    allow, *denials = document["Statement"]
    assert allow == {"Effect": "Allow", "Action": "*", "Resource": "*"}
    assert all(denial["Effect"] == "Deny" and denial["Action"] == denial["Resource"] == "*" for denial in denials)
    return [denial["Condition"] for denial in denials]


def test_nothing_revoked_denies_nothing() -> None:
    assert statements() == []


def test_revoked_sessions_are_denied_by_their_tag() -> None:
    assert statements(session(2), session(1, "bob")) == [
        {"StringEquals": {"aws:PrincipalTag/SentinelSession": [f"{1:016d}", f"{2:016d}"]}},
    ]


@pytest.mark.parametrize(
    ("target", "key"),
    [(Target.USER, "aws:PrincipalTag/SentinelUser"), (Target.PROFILE, "aws:PrincipalTag/SentinelProfile")],
)
def test_a_revoked_name_loses_what_was_issued_up_to_the_instant(target: Target, key: str) -> None:
    assert statements(Revocation(target, "prod", NOW)) == [
        {"DateLessThanEquals": {"aws:TokenIssueTime": "2026-03-01T12:00:00Z"}, "StringEquals": {key: ["prod"]}},
    ]


def test_everyone_loses_what_was_issued_up_to_the_instant() -> None:
    assert statements(Revocation(Target.ALL, "", NOW)) == [
        {"DateLessThanEquals": {"aws:TokenIssueTime": "2026-03-01T12:00:00Z"}},
    ]


def test_a_user_with_a_comma_is_denied_by_the_tag_their_sessions_carry() -> None:
    stamp = stamp_for(Via.DIRECT, "0123456789abcdef", "a,b")
    tags = session_tags(stamp, user="a,b", profile="dev", grant_id=None)
    [condition] = statements(Revocation(Target.USER, "a,b", NOW))
    assert condition["StringEquals"]["aws:PrincipalTag/SentinelUser"] == [tags[TagKey.USER]]


def test_names_of_one_instant_share_a_statement_and_the_later_of_two_instants_counts() -> None:
    earlier = NOW - timedelta(minutes=5)
    found = statements(
        Revocation(Target.USER, "alice", earlier),
        Revocation(Target.USER, "alice", NOW),
        Revocation(Target.USER, "bob", NOW),
    )
    assert [condition["StringEquals"] for condition in found] == [{"aws:PrincipalTag/SentinelUser": ["alice", "bob"]}]


def test_an_entry_leaves_an_hour_after_the_latest_session_it_can_end() -> None:
    assert len(statements(session(1, minutes_ago=59))) == 1
    assert statements(session(1, minutes_ago=60)) == []


@pytest.mark.parametrize("user", ["alice", "zoe"])
def test_what_does_not_fit_falls_back_to_the_users_with_the_most_sessions(user: str) -> None:
    many = [session(number, user) for number in range(400)]
    boundary = build_boundary([*many, session(1000, "bob")], NOW)
    assert (boundary.reach, boundary.widened) == (Reach.USERS, frozenset({user}))
    assert f"{1000:016d}" in boundary.document
    assert len(boundary.document) <= MAX_LENGTH


def test_a_widened_user_loses_everything_up_to_their_last_revoked_session() -> None:
    many = [session(number, "alice", minutes_ago=1 + number % 30) for number in range(400)]
    denials = json.loads(build_boundary(many, NOW).document)["Statement"][1:]
    assert denials[0]["Condition"]["DateLessThanEquals"] == {"aws:TokenIssueTime": "2026-03-01T11:59:00Z"}


def test_what_still_does_not_fit_ends_every_session() -> None:
    boundary = build_boundary([session(number, f"user-{number:040d}") for number in range(400)], NOW)
    assert boundary.reach is Reach.EVERYONE
    assert json.loads(boundary.document)["Statement"][1]["Condition"] == {
        "DateLessThanEquals": {"aws:TokenIssueTime": "2026-03-01T11:50:00Z"},
    }


def test_a_document_may_be_as_long_as_iam_takes_and_not_a_character_longer() -> None:
    empty = len(build_boundary([Revocation(Target.USER, "", NOW)], NOW).document)
    assert build_boundary([Revocation(Target.USER, "u" * (6144 - empty), NOW)], NOW).reach is Reach.EXACT
    assert build_boundary([Revocation(Target.USER, "u" * (6145 - empty), NOW)], NOW).reach is Reach.EVERYONE


def test_of_users_with_as_many_sessions_the_first_by_name_is_widened() -> None:
    sessions = [session(number, user) for number in range(300) for user in ("carol", "bob")]
    sessions = [Revocation(each.target, f"{each.name[1:]}{each.user[0]}", NOW, each.user) for each in sessions]
    assert build_boundary(sessions, NOW).widened == frozenset({"bob"})


def test_only_a_widened_users_sessions_are_replaced() -> None:
    many = [session(number, "alice") for number in range(400)]
    boundary = build_boundary([*many, Revocation(Target.PROFILE, "prod", NOW), session(1000, "bob")], NOW)
    assert [sorted(each["Condition"]["StringEquals"]) for each in json.loads(boundary.document)["Statement"][1:]] == [
        ["aws:PrincipalTag/SentinelSession"],
        ["aws:PrincipalTag/SentinelUser"],
        ["aws:PrincipalTag/SentinelProfile"],
    ]


def test_the_document_is_written_without_white_space_and_in_the_present_policy_language() -> None:
    document = build_boundary([session(1), Revocation(Target.ALL, "", NOW)], NOW).document
    assert " " not in document
    assert json.loads(document)["Version"] == "2012-10-17"


@pytest.mark.usefixtures("in_tokyo")
def test_instants_are_written_in_utc_wherever_they_come_from_and_the_machine_is() -> None:
    there = NOW.astimezone(timezone(timedelta(hours=-5)))
    [condition] = statements(Revocation(Target.ALL, "", there))
    assert condition == {"DateLessThanEquals": {"aws:TokenIssueTime": "2026-03-01T12:00:00Z"}}


def test_the_latest_instant_for_everyone_counts() -> None:
    assert statements(Revocation(Target.ALL, "", NOW), Revocation(Target.ALL, "", NOW - timedelta(minutes=9))) == [
        {"DateLessThanEquals": {"aws:TokenIssueTime": "2026-03-01T12:00:00Z"}},
    ]


REVOCATIONS = st.lists(
    st.builds(
        Revocation,
        st.sampled_from(Target),
        st.from_regex(r"[a-z0-9]{1,16}", fullmatch=True),
        st.datetimes(datetime(2026, 3, 1, 11, 30), datetime(2026, 3, 1, 12, 0), timezones=st.just(UTC)),  # noqa: DTZ001 - the strategy adds the zone
        st.sampled_from(["alice", "bob"]),
    ),
    max_size=30,
)


@given(REVOCATIONS, st.randoms(use_true_random=False))
def test_the_order_revocations_come_in_makes_no_difference(
    revocations: list[Revocation], chance: random.Random
) -> None:
    shuffled = chance.sample(revocations, len(revocations)) + revocations[:3]
    assert build_boundary(shuffled, NOW) == build_boundary(revocations, NOW)


@given(
    st.lists(st.tuples(st.integers(0, 10**15), st.sampled_from([f"user-{n:030d}" for n in range(90)])), max_size=600)
)
def test_whatever_is_revoked_the_document_fits_a_managed_policy(sessions: list[tuple[int, str]]) -> None:
    document = build_boundary([session(number, user) for number, user in sessions], NOW).document
    assert len(document) <= MAX_LENGTH
