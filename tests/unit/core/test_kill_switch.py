import json
import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.core.kill_switch import MAX_LENGTH, Boundary, Reach, build_boundary
from shared.core.revocation import Revocation, Target
from shared.core.stamp import TagKey, Via, session_tags, stamp_for, user_key
from shared.core.switch_guards import Guarded

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
CONSTANT = len(Guarded().statements())


def session(number: int, user: str = "alice", minutes_ago: int = 10) -> Revocation:
    return Revocation(Target.SESSION, f"{number:016d}", NOW - timedelta(minutes=minutes_ago), user)


def statements(*revocations: Revocation, now: datetime = NOW) -> list[dict[str, Any]]:
    document = json.loads(build_boundary(revocations, now).document)
    constant, denials = document["Statement"][:CONSTANT], document["Statement"][CONSTANT:]
    assert constant == Guarded().statements()
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


@pytest.mark.parametrize(
    ("issued_ago", "revoked_ago", "is_live"),
    [(60, 1, True), (60, 61, True), (60, 62, False), (120, 61, True), (59, 300, True), (60, 300, False)],
)
def test_an_entry_leaves_an_hour_after_the_latest_issue_of_what_it_ends_chained_ones_included(
    issued_ago: int, revoked_ago: int, *, is_live: bool
) -> None:
    revoked = replace(session(1, minutes_ago=issued_ago), revoked_at=NOW - timedelta(minutes=revoked_ago))
    assert bool(statements(revoked)) is is_live


def test_a_cutoff_leaves_an_hour_after_the_latest_session_it_can_end() -> None:
    cutoff = Revocation(Target.USER, "alice", NOW - timedelta(minutes=60), revoked_at=NOW - timedelta(minutes=61))
    assert len(statements(cutoff)) == 1
    assert statements(cutoff, now=NOW + timedelta(minutes=1)) == []


@pytest.mark.parametrize("user", ["alice", "zoe"])
def test_what_does_not_fit_falls_back_to_the_users_with_the_most_sessions(user: str) -> None:
    many = [session(number, user) for number in range(400)]
    boundary = build_boundary([*many, session(1000, "bob")], NOW)
    assert (boundary.reach, boundary.widened) == (Reach.USERS, frozenset({user}))
    assert f"{1000:016d}" in boundary.document
    assert len(boundary.document) <= MAX_LENGTH


def test_a_widened_user_loses_everything_up_to_their_last_revoked_session() -> None:
    many = [session(number, "alice", minutes_ago=1 + number % 30) for number in range(400)]
    denials = json.loads(build_boundary(many, NOW).document)["Statement"][CONSTANT:]
    assert denials[0]["Condition"]["DateLessThanEquals"] == {"aws:TokenIssueTime": "2026-03-01T11:59:00Z"}


def test_what_still_does_not_fit_ends_every_session() -> None:
    boundary = build_boundary([session(number, f"user-{number:040d}") for number in range(400)], NOW)
    assert boundary.reach is Reach.EVERYONE
    assert json.loads(boundary.document)["Statement"][CONSTANT]["Condition"] == {
        "DateLessThanEquals": {"aws:TokenIssueTime": "2026-03-01T11:50:00Z"},
    }


def test_a_document_may_be_as_long_as_iam_takes_and_not_a_character_longer() -> None:
    empty = len(build_boundary([Revocation(Target.PROFILE, "", NOW)], NOW).document)
    assert build_boundary([Revocation(Target.PROFILE, "p" * (6144 - empty), NOW)], NOW).reach is Reach.EXACT
    assert build_boundary([Revocation(Target.PROFILE, "p" * (6145 - empty), NOW)], NOW).reach is Reach.EVERYONE


def test_names_that_do_not_fit_are_written_by_their_keys() -> None:
    names = [f"{number:03d}" + "u" * 120 for number in range(60)]
    boundary = build_boundary([Revocation(Target.USER, name, NOW) for name in names], NOW)
    assert boundary.reach is Reach.EXACT
    [denial] = json.loads(boundary.document)["Statement"][CONSTANT:]
    assert denial["Condition"]["StringEquals"] == {
        "aws:PrincipalTag/SentinelUserKey": sorted(user_key(name) for name in names)
    }


