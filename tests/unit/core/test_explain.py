from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from shared.core.access.authorize import Issue, RefusalCode, Refuse
from shared.core.access.evaluate import Facts, parse_source_ip
from shared.core.access.explain import RuleAccount, explain, explain_rules
from shared.core.access.schema import AccessPolicy
from shared.core.stamp import Via

MONDAY = datetime(2026, 1, 5, 20, 30, tzinfo=UTC)


def account(effect: str, conditions: dict[str, Any], **facts: Any) -> RuleAccount:
    rule = {"name": "a", "effect": effect, "conditions": conditions}
    policy = AccessPolicy.model_validate({"version": "1", "rules": [rule]})
    return next(explain_rules(policy, Facts("alice", "dev", MONDAY, **facts)))


def words(effect: str, conditions: dict[str, Any], **facts: Any) -> list[str]:
    return [condition.words for condition in account(effect, conditions, **facts).conditions]


def test_a_name_that_matches_nothing_is_explained_with_what_was_listed() -> None:
    assert words("allow", {"profiles": ["prod", "prod-*"], "users": ["al*"]}) == [
        "profile dev matches none of prod, prod-*",
        "user alice matches one of al*",
    ]


def test_the_local_time_is_given_in_the_zone_of_the_rule() -> None:
    window = {"days": ["monday"], "hours": {"start": "22:00", "end": "06:00"}, "timezone": "Europe/Berlin"}
    assert words("allow", {"time": window}) == [
        "monday 21:30 in Europe/Berlin is outside monday 22:00 to 06:00 of the next day",
    ]
    assert words("allow", {"time": {"days": ["sunday", "monday"]}}) == [
        "monday 20:30 in UTC is within sunday, monday",
    ]
    assert words("allow", {"time": {"hours": {"start": "20:30", "end": "24:00"}}}) == [
        "monday 20:30 in UTC is within every day 20:30 to 24:00",
    ]


def test_an_unknown_fact_is_explained_with_what_follows_from_it() -> None:
    inside = {"source_ips": ["10.0.0.0/8"]}
    assert words("allow", inside) == ["the source address is not known, so the condition fails"]
    assert words("deny", inside) == ["the source address is not known, which counts as holding in a deny"]
    assert account("deny", inside).matched


def test_known_facts_are_given_as_they_are() -> None:
    conditions = {"accounts": ["123456789012"], "roles": ["Dev*"], "source_ips": ["192.0.2.7"], "mode": ["cli"]}
    explained = words("allow", conditions, account="210987654321", role="", source_ip=parse_source_ip("192.0.2.7"))
    assert explained == [
        "account 210987654321 matches none of 123456789012",
        "role (none) matches none of Dev*",
        "source address 192.0.2.7 matches one of 192.0.2.7/32",
        "every vend is server, which is not listed",
    ]
    assert words("allow", {"mode": ["cli", "server"]}) == ["every vend is server, which is listed"]


def test_only_the_rule_that_decides_says_so_and_a_shadow_never_does() -> None:
    rules: list[dict[str, Any]] = [
        {"name": name, "effect": "allow", "conditions": {}, "shadow": name == "shadow"}
        for name in ("shadow", "first", "second")
    ]
    policy = AccessPolicy.model_validate({"version": "1", "rules": rules})
    assert list(explain_rules(policy, Facts("alice", "dev", MONDAY))) == [
        RuleAccount("shadow", "allow", is_shadow=True, matched=True, decides=False, conditions=()),
        RuleAccount("first", "allow", is_shadow=False, matched=True, decides=True, conditions=()),
        RuleAccount("second", "allow", is_shadow=False, matched=True, decides=False, conditions=()),
    ]


def test_the_outcome_is_what_the_service_would_answer() -> None:
    rule = {"name": "all", "effect": "allow", "conditions": {}}
    policy, facts = AccessPolicy.model_validate({"version": "1", "rules": [rule]}), Facts("alice", "dev", MONDAY)
    hour, cap, wish = timedelta(hours=1), timedelta(minutes=20), timedelta(minutes=15)
    assert explain(policy, facts).outcome == Issue(Via.DIRECT, None, hour, hour, None)
    assert explain(policy, facts, profile_cap=cap).outcome == Issue(Via.DIRECT, None, cap, cap, None)
    assert explain(policy, facts, profile_cap=cap, requested=wish).outcome == Issue(Via.DIRECT, None, wish, wish, None)
    assert explain(policy, facts, is_locked_out=True).outcome == Refuse(RefusalCode.LOCKED_OUT)


@pytest.mark.parametrize(
    ("conditions", "concerns"),
    [
        ({"users": ["alice"]}, True),
        ({"users": ["bob"]}, False),
        ({"profiles": ["prod"]}, False),
        ({"accounts": ["999988887777"]}, False),
        ({"roles": ["Admin"]}, False),
        ({"users": ["alice"], "time": {"days": ["sunday"]}}, True),
        ({"users": ["alice"], "source_ips": ["192.0.2.0/24"]}, True),
        ({"users": ["bob"], "time": {"days": ["monday"]}}, False),
    ],
)
def test_a_rule_concerns_who_asks_at_any_time_and_place(conditions: dict[str, Any], *, concerns: bool) -> None:
    facts = {"account": "111122223333", "role": "Dev", "source_ip": parse_source_ip("10.0.0.1")}
    assert account("allow", conditions, **facts).concerns_asker is concerns


def test_a_rule_about_a_fact_that_is_not_known_may_concern_who_asks() -> None:
    assert account("allow", {"accounts": ["999988887777"]}).concerns_asker
