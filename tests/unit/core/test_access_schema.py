"""The access policy's schema: the Go CLI's dialect loads unchanged, its traps are closed."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from shared.core.access.evaluate import Facts, evaluate, parse_source_ip
from shared.core.access.schema import AccessPolicy
from shared.documents import DocumentError, load_access_policy, load_document

EXAMPLES = Path(__file__).parents[3] / "examples" / "policies"
MONDAY_NOON = datetime(2026, 1, 5, 17, tzinfo=UTC)


def problems(rule: str, *, head: str = 'version: "1"') -> list[str]:
    with pytest.raises(DocumentError) as caught:
        load_access_policy(f"{head}\nrules:\n- {rule}")
    return [str(problem) for problem in caught.value.problems]


@pytest.mark.parametrize("file", sorted((EXAMPLES / "go-cli").iterdir()), ids=lambda file: file.name)
def test_policies_of_the_go_cli_load_unchanged(file: Path) -> None:
    assert load_access_policy(file.read_text()).rules


def test_a_go_cli_policy_decides_as_it_did_there() -> None:
    policy = load_access_policy((EXAMPLES / "go-cli" / "business-hours.yaml").read_text())
    office = evaluate(policy, Facts("alice", "prod", MONDAY_NOON))
    evening = evaluate(policy, Facts("alice", "prod", MONDAY_NOON + timedelta(hours=8)))
    other = evaluate(policy, Facts("carol", "secrets", MONDAY_NOON))
    assert (office.verdict, office.rule_name) == ("allow", "production-office-hours")
    assert office.rule is not None
    assert office.rule.cap == timedelta(minutes=15)
    assert (evening.verdict, evening.rule_name) == ("require_approval", "production-otherwise")
    assert (other.verdict, other.rule_name) == ("deny", "default-deny")


@pytest.mark.parametrize(
    ("rule", "problem"),
    [
        ("{name: a, effect: alow, conditions: {}}", 'did you mean "allow"?'),
        ("{name: a, effect: Allow, conditions: {}}", "must be one of allow, deny"),
        ("{name: a, effect: allow}", "rules[0].conditions: missing: write what must hold, or {} for everyone"),
        ("{name: a, effect: allow, conditions: null}", "rules[0].conditions: null where a value belongs"),
        ("{effect: allow, conditions: {}}", "rules[0].name: missing"),
        ("{name: '', effect: allow, conditions: {}}", "rules[0].name: may not be empty"),
        (
            "{name: a, effect: allow, conditions: {profile: [x]}}",
            'rules[0].conditions.profile: unknown key; did you mean "profiles"?',
        ),
        ("{name: a, effect: allow, conditions: {users: []}}", "rules[0].conditions.users: an empty list"),
        ("{name: a, effect: allow, conditions: {users: alice}}", "must be a list, even of one"),
        ("{name: a, effect: allow, conditions: {users: ['']}}", "rules[0].conditions.users[0]: may not be empty"),
        ("{name: a, effect: allow, conditions: {mode: [lambda]}}", "must be one of server, cli, credential_process"),
        ("{name: a, effect: allow, conditions: {device: {mdm: true}}}", "device conditions cannot be checked"),
        (
            "{name: a, effect: allow, conditions: {accounts: [123456789012]}}",
            "accounts[0]: an account is text: put its 12 digits in quotes, or a leading zero is lost",
        ),
        (
            "{name: a, effect: allow, conditions: {accounts: ['12']}}",
            "accounts[0]: an account is exactly 12 digits in quotes",
        ),
        ("{name: a, effect: allow, conditions: {source_ips: [10.0.0.1/8]}}", "has host bits set"),
        (
            "{name: a, effect: allow, conditions: {source_ips: [10]}}",
            "source_ips[0]: a source address is text such as 10.0.0.0/8 or 192.0.2.7",
        ),
        (
            "{name: a, effect: allow, conditions: {source_ips: [localhost]}}",
            "source_ips[0]: 'localhost' does not appear to be an IPv4 or IPv6 address; write a CIDR block",
        ),
        ("{name: a, effect: allow, conditions: {time: {}}}", "needs days, hours or both"),
        ("{name: a, effect: allow, conditions: {time: {timezone: UTC}}}", "needs days, hours or both"),
        ("{name: a, effect: allow, conditions: {time: {days: [fryday]}}}", 'did you mean "friday"?'),
        (
            "{name: a, effect: allow, conditions: {time: {days: [friday], timezone: Europe/Berln}}}",
            "unknown time zone 'Europe/Berln'",
        ),
        (
            "{name: a, effect: allow, conditions: {time: {hours: {start: '09:00', end: '09:00'}}}}",
            "start and end are the same",
        ),
        ("{name: a, effect: allow, conditions: {time: {hours: {start: '24:00', end: '09:00'}}}}", "HH:MM"),
        ("{name: a, effect: allow, conditions: {time: {hours: {start: '9:00', end: '10:00'}}}}", "HH:MM"),
        ("{name: a, effect: allow, conditions: {time: {hours: {start: '09:00'}}}}", "hours.end: missing"),
        ("{name: a, effect: allow, conditions: {}, max_duration: 14m}", "at least 15m"),
        (
            "{name: a, effect: allow, conditions: {}, max_server_duration: 14m}",
            "rules[0].max_server_duration: at least",
        ),
        ("{name: a, effect: allow, conditions: {}, max_duration: fast}", "written like 1h30m"),
        ("{name: a, effect: allow, conditions: {}, max_duration: 1h, max_server_duration: 1h}", "same setting"),
        ("{name: a, effect: allow, conditions: {}, break_glass: 'yes'}", "must be true or false"),
        ("{name: a, effect: allow, conditions: {}, shadow: no}", "must be true or false"),
        ("{name: a, effect: allow, conditions: {}, session_policy: {}}", '"Version" must be'),
        ("a", "rules[0]: must be a mapping"),
    ],
)
def test_a_trap_is_an_error_that_names_its_place_and_its_remedy(rule: str, problem: str) -> None:
    assert any(problem in found for found in problems(rule)), problems(rule)


@pytest.mark.parametrize(
    "head", ['version: "2"', "version: 2", "version: 1.0", "version: true", "version: v1", "# none"]
)
def test_any_other_schema_version_is_refused(head: str) -> None:
    assert any("version" in found for found in problems("{name: a, effect: allow, conditions: {}}", head=head))


def test_two_rules_of_one_name_are_an_error() -> None:
    twice = "{name: a, effect: allow, conditions: {}}\n- {name: a, effect: deny, conditions: {}}"
    assert any("two rules are named 'a'" in found for found in problems(twice))


def test_a_policy_without_rules_is_an_error() -> None:
    with pytest.raises(DocumentError, match="empty list"):
        load_document('{"version": "1", "rules": []}', AccessPolicy)


def conditions(**written: Any) -> AccessPolicy:
    rule = {"name": "a", "effect": "allow", "conditions": written}
    return AccessPolicy.model_validate({"version": "1", "rules": [rule]})


@pytest.mark.parametrize(
    ("block", "address", "holds"),
    [
        ("10.0.0.0/8", "10.255.0.1", True),
        ("10.0.0.0/8", "11.0.0.1", False),
        ("192.0.2.7", "192.0.2.7", True),
        ("192.0.2.7", "192.0.2.8", False),
        ("10.0.0.0/8", "::ffff:10.1.1.1", True),
        ("::ffff:10.0.0.0/104", "10.1.1.1", True),
        ("::ffff:10.0.0.0/104", "11.1.1.1", False),
        ("2001:db8::/32", "2001:db8::1", True),
        ("0.0.0.0/0", "2001:db8::1", False),
    ],
)
def test_source_addresses_are_matched_by_block_with_mapped_ones_unwrapped(
    block: str,
    address: str,
    *,
    holds: bool,
) -> None:
    facts = Facts("alice", "dev", MONDAY_NOON, source_ip=parse_source_ip(address))
    assert (evaluate(conditions(source_ips=[block]), facts).rule is not None) is holds


def test_text_that_is_no_address_is_not_known() -> None:
    assert parse_source_ip("10.0.0.1:443") is None


@pytest.mark.parametrize("effect", ["allow", "require_approval", "deny"])
@pytest.mark.parametrize("written", [{"accounts": ["123456789012"]}, {"roles": ["*"]}, {"source_ips": ["0.0.0.0/0"]}])
def test_an_unknown_fact_fails_its_condition_except_in_a_deny(effect: str, written: dict[str, Any]) -> None:
    rule = {"name": "a", "effect": effect, "conditions": written}
    policy = AccessPolicy.model_validate({"version": "1", "rules": [rule]})
    assert (evaluate(policy, Facts("alice", "dev", MONDAY_NOON)).rule is not None) is (effect == "deny")


def test_a_caller_known_to_have_no_role_matches_no_role() -> None:
    assert evaluate(conditions(roles=["*"]), Facts("alice", "dev", MONDAY_NOON, role="")).rule is None


def test_shadows_that_would_have_decided_otherwise_are_named() -> None:
    policy = AccessPolicy.model_validate(
        {
            "version": "1",
            "rules": [
                {"name": "trial", "effect": "deny", "conditions": {}, "shadow": True},
                {"name": "agreeing", "effect": "require_server", "conditions": {}, "shadow": True},
                {"name": "real", "effect": "allow", "conditions": {}},
            ],
        },
    )
    decision = evaluate(policy, Facts("alice", "dev", MONDAY_NOON))
    assert (decision.rule_name, decision.dissenting_shadows) == ("real", ("trial",))
