"""A decision on the facts of an audit line is the decision that was made."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sentinel.evidence.restoring import UnusableFactsError, names_not_recorded, restore_circumstances, restore_facts
from shared.core.access.evaluate import Facts, evaluate
from shared.core.access.recorded import Circumstances, record_circumstances, record_facts
from shared.core.access.schema import AccessPolicy
from shared.core.grants import Extended, Grant, GrantUses
from shared.core.groups import Groups
from shared.core.stamp import Via
from tests.unit.core.strategies import asks, documents, facts_of, grants_of

AT = datetime(2026, 11, 29, 10, 0, 0, 123456, tzinfo=UTC)
FACTS = Facts("alice", "prod", AT, groups=Groups(frozenset({"dev"}), frozenset({"corp"})), claims={"team": ("a", "b")})
openness = st.sets(st.sampled_from(["", "corp"])).map(frozenset)


def policy_of(**conditions: object) -> AccessPolicy:
    rule = {"name": "r", "effect": "allow", "conditions": conditions}
    return AccessPolicy.model_validate({"version": "1", "rules": [rule]})


def restore(recorded: dict[str, Any]) -> object:
    return restore_facts(recorded), restore_circumstances(recorded)


def through_a_log(recorded: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(json.dumps(recorded))
    return found


@given(documents(), asks, openness)
def test_recorded_facts_lead_to_the_same_decision_and_authorization(
    document: dict[str, Any], ask: dict[str, Any], not_known_in: frozenset[str]
) -> None:
    policy, facts = AccessPolicy.model_validate(document), facts_of(ask)
    if facts.groups is not None:
        facts = replace(facts, groups=replace(facts.groups, not_known_in=not_known_in))
    requested, cap = (
        None if ask[name] is None else timedelta(seconds=ask[name]) for name in ("requested", "profile_cap")
    )
    circumstances = Circumstances(True, ask["locked_out"], requested, cap, tuple(grants_of(ask)))
    decision = evaluate(policy, facts)
    recorded = through_a_log({**record_facts(policy, facts), **record_circumstances(circumstances)})
    again, restored = restore_facts(recorded), restore_circumstances(recorded)
    assert restored is not None
    assert (evaluate(policy, again), names_not_recorded(policy, recorded)) == (decision, [])
    assert restored.authorize(decision, again.profile, again.at) == circumstances.authorize(
        decision, facts.profile, facts.at
    )


def test_an_extension_is_still_one() -> None:
    approval = Grant(Via.APPROVAL, "g", "prod", AT - timedelta(hours=1), AT + timedelta(seconds=30))
    extension = Grant(
        Via.APPROVAL, "e", "prod", approval.ends_at, AT + timedelta(hours=1), extends=Extended("g", timedelta(hours=1))
    )
    once = replace(approval, grant_id="o", uses=GrantUses.ONCE)
    policy = policy_of()
    found = Circumstances(True, False, None, None, (approval, extension, once))
    restored = restore_circumstances(through_a_log({**record_facts(policy, FACTS), **record_circumstances(found)}))
    assert restored is not None
    assert restored.grants is not None
    assert [(each.grant_id, each.uses, each.ends_at) for each in restored.grants] == [
        ("g", GrantUses.WINDOW, approval.ends_at),
        ("e", GrantUses.WINDOW, extension.ends_at),
        ("o", GrantUses.ONCE, approval.ends_at),
    ]
    assert restored.grants[1].extends == Extended("g", timedelta(0))


def test_only_names_that_the_policy_reads_are_kept_and_an_absent_one_differs_from_one_not_looked_at() -> None:
    deciding = policy_of(groups=["dev", "ops", "corp/dev"], claims={"team": ["a"], "env": ["prod"]})
    recorded = record_facts(deciding, FACTS)
    assert recorded["groups"] == {"corp/dev": None, "dev": True, "ops": False}
    assert recorded["claims"] == {"env": None, "team": ("a", "b")}
    other = policy_of(groups=["dev", "audit"], claims={"team": ["a"], "repository": ["x"]})
    assert names_not_recorded(other, recorded) == ["claim repository", "group audit"]


def test_of_a_caller_whose_groups_are_not_known_no_name_is_missing() -> None:
    recorded = record_facts(policy_of(), replace(FACTS, groups=None, claims=None))
    assert names_not_recorded(policy_of(groups=["dev"], claims={"team": ["a"]}), recorded) == []


def test_grants_that_could_not_be_judged_are_not_known_rather_than_none() -> None:
    recorded = record_circumstances(Circumstances(True, False, None, None, None))
    assert recorded["grants"] is None


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"at": "yesterday"}, "yesterday"),
        ({"at": None}, "fromisoformat"),
        ({"authentication": "password"}, "password"),
        ({"claims": {"team": 3}}, "not iterable"),
        ({"groups": ["dev"]}, "items"),
    ],
)
def test_facts_that_are_not_sentinel_s_are_refused_and_not_guessed(changed: dict[str, object], says: str) -> None:
    with pytest.raises(UnusableFactsError, match=says):
        restore_facts(through_a_log({**record_facts(policy_of(), FACTS)}) | changed)


@pytest.mark.parametrize(
    "name", ["at", "user", "profile", "role", "source_ip", "claims", "groups", "grants", "enabled"]
)
def test_a_missing_fact_is_refused_and_not_taken_for_an_unknown_one(name: str) -> None:
    recorded = {
        **record_facts(policy_of(), FACTS),
        **record_circumstances(Circumstances(True, False, None, None, ())),
    }
    del recorded[name]
    with pytest.raises(UnusableFactsError, match=name):
        restore(recorded)


def test_a_decision_on_a_request_for_approval_has_no_circumstances() -> None:
    assert restore_circumstances(record_facts(policy_of(), FACTS)) is None