def people(count: int, seconds_apart: int = 7) -> list[Revocation]:
    """Revoke so many people of mail names one by one, each at a second of their own."""
    return [
        Revocation(
            Target.USER, f"firstname.lastname{number:03d}@corp.example", NOW - timedelta(seconds=number * seconds_apart)
        )
        for number in range(count)
    ]


@pytest.mark.parametrize("seconds_apart", [1, 7, 19])
@pytest.mark.parametrize(
    "guarded", [Guarded("111122223333"), Guarded("111122223333", "aws-us-gov", "d" * 31, "/" + "p" * 60)]
)
def test_a_hundred_and_fifty_people_revoked_one_by_one_fit_without_ending_anyone_else(
    seconds_apart: int, guarded: Guarded
) -> None:
    revoked = people(150, seconds_apart)
    boundary = build_boundary(revoked, NOW, guarded)
    assert boundary.reach is Reach.LATER
    assert boundary.widened <= {each.name for each in revoked}
    assert boundary.room > 20


def test_cutoffs_move_on_by_no_more_than_it_takes_to_fit() -> None:
    boundary = build_boundary(people(60), NOW)
    found = [each["Condition"] for each in json.loads(boundary.document)["Statement"][CONSTANT:]]
    assert len(found) == 8
    for each in people(60):
        [end] = [
            condition["DateLessThanEquals"]["aws:TokenIssueTime"]
            for condition in found
            if each.name in condition["StringEquals"]["aws:PrincipalTag/SentinelUser"]
        ]
        assert timedelta(0) <= datetime.fromisoformat(end) - each.issued_until < timedelta(minutes=1)


def test_profiles_share_the_latest_instant_too_and_are_named() -> None:
    profiles = [
        Revocation(Target.PROFILE, f"profile-{number:020d}", NOW - timedelta(seconds=number)) for number in range(40)
    ]
    boundary = build_boundary(profiles, NOW)
    assert boundary.reach is Reach.LATER
    assert f"profile profile-{39:020d}" in boundary.widened


def test_the_remaining_room_is_reported_before_anyone_is_widened() -> None:
    rooms = [build_boundary(people(count), NOW).room for count in (0, 1, 60, 150, 250)]
    assert rooms[0] == 100
    assert rooms == sorted(rooms, reverse=True)
    assert 0 < rooms[-1] < 15


def own(*revocations: Revocation) -> list[Revocation]:
    return [replace(each, is_own=True) for each in revocations]


def test_what_people_revoke_of_their_own_never_ends_everyone() -> None:
    many = own(*people(400, seconds_apart=1))
    boundary = build_boundary(many, NOW)
    assert boundary.reach is Reach.LATER
    assert 0 < len(boundary.uncovered) < 150
    assert {each.name for each in boundary.uncovered} == {each.name for each in many[: len(boundary.uncovered)]}


def test_it_gives_way_to_what_is_revoked_by_right_the_latest_first() -> None:
    many = own(*people(250, seconds_apart=1))
    by_right = [Revocation(Target.USER, f"suspect-{number}", NOW) for number in range(100)]
    boundary = build_boundary([*many, *by_right], NOW)
    assert boundary.reach is Reach.LATER
    assert {each.is_own for each in boundary.uncovered} == {True}
    assert many[-1] not in boundary.uncovered
    assert many[0] in boundary.uncovered


def test_a_persons_own_sessions_widen_to_that_person_only() -> None:
    mine = own(*(session(number, "mallory") for number in range(300)))
    others = [session(1000 + number, f"user-{number}") for number in range(150)]
    boundary = build_boundary([*mine, *others], NOW)
    assert (boundary.reach, boundary.widened) == (Reach.USERS, frozenset({"mallory"}))
    assert all(each.name in boundary.document for each in others)


