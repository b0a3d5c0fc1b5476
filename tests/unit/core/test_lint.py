from typing import Any

import pytest

from shared.core.access.lint import lint
from shared.core.access.schema import AccessPolicy
from shared.core.profile import Profile


def rule(effect: str = "allow", *, name: str = "a", **more: Any) -> dict[str, Any]:
    return {"name": name, "effect": effect, "conditions": {"users": ["alice"]}, **more}


def found(*rules: dict[str, Any], profiles: dict[str, Profile] | None = None) -> list[tuple[str, str]]:
    policy = AccessPolicy.model_validate({"version": "1", "rules": list(rules)})
    return [(finding.place, finding.rule) for finding in lint(policy, profiles)]


HOURS = {"start": "09:00", "end": "17:00"}
S3 = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]}
NO_S3 = {"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": "s3:*", "Resource": "*"}]}


@pytest.mark.parametrize(
    ("written", "finding"),
    [
        (rule(max_duration="2h"), ("rules[0].max_duration", "clamped-duration")),
        (rule(session_table="t"), ("rules[0].session_table", "ignored-key")),
        (rule(break_glass=True), ("rules[0].break_glass", "ignored-key")),
        (rule("deny", max_duration="30m"), ("rules[0].max_duration", "ignored-key")),
        (rule("deny", session_policy=S3), ("rules[0].session_policy", "ignored-key")),
        (rule(conditions={"mode": ["cli"]}), ("rules[0].conditions.mode", "never-matches")),
        (rule(conditions={"users": ["al[ie]ce"]}), ("rules[0].conditions.users[0]", "literal-bracket")),
        (rule(conditions={"roles": ["team/Dev"]}), ("rules[0].conditions.roles[0]", "never-matches")),
        (rule(conditions={"users": ["arn:aws:iam::1:user/a"]}), ("rules[0].conditions.users[0]", "never-matches")),
        (rule(conditions={"users": ["*"]}), ("rules[0].conditions.users", "star-misses-roles")),
        (rule(conditions={"time": {"hours": HOURS}}), ("rules[0].conditions.time", "utc-by-default")),
        (rule(shadow=True), ("rules", "only-shadows")),
    ],
)
def test_what_is_probably_not_meant_is_found(written: dict[str, Any], finding: tuple[str, str]) -> None:
    assert found(written) == [finding]


@pytest.mark.parametrize(
    "written",
    [
        rule(max_duration="1h"),
        rule("deny"),
        rule("deny", break_glass=True, max_duration="30m"),
        rule("require_approval", break_glass=False),
        rule(conditions={"mode": ["server", "cli"]}),
        rule(conditions={"users": ["*", "role/*"]}),
        rule(conditions={"users": ["al*"]}),
        rule(conditions={"time": {"hours": HOURS, "timezone": "UTC"}}),
        rule(conditions={"time": {"days": ["monday"]}}),
        rule(conditions={}),
    ],
)
def test_what_is_plainly_meant_is_left_alone(written: dict[str, Any]) -> None:
    assert found(written) == []


def test_rules_after_one_for_everyone_are_never_reached_shadows_too() -> None:
    everyone = rule(conditions={})
    assert found(everyone, rule(name="b"), rule(name="c", shadow=True)) == [
        ("rules[1]", "unreachable"),
        ("rules[2]", "unreachable"),
    ]


def test_rules_after_a_shadow_for_everyone_are_reached() -> None:
    assert found(rule(conditions={}, shadow=True), rule(name="b")) == []


def test_a_rule_with_the_conditions_of_an_earlier_one_is_never_reached() -> None:
    one, other = {"users": ["a", "b"], "profiles": ["x"]}, {"users": ["b", "a"], "profiles": ["x"]}
    assert found(rule(conditions=one), rule("deny", name="b", conditions=other)) == [("rules[1]", "unreachable")]


def test_a_deny_after_an_allow_decides_where_the_fact_is_not_known() -> None:
    office = {"source_ips": ["10.0.0.0/8"]}
    assert found(rule(conditions=office), rule("deny", name="b", conditions=office)) == []


def profile(name: str, **more: Any) -> Profile:
    return Profile.model_validate({"role_arn": f"arn:aws:iam::123456789012:role/{name}", **more})


def test_a_literal_profile_that_is_not_in_the_catalogue_is_found_and_a_glob_is_not() -> None:
    named = rule(conditions={"profiles": ["dev", "gone", "later-*"]})
    assert found(named, profiles={"dev": profile("dev")}) == [("rules[0].conditions.profiles[1]", "unknown-profile")]
    assert found(named) == []


def test_session_policies_that_cannot_be_combined_are_found() -> None:
    narrowing = rule(conditions={"profiles": ["dev"]}, session_policy=S3)
    assert found(narrowing, profiles={"dev": profile("dev", session_policy=S3)}) == [
        ("rules[0].session_policy", "cannot-combine"),
    ]
    assert found(narrowing, profiles={"dev": profile("dev", session_policy=NO_S3)}) == []
    elsewhere = {"dev": profile("dev"), "prod": profile("prod", session_policy=S3)}
    assert found(narrowing, profiles=elsewhere) == []
