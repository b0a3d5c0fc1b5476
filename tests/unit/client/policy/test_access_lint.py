from datetime import UTC, datetime
from typing import Any

import pytest

from sentinel.policy.access_lint import lint_access
from sentinel.policy.lint import Lint
from shared.core.access.schema import AccessPolicy
from shared.core.profile import Profile
from shared.core.session_policy import MAX_LENGTH, compose_session_policy

HOURS = {"start": "09:00", "end": "17:00"}
S3 = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]}
NO_S3 = {"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": "s3:*", "Resource": "*"}]}
END = datetime(2026, 1, 5, 10, 30, tzinfo=UTC)


def rule(effect: str = "allow", *, name: str = "a", **more: Any) -> dict[str, Any]:
    return {"name": name, "effect": effect, "conditions": {"users": ["alice"]}, **more}


def found(*rules: dict[str, Any], profiles: dict[str, Profile] | None = None) -> list[Lint]:
    return lint_access(AccessPolicy.model_validate({"version": "1", "rules": list(rules)}), profiles)


@pytest.mark.parametrize(
    ("written", "place", "code", "message"),
    [
        (
            rule(max_duration="2h"),
            "rules[0].max_duration",
            "clamped-duration",
            "2h becomes 1h: STS ends a session vended by a role after an hour",
        ),
        (
            rule(session_table="t"),
            "rules[0].session_table",
            "ignored-key",
            "the service records every session in its own table: remove the key",
        ),
        (
            rule(break_glass=True),
            "rules[0].break_glass",
            "ignored-key",
            "an allow rule needs no break-glass: remove the key",
        ),
        (
            rule("deny", max_duration="30m"),
            "rules[0].max_duration",
            "ignored-key",
            "this deny never issues a session: remove the key",
        ),
        (
            rule("deny", session_policy=S3),
            "rules[0].session_policy",
            "ignored-key",
            "this deny never issues a session: remove the key",
        ),
        (
            rule(conditions={"mode": ["cli"]}),
            "rules[0].conditions.mode",
            "never-matches",
            "everything vended here is server, so the rule never matches: remove mode, or the rule",
        ),
        (
            rule(conditions={"users": ["*"]}),
            "rules[0].conditions.users",
            "star-misses-roles",
            '"*" never matches a slash, so no role/<name> caller: leave users out for everyone, or add "role/*"',
        ),
        (
            rule(conditions={"time": {"hours": HOURS}}),
            "rules[0].conditions.time",
            "utc-by-default",
            "the hours are UTC: write timezone: UTC if that is meant, or a name such as Europe/Berlin",
        ),
        (rule(shadow=True), "rules", "only-shadows", "every rule is a shadow, so everyone is denied"),
    ],
)
def test_what_is_probably_not_meant_is_found(written: dict[str, Any], place: str, code: str, message: str) -> None:
    assert found(written) == [Lint(place, code, message)]


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
    message = "never reached: rule 'all' before it matches everyone"
    assert found(rule(name="all", conditions={}), rule(name="b"), rule(name="c", shadow=True)) == [
        Lint("rules[1]", "unreachable", message),
        Lint("rules[2]", "unreachable", message),
    ]


def test_rules_after_a_shadow_for_everyone_are_reached() -> None:
    assert found(rule(conditions={}, shadow=True), rule(name="b")) == []


SAME = Lint("rules[1]", "unreachable", "never reached: rule 'a' before it has the same conditions")


def test_a_rule_with_the_conditions_of_an_earlier_one_is_never_reached() -> None:
    one, other = {"users": ["a", "b"], "profiles": ["x"]}, {"users": ["b", "a"], "profiles": ["x"]}
    assert found(rule(conditions=one), rule("deny", name="b", conditions=other)) == [SAME]


@pytest.mark.parametrize("unsure", [{"accounts": ["123456789012"]}, {"roles": ["Dev"]}, {"source_ips": ["10.0.0.0/8"]}])
def test_of_two_rules_about_what_may_not_be_known_only_a_deny_after_an_allow_is_reached(unsure: dict[str, Any]) -> None:
    deny, allow = rule("deny", conditions=unsure), rule(conditions=unsure)
    assert found(allow, deny | {"name": "b"}) == []
    assert found(allow, allow | {"name": "b"}) == [SAME]
    assert found(deny, allow | {"name": "b"}) == [SAME]
    assert found(deny, deny | {"name": "b"}) == [SAME]


def profile(name: str, **more: Any) -> Profile:
    return Profile.model_validate({"role_arn": f"arn:aws:iam::123456789012:role/{name}", **more})


def test_a_literal_profile_that_is_not_in_the_catalogue_is_found_and_a_glob_is_not() -> None:
    named = rule(conditions={"profiles": ["dev", "gone", "later-*"]})
    assert found(named, profiles={"dev": profile("dev")}) == [
        Lint("rules[0].conditions.profiles[1]", "unknown-profile", "there is no profile 'gone' in the catalogue"),
    ]
    assert found(named) == []


def test_session_policies_that_cannot_be_combined_are_found() -> None:
    narrowing = rule(conditions={"profiles": ["dev"]}, session_policy=S3)
    assert found(narrowing, profiles={"dev": profile("dev", session_policy=S3)}) == [
        Lint(
            "rules[0].session_policy",
            "cannot-combine",
            "with profile 'dev': the profile's and the rule's session policies both allow; keep Allow statements in "
            "one, Deny in the other",
        ),
    ]
    assert found(narrowing, profiles={"dev": profile("dev", session_policy=NO_S3)}) == []
    elsewhere = {"dev": profile("dev"), "prod": profile("prod", session_policy=S3)}
    assert found(narrowing, profiles=elsewhere) == []


def test_session_policies_that_fit_together_only_without_the_end_of_a_grant_are_found() -> None:
    def naming(length: int) -> dict[str, Any]:
        return {**NO_S3, "Statement": [{"Effect": "Deny", "Action": "*", "Resource": f"arn:aws:s3:::{'x' * length}"}]}

    narrowing = rule(conditions={"profiles": ["dev"]}, session_policy=S3)
    spare = MAX_LENGTH - len(compose_session_policy([naming(0), S3], not_after=END) or "")
    assert found(narrowing, profiles={"dev": profile("dev", session_policy=naming(spare))}) == []
    assert found(narrowing, profiles={"dev": profile("dev", session_policy=naming(spare + 1))}) == [
        Lint(
            "rules[0].session_policy",
            "cannot-combine",
            "with profile 'dev': the session policy is 2049 characters with what is added to it; STS accepts 2048",
        ),
    ]