@pytest.mark.parametrize("count", [60, 150, 250, 400])
def test_what_people_revoke_of_their_own_moves_no_cutoff_that_was_set_by_right(count: int) -> None:
    by_right = Revocation(Target.USER, "victim@corp.example", NOW - timedelta(minutes=14))
    boundary = build_boundary([by_right, *own(*people(count, seconds_apart=3))], NOW)
    assert by_right.name not in boundary.widened
    assert until_of(boundary, by_right.name) == by_right.issued_until


@pytest.mark.parametrize("sessions", [150, 205, 400])
def test_neither_do_the_many_sessions_of_one_person(sessions: int) -> None:
    by_right = Revocation(Target.USER, "victim@corp.example", NOW - timedelta(minutes=50))
    [theirs] = own(Revocation(Target.USER, "colleague@corp.example", NOW - timedelta(minutes=40)))
    mine = own(Revocation(Target.USER, "mallory", NOW), *(session(number, "mallory") for number in range(sessions)))
    boundary = build_boundary([by_right, theirs, *mine], NOW)
    assert boundary.widened <= {"mallory"}
    assert until_of(boundary, by_right.name) == by_right.issued_until
    assert until_of(boundary, theirs.name) == theirs.issued_until


def until_of(boundary: Boundary, name: str) -> datetime:
    """Read until when the sessions of a user are denied."""
    found = [each["Condition"] for each in json.loads(boundary.document)["Statement"][CONSTANT:]]
    [until] = [
        condition["DateLessThanEquals"]["aws:TokenIssueTime"]
        for condition in found
        if "DateLessThanEquals" in condition
        and {name, user_key(name)} & {text for texts in condition["StringEquals"].values() for text in texts}
    ]
    return datetime.fromisoformat(until)


def test_what_people_revoke_of_their_own_stays_next_to_everyone() -> None:
    by_right = [session(number, f"user-{number:040d}", minutes_ago=30) for number in range(400)]
    mine = own(Revocation(Target.USER, "alice", NOW))
    boundary = build_boundary([*by_right, *mine], NOW)
    assert (boundary.reach, boundary.uncovered) == (Reach.EVERYONE, frozenset())
    assert '"aws:PrincipalTag/SentinelUser":["alice"]' in boundary.document


def test_what_found_no_room_is_covered_where_everyone_is_ended_later() -> None:
    by_right = [session(number, f"user-{number:040d}", minutes_ago=0) for number in range(400)]
    boundary = build_boundary([*by_right, *own(*people(400, seconds_apart=1)[1:])], NOW)
    assert (boundary.reach, boundary.uncovered) == (Reach.EVERYONE, frozenset())


def test_a_session_that_widens_takes_along_what_it_chained_into_until_it_was_revoked() -> None:
    revoked = [replace(session(number, "alice", minutes_ago=59), revoked_at=NOW) for number in range(400)]
    [denial] = json.loads(build_boundary(revoked, NOW).document)["Statement"][CONSTANT:]
    assert denial["Condition"]["DateLessThanEquals"] == {"aws:TokenIssueTime": "2026-03-01T12:00:30Z"}


def test_of_users_with_as_many_sessions_the_first_by_name_is_widened() -> None:
    sessions = [session(number, user) for number in range(300) for user in ("carol", "bob")]
    sessions = [Revocation(each.target, f"{each.name[1:]}{each.user[0]}", NOW, each.user) for each in sessions]
    few = [each for each in sessions if int(each.name[:-1]) < 200]
    assert build_boundary(few, NOW).widened == frozenset({"bob"})


def test_only_a_widened_users_sessions_are_replaced() -> None:
    many = [session(number, "alice") for number in range(400)]
    boundary = build_boundary([*many, Revocation(Target.PROFILE, "prod", NOW), session(1000, "bob")], NOW)
    found = json.loads(boundary.document)["Statement"][CONSTANT:]
    assert [sorted(each["Condition"]["StringEquals"]) for each in found] == [
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
def test_the_document_of_any_revocations_fits_a_managed_policy(sessions: list[tuple[int, str]]) -> None:
    document = build_boundary([session(number, user) for number, user in sessions], NOW).document
    assert len(document) <= MAX_LENGTH
