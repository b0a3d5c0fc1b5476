"""A line under the policy that made it changes nothing; under another, what that policy says, or it is in doubt."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sentinel.evidence.replaying.deciding import PolicyIndex
from sentinel.evidence.replaying.judging import Aside, Inexact, Judged, NotDecided, Replay
from sentinel.evidence.replaying.outcomes import Change, Outcome, compare
from shared.core.access.evaluate import Facts, evaluate
from shared.core.access.recorded import Circumstances, record_facts
from shared.core.access.schema import AccessPolicy
from shared.core.grants import Grant, GrantUses
from shared.core.groups import Groups
from shared.core.identity import Authentication
from shared.core.profile import Profile
from shared.core.stamp import Via
from tests.unit.client.evidence.replaying.lines import a_vend, circumstances_of, policy_of, rule_of
from tests.unit.core.strategies import asks, documents, facts_of, grants_of

AT: Final = datetime(2026, 3, 4, 12, 30, tzinfo=UTC)  # a Wednesday
ALICE: Final = Facts(
    "alice",
    "prod",
    AT,
    account="123456789012",
    role="",
    authentication=Authentication.SIGV4,
    issuer="",
    claims={},
    groups=Groups(frozenset({"dev"}), frozenset()),
)
PLAIN: Final = Circumstances(True, False, None, None, ())
ALLOW: Final = policy_of(rule_of("open"))
APPROVE: Final = policy_of(rule_of("asks", "require_approval"))
DENY: Final = policy_of(rule_of("closed", "deny"))
ISSUED: Final = Outcome("issued", "direct", 3600)


def judged(policy: AccessPolicy, line: dict[str, Any], catalogue: dict[str, Profile] | None = None) -> Judged:
    found = Replay(policy, catalogue).judge(line)
    assert isinstance(found, Judged)
    return found


def held(via: Via, minutes: int = 30) -> Circumstances:
    grant = Grant(via, "g-1", "prod", AT - timedelta(hours=1), AT + timedelta(minutes=minutes))
    return replace(PLAIN, grants=(grant,))


@given(documents(), st.lists(asks, min_size=1, max_size=4))
def test_a_line_under_the_policy_that_made_it_changes_nothing(
    document: dict[str, Any], asked: list[dict[str, Any]]
) -> None:
    policy = AccessPolicy.model_validate(document)
    replay = Replay(policy)
    for ask in [*asked, *asked]:
        facts = facts_of(ask)
        found = replay.judge(a_vend(policy, facts, circumstances_of(ask, tuple(grants_of(ask)))))
        assert isinstance(found, Judged)
        assert (found.inexact, found.after, found.rule_after) == (None, found.before, found.rule_before)


@given(documents(), documents(), st.lists(asks, min_size=1, max_size=4))
def test_another_policy_s_decision_is_found_or_is_among_those_that_are_possible(
    made_by: dict[str, Any], document: dict[str, Any], asked: list[dict[str, Any]]
) -> None:
    before, policy = AccessPolicy.model_validate(made_by), AccessPolicy.model_validate(document)
    index = PolicyIndex(policy)
    for ask in asked:
        facts = facts_of(ask)
        true = evaluate(policy, facts)
        possible = index.decide(record_facts(before, facts))
        assert (true.verdict, true.rule_name) in [(each.verdict, each.rule_name) for each in possible]
        again = index.decide(record_facts(policy, facts))
        assert [(each.verdict, each.rule_name) for each in again] == [(true.verdict, true.rule_name)]


@settings(max_examples=50)
@given(documents(), asks, st.frozensets(st.sampled_from(["users", "claims", "groups", "roles", "source_ips"])))
def test_what_is_not_known_at_all_leaves_every_decision_possible(
    document: dict[str, Any], ask: dict[str, Any], unknown: frozenset[str]
) -> None:
    policy, facts = AccessPolicy.model_validate(document), facts_of(ask)
    true = evaluate(policy, facts)
    possible = PolicyIndex(policy).decide(record_facts(policy, facts), unknown)
    assert true.rule_name in [each.rule_name for each in possible]


def test_values_are_forgotten_before_there_are_too_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sentinel.evidence.replaying.deciding._MOST_KEPT", 3)
    policy = policy_of(rule_of("evens", users=["u-0", "u-2", "u-4"]), rule_of("rest", "deny"))
    index = PolicyIndex(policy)
    for number in [0, 1, 2, 3, 4, 5, 2, 0, 1]:
        facts = replace(ALICE, user=f"u-{number}")
        (decision,) = index.decide(record_facts(policy, facts))
        assert decision.rule_name == evaluate(policy, facts).rule_name
        assert all(len(fact.kept) <= 3 for fact in index._facts)


@pytest.mark.parametrize(
    ("policy", "found", "after", "change"),
    [
        (DENY, PLAIN, Outcome("denied"), Change.LESS),
        (APPROVE, PLAIN, Outcome("approval_required"), Change.LESS),
        (APPROVE, held(Via.APPROVAL), Outcome("issued", "approval", 1800), Change.LESS),
        (APPROVE, held(Via.BREAK_GLASS, 90), Outcome("issued", "break-glass", 3600), Change.LESS),
        (DENY, held(Via.BREAK_GLASS), Outcome("denied"), Change.LESS),
        (
            policy_of(rule_of("brief", rule={"max_duration": "15m"})),
            PLAIN,
            Outcome("issued", "direct", 900),
            Change.LESS,
        ),
        (policy_of(rule_of("other")), PLAIN, ISSUED, None),
        (
            policy_of(rule_of("nights", time={"hours": {"start": "22:00", "end": "06:00"}})),
            PLAIN,
            Outcome("denied"),
            Change.LESS,
        ),
        (policy_of(rule_of("day", time={"days": ["wednesday"]})), PLAIN, ISSUED, None),
        (policy_of(rule_of("shadow", "deny", rule={"shadow": True}), rule_of("open")), PLAIN, ISSUED, None),
    ],
)
def test_what_was_issued(policy: AccessPolicy, found: Circumstances, after: Outcome, change: Change | None) -> None:
    line = judged(policy, a_vend(ALLOW, ALICE, found))
    assert (line.before, line.after, line.inexact) == (ISSUED, after, None)
    assert compare(ISSUED, after) is change


@pytest.mark.parametrize(
    ("made_by", "found", "before", "policy", "after", "change"),
    [
        (DENY, PLAIN, "denied", ALLOW, ISSUED, Change.MORE),
        (DENY, PLAIN, "denied", APPROVE, Outcome("approval_required"), Change.MORE),
        (APPROVE, PLAIN, "approval_required", DENY, Outcome("denied"), Change.LESS),
        (APPROVE, held(Via.APPROVAL, 0), "approval_required", ALLOW, ISSUED, Change.MORE),
        (APPROVE, held(Via.APPROVAL, 0), "approval_required", APPROVE, Outcome("approval_required"), None),
        (ALLOW, replace(PLAIN, is_locked_out=True), "locked_out", DENY, Outcome("locked_out"), None),
    ],
)
def test_what_was_refused(
    made_by: AccessPolicy, found: Circumstances, before: str, policy: AccessPolicy, after: Outcome, change: Any
) -> None:
    line = judged(policy, a_vend(made_by, ALICE, found))
    assert (line.before, line.after, line.inexact) == (Outcome(before), after, None)
    assert compare(Outcome(before), after) is change


@pytest.mark.parametrize(
    ("policy", "after", "inexact", "detail"),
    [
        (policy_of(rule_of("ops", groups=["ops"])), None, Inexact.NAMES, "group ops"),
        (policy_of(rule_of("main", claims={"ref": ["main"]})), None, Inexact.NAMES, "claim ref"),
        (policy_of(rule_of("dev", groups=["dev", "ops"])), ISSUED, None, ""),
        (policy_of(rule_of("first"), rule_of("ops", "deny", groups=["ops"])), ISSUED, None, ""),
        (policy_of(rule_of("bob", "deny", groups=["ops"], users=["bob"]), rule_of("rest")), ISSUED, None, ""),
        (policy_of(rule_of("ops", groups=["ops"]), rule_of("rest")), ISSUED, None, ""),
    ],
    ids=["a group", "a claim", "in a known group", "decided before", "for another user", "the same either way"],
)
def test_names_that_the_line_does_not_hold_matter_only_where_they_would_decide(
    policy: AccessPolicy, after: Outcome | None, inexact: Inexact | None, detail: str
) -> None:
    line = judged(policy, a_vend(policy_of(rule_of("open", groups=["dev"])), ALICE, PLAIN))
    assert (line.after, line.inexact, line.detail) == (after, inexact, detail)


def test_rules_between_which_the_line_does_not_choose_are_all_named() -> None:
    policy = policy_of(rule_of("ops", groups=["ops"]), rule_of("rest"))
    assert judged(policy, a_vend(ALLOW, ALICE, PLAIN)).rule_after == "ops or rest"


@pytest.mark.parametrize(
    ("policy", "inexact"),
    [
        (APPROVE, Inexact.GRANTS),
        (DENY, None),
        (ALLOW, None),
        (policy_of(rule_of("bob", users=["bob"])), Inexact.GRANTS),
    ],
)
def test_grants_that_were_not_known_matter_only_where_one_would_serve(
    policy: AccessPolicy, inexact: Inexact | None
) -> None:
    assert judged(policy, a_vend(ALLOW, ALICE, replace(PLAIN, grants=None))).inexact is inexact


def profile_of(**changes: Any) -> dict[str, Profile]:
    return {
        "prod": Profile.model_validate(
            {"role_arn": "arn:aws:iam::123456789012:role/sentinel/protected/prod", **changes}
        )
    }


@pytest.mark.parametrize(
    ("catalogue", "after"),
    [
        ({}, Outcome("not_offered")),
        (profile_of(enabled=False), Outcome("not_offered")),
        (profile_of(max_duration="30m"), Outcome("issued", "direct", 1800)),
        (profile_of(), ISSUED),
    ],
)
def test_new_profiles_are_those_that_count(catalogue: dict[str, Profile], after: Outcome) -> None:
    assert judged(ALLOW, a_vend(ALLOW, ALICE, PLAIN), catalogue).after == after


def test_a_profile_that_was_not_offered_is_a_change_only_where_new_profiles_are_given() -> None:
    line = a_vend(ALLOW, ALICE, replace(PLAIN, is_enabled=False))
    assert Replay(ALLOW).judge(line) == NotDecided(Aside.NOT_OFFERED)
    found = judged(ALLOW, line, profile_of())
    assert (found.before, found.after) == (Outcome("not_offered"), ISSUED)
    assert judged(ALLOW, line, {}).after == Outcome("not_offered")


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"outcome": "refused", "code": "throttled"}, "throttled"),
        ({"outcome": "failed", "code": "role_refused"}, "role_refused"),
        ({"outcome": "failed", "code": "unavailable"}, "unavailable"),
        ({"outcome": "refused", "code": "approval_required"}, "grant_used"),
        ({"outcome": "refused", "code": "<script>"}, "not_decided"),
        ({"facts": None, "user": None, "outcome": "refused", "code": "unknown_caller"}, "unknown_caller"),
        ({"facts": None, "schema_version": "1", "outcome": "failed", "code": "unavailable"}, "unavailable"),
        ({"facts": None, "schema_version": "1", "outcome": "refused", "code": "not_found"}, "not_decided"),
    ],
)
def test_what_the_policy_did_not_decide_is_no_change(changes: dict[str, Any], reason: str) -> None:
    line = a_vend(ALLOW, ALICE, PLAIN, **changes)
    assert Replay(DENY).judge(line) == NotDecided(reason)


def test_the_approval_that_another_vend_used_is_no_change() -> None:
    once = replace(held(Via.APPROVAL).grants[0], uses=GrantUses.ONCE)  # type: ignore[index]
    line = a_vend(APPROVE, ALICE, replace(PLAIN, grants=(once,)), outcome="refused", code="approval_required")
    assert Replay(APPROVE).judge(line) == NotDecided(Aside.GRANT_USED)


def test_a_request_for_an_approval_is_judged_by_the_verdict() -> None:
    facts = record_facts(APPROVE, ALICE)
    asked = {"kind": "sentinel.audit", "operation": "POST /v1/requests", "verdict": "require_approval", "facts": facts}
    found = judged(ALLOW, {**asked, "outcome": "answered", "time": "2026-03-04T12:30:00Z", "rule": "asks"})
    assert (found.before, found.after) == (Outcome("require_approval"), Outcome("allow"))


@pytest.mark.parametrize(
    "line",
    [
        {"operation": "GET /profiles", "service": "vend"},
        {"operation": "GET /v1/requests", "service": "admin"},
        {"operation": "POST /v1/requests", "service": "admin", "schema_version": "1", "code": "invalid_request"},
        {},
    ],
)
def test_a_line_without_a_decision_is_none_to_replay(line: dict[str, Any]) -> None:
    assert Replay(ALLOW).judge({"kind": "sentinel.audit", **line}) is None


ROW: Final = {
    "kind": "sentinel.session",
    "time": "2026-03-04T12:30:00Z",
    "outcome": "issued",
    "via": "direct",
    "duration_given_s": 3600,
    "user": "alice",
    "profile": "prod",
    "rule": "open",
    "role_arn": "arn:aws:iam::123456789012:role/sentinel/protected/prod",
    "caller_arn": "arn:aws:sts::123456789012:assumed-role/Developers/alice",
    "source_ip": "192.0.2.7",
}


@pytest.mark.parametrize(
    ("policy", "after"),
    [
        (ALLOW, ISSUED),
        (
            policy_of(rule_of("dev", roles=["Developers"], accounts=["123456789012"], source_ips=["192.0.2.0/24"])),
            ISSUED,
        ),
        (policy_of(rule_of("tokens", issuers=["github"])), Outcome("denied")),
        (policy_of(rule_of("claim", claims={"ref": ["main"]})), Outcome("denied")),
        (policy_of(rule_of("dev", groups=["dev"])), None),
        (APPROVE, Outcome("approval_required")),
    ],
)
def test_a_row_of_the_sessions_is_an_estimate_by_what_it_holds(policy: AccessPolicy, after: Outcome | None) -> None:
    found = judged(policy, ROW)
    assert (found.before, found.after, found.inexact) == (ISSUED, after, Inexact.SESSION_ROW)


@pytest.mark.parametrize(
    ("changes", "policy", "after"),
    [
        ({"caller_arn": "oidc/github/repo:acme"}, policy_of(rule_of("tokens", issuers=["github"])), ISSUED),
        ({"caller_arn": "oidc/github/repo:acme"}, policy_of(rule_of("claim", claims={"ref": ["main"]})), None),
        ({"caller_arn": "?"}, policy_of(rule_of("roles", roles=["Developers"])), None),
        ({"grant_id": "g-1", "via": "approval"}, APPROVE, Outcome("issued", "approval", 3600)),
    ],
)
def test_a_row_says_no_more_of_its_caller_than_is_known(
    changes: dict[str, Any], policy: AccessPolicy, after: Outcome | None
) -> None:
    assert judged(policy, ROW | changes).after == after


def test_lines_without_facts_are_estimates_as_well_and_say_why() -> None:
    old = {**ROW, "kind": "sentinel.audit", "service": "vend", "operation": "GET /"}
    assert judged(APPROVE, old).inexact is Inexact.NO_FACTS
    short = {**old, "schema_version": "1", "shortened": {"facts": "0" * 64}}
    assert judged(APPROVE, short).inexact is Inexact.SHORTENED


def test_a_request_for_an_approval_without_facts_is_in_doubt_and_not_passed_over() -> None:
    asked = {
        **ROW,
        "kind": "sentinel.audit",
        "service": "admin",
        "operation": "POST /v1/requests",
        "outcome": "answered",
    }
    found = judged(ALLOW, asked)
    assert (found.before, found.after, found.inexact) == (None, None, Inexact.NO_FACTS)
    short = {**asked, "schema_version": "1", "verdict": "require_approval", "shortened": {"facts": "0" * 64}}
    found = judged(ALLOW, short)
    assert (found.before, found.after, found.inexact) == (
        Outcome("require_approval"),
        Outcome("allow"),
        Inexact.SHORTENED,
    )


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=8), inner, max_size=2),
    max_leaves=4,
)
POLICY: Final = policy_of(
    rule_of(
        "a", "deny", users=["x*"], roles=["*"], accounts=["123456789012"], source_ips=["10.0.0.0/8"], groups=["ops"]
    ),
    rule_of("b", issuers=["github"], claims={"ref": ["main"]}, authentication=["oidc"]),
    rule_of("c", "require_approval", profiles=["prod"], time={"days": ["wednesday"]}),
)


@settings(max_examples=300)
@given(st.data())
def test_a_line_of_any_content_is_judged_or_counted_and_never_an_error(data: st.DataObject) -> None:
    line = a_vend(POLICY, ALICE, held(Via.APPROVAL))
    at = line["facts"] if data.draw(st.booleans()) else line
    if data.draw(st.integers(0, 3)) == 0:
        at = line["facts"]["grants"][0]
    name = data.draw(st.sampled_from(sorted(at)))
    at[name] = data.draw(json_values)
    found = Replay(POLICY).judge(line)
    if isinstance(found, Judged) and found.before is not None and found.after is not None:
        compare(found.before, found.after)


def test_facts_that_cannot_be_read_are_shown_by_what_the_line_says() -> None:
    line = a_vend(ALLOW, ALICE, PLAIN)
    line["facts"]["at"] = "yesterday"
    found = judged(ALLOW, line)
    assert (found.user, found.inexact, found.after) == ("alice", Inexact.UNUSABLE, None)
