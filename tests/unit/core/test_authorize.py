"""The authorization table, row by row, and its edges."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from shared.core.access.authorize import Issue, RefusalCode, Refuse, authorize, is_requestable, no_rule_gives
from shared.core.access.evaluate import Decision, Verdict
from shared.core.access.schema import Rule
from shared.core.grants import Extended, Grant, GrantUses, Lockout, longest
from shared.core.stamp import Via

NOW = datetime(2026, 1, 5, 10, tzinfo=UTC)
HOUR = timedelta(hours=1)


def rule(effect: str, **more: object) -> Rule:
    return Rule.model_validate({"name": "the rule", "effect": effect, "conditions": {}, **more})


def decision(effect: str | None, **more: object) -> Decision:
    if effect is None:
        return Decision(Verdict.DENY, None)
    return Decision(Verdict(effect), rule(effect, **more))


def grant(via: Via, seconds: float, *, profile: str = "prod", name: str = "g", starts: float = -60) -> Grant:
    return Grant(via, name, profile, NOW + timedelta(seconds=starts), NOW + timedelta(seconds=seconds))


def ask(decided: Decision, *grants: Grant, locked_out: bool = False, **more: timedelta) -> Issue | Refuse:
    return authorize(decided, profile="prod", grants=grants, is_locked_out=locked_out, now=NOW, **more)


APPROVAL = grant(Via.APPROVAL, 7200)
EMERGENCY = grant(Via.BREAK_GLASS, 7200)


def extension(starts: float, **changes: Any) -> Grant:
    """Give an extension of half an hour of the approval `g`."""
    made = grant(Via.APPROVAL, starts + 1800, name="e", starts=starts)
    return replace(made, **({"extends": Extended("g", HOUR)} | changes))


@pytest.mark.parametrize("left", [1, 30, 59])
def test_in_its_last_minute_an_approval_is_followed_by_its_extension_without_a_gap(left: int) -> None:
    ending, following = grant(Via.APPROVAL, left), extension(left)
    decided = decision("require_approval")
    length = timedelta(seconds=left + 1800)
    assert ask(decided, following, ending) == Issue(Via.APPROVAL, following, length, length, None)
    assert ask(decided, following, ending, locked_out=True) == Refuse(RefusalCode.LOCKED_OUT)
    assert ask(decision("deny"), following, ending) == Refuse(RefusalCode.DENIED)
    # Before the last minute the approval itself serves, until its end.
    longer = grant(Via.APPROVAL, 900)
    quarter = timedelta(minutes=15)
    assert ask(decided, extension(900), longer) == Issue(Via.APPROVAL, longer, quarter, quarter, None)


@pytest.mark.parametrize(
    "following",
    [
        extension(31),
        extension(30, extends=None),
        extension(30, extends=Extended("another", HOUR)),
        extension(30, profile="other"),
        extension(30, via=Via.BREAK_GLASS),
        extension(30, uses=GrantUses.ONCE),
        extension(30, ends_at=NOW + timedelta(seconds=59)),
    ],
    ids=["begins later", "extends nothing", "extends another", "other profile", "event", "one use", "too short"],
)
def test_no_other_grant_serves_before_its_window(following: Grant) -> None:
    decided = decision("require_approval")
    assert ask(decided, following, grant(Via.APPROVAL, 30)) == Refuse(RefusalCode.GRANT_ENDING)


def test_without_its_approval_an_extension_serves_from_its_window_on() -> None:
    decided = decision("require_approval")
    assert ask(decided, extension(30)) == Refuse(RefusalCode.APPROVAL_REQUIRED)
    assert ask(decided, extension(30), grant(Via.APPROVAL, 0)) == Refuse(RefusalCode.APPROVAL_REQUIRED)
    once = replace(grant(Via.APPROVAL, 30), uses=GrantUses.ONCE)
    assert ask(decided, extension(30), once) == Refuse(RefusalCode.GRANT_ENDING)
    assert isinstance(ask(decided, extension(0)), Issue)


@pytest.mark.parametrize("decided", [decision(effect) for effect in ("allow", "require_approval", "deny", None)])
def test_a_lockout_refuses_regardless_of_grants_and_decision(decided: Decision) -> None:
    assert ask(decided, APPROVAL, EMERGENCY, locked_out=True) == Refuse(RefusalCode.LOCKED_OUT)


def test_an_allow_issues_directly_without_using_a_grant() -> None:
    assert ask(decision("allow"), APPROVAL, EMERGENCY) == Issue(Via.DIRECT, None, HOUR, HOUR, None)


def test_an_approval_meets_the_demand_for_one_and_is_preferred_to_break_glass() -> None:
    assert ask(decision("require_approval"), EMERGENCY, APPROVAL) == Issue(Via.APPROVAL, APPROVAL, HOUR, HOUR, None)


def test_break_glass_meets_a_demand_for_approval() -> None:
    assert ask(decision("require_approval"), EMERGENCY) == Issue(Via.BREAK_GLASS, EMERGENCY, HOUR, HOUR, None)


def test_a_demand_for_approval_that_forbids_break_glass_does_not_yield_to_it() -> None:
    strict = decision("require_approval", break_glass=False)
    assert ask(strict, EMERGENCY) == Refuse(RefusalCode.APPROVAL_REQUIRED)
    assert isinstance(ask(strict, EMERGENCY, APPROVAL), Issue)


def test_a_demand_for_approval_without_one_is_refused() -> None:
    assert ask(decision("require_approval")) == Refuse(RefusalCode.APPROVAL_REQUIRED)


def test_a_deny_prevails_over_an_approval_and_break_glass() -> None:
    assert ask(decision("deny"), APPROVAL, EMERGENCY) == Refuse(RefusalCode.DENIED)


def test_a_deny_yields_to_break_glass_only_where_it_says_so_and_never_to_an_approval() -> None:
    soft = decision("deny", break_glass=True)
    assert ask(soft, APPROVAL) == Refuse(RefusalCode.DENIED)
    assert ask(soft, APPROVAL, EMERGENCY) == Issue(Via.BREAK_GLASS, EMERGENCY, HOUR, HOUR, None)


def test_where_no_rule_matches_only_break_glass_helps() -> None:
    assert ask(decision(None), APPROVAL) == Refuse(RefusalCode.DENIED)
    assert ask(decision(None), EMERGENCY) == Issue(Via.BREAK_GLASS, EMERGENCY, HOUR, HOUR, None)


@pytest.mark.parametrize("via", [Via.APPROVAL, Via.BREAK_GLASS])
def test_a_grant_with_59_seconds_left_is_ending_and_with_60_it_serves(via: Via) -> None:
    assert ask(decision("require_approval"), grant(via, 59)) == Refuse(RefusalCode.GRANT_ENDING)
    assert ask(decision("require_approval"), grant(via, 59.999)) == Refuse(RefusalCode.GRANT_ENDING)
    served = ask(decision("require_approval"), grant(via, 60))
    assert isinstance(served, Issue)
    assert served.duration == timedelta(seconds=60)


def test_a_grant_with_no_time_left_is_no_grant() -> None:
    assert ask(decision("require_approval"), grant(Via.APPROVAL, 0)) == Refuse(RefusalCode.APPROVAL_REQUIRED)
    assert ask(decision(None), grant(Via.BREAK_GLASS, -1)) == Refuse(RefusalCode.DENIED)


def test_break_glass_serves_while_the_approval_is_ending() -> None:
    outcome = ask(decision("require_approval"), grant(Via.APPROVAL, 30), EMERGENCY)
    assert isinstance(outcome, Issue)
    assert outcome.via is Via.BREAK_GLASS


def test_an_approval_serves_while_break_glass_is_ending() -> None:
    outcome = ask(decision("require_approval"), APPROVAL, grant(Via.BREAK_GLASS, 30))
    assert isinstance(outcome, Issue)
    assert outcome.via is Via.APPROVAL


def test_a_grant_whose_window_has_not_begun_does_not_serve() -> None:
    assert ask(decision("require_approval"), grant(Via.APPROVAL, 3600, starts=1)) == Refuse(
        RefusalCode.APPROVAL_REQUIRED
    )
    assert isinstance(ask(decision("require_approval"), grant(Via.APPROVAL, 3600, starts=0)), Issue)


def test_a_grant_for_another_profile_does_not_serve() -> None:
    other = grant(Via.APPROVAL, 3600, profile="prod-eu")
    assert ask(decision("require_approval"), other) == Refuse(RefusalCode.APPROVAL_REQUIRED)


def test_among_grants_of_one_kind_the_one_that_ends_last_serves() -> None:
    short, long = grant(Via.APPROVAL, 1000, name="z"), grant(Via.APPROVAL, 2000, name="a")
    assert longest([long, short], Via.APPROVAL, "prod", NOW) == long
    outcome = ask(decision("require_approval"), short, long)
    assert isinstance(outcome, Issue)
    assert outcome.grant == long


def test_of_two_grants_that_end_together_the_same_one_serves_in_any_order() -> None:
    one, other = grant(Via.APPROVAL, 1000, name="a"), grant(Via.APPROVAL, 1000, name="b")
    assert longest([one, other], Via.APPROVAL, "prod", NOW) == longest([other, one], Via.APPROVAL, "prod", NOW) == other


def test_a_grant_is_asked_in_whole_seconds() -> None:
    outcome = ask(decision("require_approval"), grant(Via.APPROVAL, 1000.9))
    assert isinstance(outcome, Issue)
    assert outcome.duration == outcome.sts_duration == timedelta(seconds=1000)


def test_a_grant_shorter_than_the_sts_floor_is_issued_for_the_floor_and_ends_with_the_grant() -> None:
    ending = grant(Via.APPROVAL, 899)
    left = timedelta(seconds=899)
    assert ask(decision("require_approval"), ending) == Issue(
        Via.APPROVAL, ending, left, timedelta(seconds=900), ending.ends_at
    )


def test_a_grant_of_the_sts_floor_needs_no_other_end() -> None:
    enough = grant(Via.APPROVAL, 900)
    floor = timedelta(seconds=900)
    assert ask(decision("require_approval"), enough) == Issue(Via.APPROVAL, enough, floor, floor, None)


@pytest.mark.parametrize(
    ("caps", "minutes"),
    [
        ({}, 60),
        ({"requested": timedelta(minutes=20)}, 20),
        ({"requested": timedelta(hours=12)}, 60),
        ({"profile_cap": timedelta(minutes=30)}, 30),
        ({"profile_cap": timedelta(hours=4)}, 60),
        ({"requested": timedelta(minutes=40), "profile_cap": timedelta(minutes=50)}, 40),
    ],
)
def test_the_shortest_cap_wins(caps: dict[str, timedelta], minutes: int) -> None:
    outcome = ask(decision("allow"), locked_out=False, **caps)
    assert isinstance(outcome, Issue)
    assert outcome.duration == timedelta(minutes=minutes)


def test_a_rules_cap_counts_under_any_way_in() -> None:
    capped = decision("require_approval", max_duration="25m")
    for held in (APPROVAL, EMERGENCY):
        outcome = ask(capped, held)
        assert isinstance(outcome, Issue)
        assert outcome.duration == timedelta(minutes=25)


@pytest.mark.parametrize(("seconds", "fits"), [(899, False), (900, True), (43200, True), (43201, False), (0, False)])
def test_only_what_sts_can_issue_is_requestable(seconds: int, *, fits: bool) -> None:
    assert is_requestable(timedelta(seconds=seconds)) is fits


def test_a_lockout_lasts_until_its_end_or_until_lifted() -> None:
    assert Lockout("user#alice", "incident").is_active(NOW)
    assert Lockout("all", "incident", NOW + timedelta(seconds=1)).is_active(NOW)
    assert not Lockout("all", "incident", NOW).is_active(NOW)


def test_a_profile_that_no_rule_gives_is_refused_in_the_words_of_one_that_is_not_there() -> None:
    assert no_rule_gives("alice", "prod") == (
        "No rule of the access policy gives alice the profile prod, or it does not exist."
    )
