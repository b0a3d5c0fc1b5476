"""`sentinel policy test`: a policy's own unit tests."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

from tests.unit.client.policy.conftest import EXAMPLES, Sentinel

POLICY = """
version: "1"
rules:
- {name: no-guests, effect: deny, conditions: {users: [guest]}}
- {name: office, effect: allow, conditions: {profiles: [dev], source_ips: [10.0.0.0/8]}}
- {name: ask, effect: require_approval, conditions: {profiles: [prod]}, max_duration: 30m}
"""
AT = "2026-01-05T10:00:00+01:00"


def case(request: dict[str, Any], expect: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"name": "it", "request": {"user": "alice", "profile": "prod", "at": AT} | request, "expect": expect, **more}


def run(sentinel: Sentinel, cases: Any, *arguments: str) -> Result:
    Path("access.yaml").write_text(POLICY)
    Path("cases.yaml").write_text(cases if isinstance(cases, str) else json.dumps(cases))
    return sentinel("test", "--policy", "access.yaml", "cases.yaml", *arguments)


def got(sentinel: Sentinel, written: dict[str, Any], *arguments: str) -> dict[str, Any]:
    result = run(sentinel, [written], *arguments, "--json")
    answer: dict[str, Any] = json.loads(result.output)[0]["got"]
    return answer


def test_the_examples_pass_their_own_tests(sentinel: Sentinel) -> None:
    result = sentinel(
        "test",
        "--policy",
        EXAMPLES / "access.yaml",
        "--profiles",
        EXAMPLES / "profiles",
        EXAMPLES / "access.cases.yaml",
    )
    assert result.exit_code == 0
    assert "10 passed, 0 failed" in result.output


def test_a_case_that_fails_exits_with_1_and_says_what_came_instead(sentinel: Sentinel) -> None:
    wrong = case({}, {"outcome": "issue", "rule": None})
    result = run(sentinel, [wrong])
    assert result.exit_code == 1
    assert "FAIL  it: outcome approval_required (expected issue), rule ask (expected none)" in result.output


def test_json_lists_name_passed_expect_and_got(sentinel: Sentinel) -> None:
    result = run(sentinel, [case({}, {"outcome": "denied", "rule": None, "duration": "1h"})], "--json")
    assert result.exit_code == 1
    assert json.loads(result.output) == [
        {
            "name": "it",
            "passed": False,
            "expect": {"outcome": "denied", "rule": None, "duration": 3600},
            "got": {"outcome": "approval_required", "via": None, "rule": "ask", "duration": None},
        },
    ]


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        (case({}, {}, grants={"approval": 3600}), ("issue", "approval", "ask", 1800)),
        (case({}, {}, grants={"approval": 600}), ("issue", "approval", "ask", 600)),
        (case({}, {}, grants={"approval": 60}), ("issue", "approval", "ask", 60)),
        (case({}, {}, grants={"approval": 59}), ("grant_ending", None, "ask", None)),
        (case({}, {}, grants={"approval": 0}), ("approval_required", None, "ask", None)),
        (case({}, {}, grants={"approval": -5}), ("approval_required", None, "ask", None)),
        (case({}, {}, grants={"break_glass": 7200}), ("issue", "break-glass", "ask", 1800)),
        (case({}, {}, grants={"approval": 30, "break_glass": 900}), ("issue", "break-glass", "ask", 900)),
        (case({"duration": 1200}, {}, grants={"approval": 3600}), ("issue", "approval", "ask", 1200)),
        (case({"duration": "20m"}, {}, grants={"approval": 3600}), ("issue", "approval", "ask", 1200)),
        (case({}, {}, locked_out=True, grants={"break_glass": 900}), ("locked_out", None, "ask", None)),
        (case({"user": "guest"}, {}, grants={"approval": 900}), ("denied", None, "no-guests", None)),
        (case({"profile": "none"}, {}), ("denied", None, None, None)),
        (case({"profile": "none"}, {}, grants={"break_glass": 900}), ("issue", "break-glass", None, 900)),
        (case({"profile": "dev"}, {}), ("denied", None, None, None)),  # the address is not known
        (case({"profile": "dev", "source_ip": "10.1.2.3"}, {}), ("issue", "direct", "office", 3600)),
        (case({"profile": "dev", "source_ip": "::ffff:10.1.2.3"}, {}), ("issue", "direct", "office", 3600)),
    ],
)
def test_a_case_is_answered_as_the_service_would(
    sentinel: Sentinel,
    written: dict[str, Any],
    expected: tuple[str, str | None, str | None, int | None],
) -> None:
    answer = got(sentinel, written | {"expect": {"outcome": "issue"}})
    assert (answer["outcome"], answer["via"], answer["rule"], answer["duration"]) == expected


def test_only_what_is_expected_is_compared(sentinel: Sentinel) -> None:
    assert run(sentinel, [case({}, {"outcome": "approval_required"})]).exit_code == 0
    assert run(sentinel, [case({}, {"outcome": "approval_required", "rule": None})]).exit_code == 1
    assert run(sentinel, [case({"profile": "x"}, {"outcome": "denied", "rule": None})]).exit_code == 0


def catalogue(**profiles: str) -> None:
    Path("profiles").mkdir()
    for name, more in profiles.items():
        Path("profiles", f"{name}.yaml").write_text(f"role_arn: arn:aws:iam::123456789012:role/{name}\n{more}\n")


def test_with_a_catalogue_an_unknown_or_disabled_profile_is_denied_before_anything_else(sentinel: Sentinel) -> None:
    catalogue(prod="enabled: false")
    nothing = {"outcome": "denied", "via": None, "rule": None, "duration": None}
    grants = {"approval": 3600, "break_glass": 3600}
    for profile in ("prod", "gone"):
        written = case({"profile": profile}, {"outcome": "denied"}, grants=grants, locked_out=True)
        assert got(sentinel, written, "--profiles", "profiles") == nothing


def test_with_a_catalogue_a_profiles_cap_counts(sentinel: Sentinel) -> None:
    catalogue(prod="max_duration: 16m")
    written = case({}, {"outcome": "issue"}, grants={"approval": 3600})
    assert got(sentinel, written, "--profiles", "profiles")["duration"] == 960


@pytest.mark.parametrize(
    ("written", "complaint"),
    [
        (case({"duration": 899}, {"outcome": "issue"}), "[0].request.duration: STS issues nothing under 15m"),
        (case({"duration": 43201}, {"outcome": "issue"}), "[0].request.duration: STS issues"),
        (case({"duration": "soon"}, {"outcome": "issue"}), "[0].request.duration: a duration is written like"),
        (
            case({"at": "2026-01-05T10:00:00"}, {"outcome": "issue"}),
            "[0].request.at: an instant is written in ISO 8601",
        ),
        (case({"at": "0001-01-01T00:00:00+14:00"}, {"outcome": "issue"}), "[0].request.at: an instant"),
        (case({"at": None}, {"outcome": "issue"}), "[0].request.at: null where a value belongs"),
        (case({"usr": "x"}, {"outcome": "issue"}), '[0].request.usr: unknown key; did you mean "user"?'),
        (case({"source_ip": "home"}, {"outcome": "issue"}), "[0].request.source_ip: a source address"),
        (case({"account": "12"}, {"outcome": "issue"}), "[0].request.account: an account is exactly 12 digits"),
        (case({}, {"outcome": "allow"}), "[0].expect.outcome: must be one of issue, approval_required"),
        (case({}, {"outcome": "issue", "via": "breakglass"}), 'did you mean "break-glass"?'),
        (case({}, {}), "[0].expect.outcome: missing"),
        (
            case({}, {"outcome": "issue"}, grants={"aproval": 5}),
            '[0].grants.aproval: unknown key; did you mean "approval"?',
        ),
        (case({}, {"outcome": "issue"}, grants={"approval": "1h"}), "[0].grants.approval: must be a number"),
        (case({}, {"outcome": "issue"}, grants={"approval": 1e12}), "[0].grants.approval"),
        (case({}, {"outcome": "issue"}, lockedout=True), '[0].lockedout: unknown key; did you mean "locked_out"?'),
        ({"name": "x"}, "[0].request: missing"),
    ],
)
def test_a_malformed_case_exits_with_2_and_names_its_place(
    sentinel: Sentinel,
    written: dict[str, Any],
    complaint: str,
) -> None:
    result = run(sentinel, [written], "--json")
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith("cases.yaml:1: ")
    assert complaint in result.stderr


@pytest.mark.parametrize("cases", ["", "[]", "cases: []", "- [", "{}"])
def test_a_file_of_no_cases_exits_with_2(sentinel: Sentinel, cases: str) -> None:
    assert run(sentinel, cases).exit_code == 2


def test_files_that_cannot_be_used_exit_with_2(sentinel: Sentinel) -> None:
    good = [case({}, {"outcome": "approval_required"})]
    assert run(sentinel, good).exit_code == 0
    Path("broken.yaml").write_text("version: 9")
    assert sentinel("test", "--policy", "broken.yaml", "cases.yaml").exit_code == 2
    assert sentinel("test", "--policy", "access.yaml", "gone.yaml").exit_code == 2
    assert sentinel("test", "--policy", "access.yaml", "--profiles", "gone", "cases.yaml").exit_code == 2


@pytest.mark.parametrize(
    ("names", "complaint"),
    [
        (["prod.yaml", "prod.json"], "a second file for profile 'prod'"),
        (["no good.yaml"], "'no good' cannot name a profile"),
    ],
)
def test_a_catalogue_that_is_ambiguous_exits_with_2(sentinel: Sentinel, names: list[str], complaint: str) -> None:
    Path("profiles").mkdir()
    for name in names:
        Path("profiles", name).write_text('{"role_arn": "arn:aws:iam::123456789012:role/Dev"}')
    result = run(sentinel, [case({}, {"outcome": "issue"})], "--profiles", "profiles")
    assert result.exit_code == 2
    assert complaint in result.stderr


def test_an_invalid_profile_exits_with_2_and_names_its_file(sentinel: Sentinel) -> None:
    catalogue(prod="max_duration: 1m", dev="")
    result = run(sentinel, [case({}, {"outcome": "issue"})], "--profiles", "profiles")
    assert result.exit_code == 2
    assert result.stderr == "profiles/prod.yaml:2: max_duration: at least 15m: STS issues nothing shorter\n"
