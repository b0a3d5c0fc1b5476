"""`sentinel policy validate`, `lint` and `explain`."""

import json
from pathlib import Path

import pytest

from tests.unit.client.policy.conftest import EXAMPLES, Sentinel

POLICIES = ["access", "approval", "break-glass", "admin"]
ROLE = "role_arn: arn:aws:iam::123456789012:role/Dev\n"
ALLOW_ALL = 'version: "1"\nrules: [{name: all, effect: allow, conditions: {}}]\n'


def test_the_examples_are_valid(sentinel: Sentinel) -> None:
    policies = [EXAMPLES / f"{kind}.yaml" for kind in POLICIES]
    files = [*policies, *EXAMPLES.glob("profiles/*"), *EXAMPLES.glob("go-cli/*")]
    result = sentinel("validate", *files)
    assert result.exit_code == 0
    assert result.output.count(": valid\n") == len(files)


def test_the_access_example_has_no_lints_against_its_catalogue(sentinel: Sentinel) -> None:
    result = sentinel("lint", EXAMPLES / "access.yaml", "--profiles", EXAMPLES / "profiles")
    assert (result.exit_code, result.output) == (0, "")


@pytest.mark.parametrize("kind", POLICIES)
def test_the_examples_have_no_lints_and_are_taken_for_what_they_are(sentinel: Sentinel, kind: str) -> None:
    file = EXAMPLES / f"{kind}.yaml"
    assert sentinel("lint", file).output == ""
    for claimed in POLICIES:
        assert sentinel("validate", file, "--kind", claimed).exit_code == (0 if claimed == kind else 1)


@pytest.mark.parametrize(
    ("rules", "finding"),
    [
        (
            "[{name: a, profiles: [prod, dev], approvers: [bob]}, {name: b, profiles: [dev], approvers: [eve]}]",
            "rules[1]: never reached: rule 'a' before it names everything this one does [unreachable]",
        ),
        ("[{name: a, profiles: [dev], approvers: ['*']}]", "rules[0].approvers: * lets every colleague approve"),
        (
            "[{name: a, profiles: [dev], approvers: [Bob, bob@example.com]}]",
            "rules[0].approvers: 'bob@example.com' may be a person named before under another spelling",
        ),
        (
            "[{name: a, profiles: [dev], approvers: [bob], auto_approve: {users: ['*'], max_duration: 1h}}]",
            "rules[0].auto_approve.users: everyone's requests approve themselves",
        ),
        (
            "[{name: a, users: [bob], profiles: [dev], reasons: [incident]}]",
            "rules[0]: nothing limits how often: write a cooldown, a budget or require_review [unlimited]",
        ),
    ],
)
def test_what_is_probably_a_mistake_is_pointed_out(sentinel: Sentinel, rules: str, finding: str) -> None:
    Path("policy.yaml").write_text(f'version: "1"\nrules: {rules}\n')
    result = sentinel("lint", "policy.yaml")
    assert result.exit_code == 1
    assert result.output.startswith(f"policy.yaml:2: {finding}")


def test_a_problem_is_reported_as_compilers_do(sentinel: Sentinel) -> None:
    Path("access.yaml").write_text(ALLOW_ALL.replace("conditions: {}", "conditions: {profile: [x]}"))
    result = sentinel("validate", "access.yaml")
    assert result.exit_code == 1
    assert result.output == 'access.yaml:2: rules[0].conditions.profile: unknown key; did you mean "profiles"?\n'


def test_validation_as_json_lists_every_file(sentinel: Sentinel) -> None:
    Path("good.yaml").write_text(ROLE)
    Path("bad.yaml").write_text(ROLE + "enabled: 1\n")
    result = sentinel("validate", "good.yaml", "bad.yaml", "--json")
    assert result.exit_code == 1
    assert json.loads(result.output) == [
        {"file": "good.yaml", "valid": True, "problems": []},
        {
            "file": "bad.yaml",
            "valid": False,
            "problems": [{"place": "enabled", "line": 2, "message": "must be true or false, without quotes"}],
        },
    ]


def test_the_kind_is_guessed_unless_it_is_said(sentinel: Sentinel) -> None:
    Path("dev.yaml").write_text(ROLE)
    assert sentinel("validate", "dev.yaml").exit_code == 0
    assert sentinel("validate", "dev.yaml", "--kind", "access").exit_code == 1


@pytest.mark.parametrize("command", [["validate"], ["lint"], ["test", "cases.yaml", "--policy"]])
def test_a_file_that_cannot_be_read_exits_with_2(sentinel: Sentinel, command: list[str]) -> None:
    Path("latin.yaml").write_bytes(b"a: \xff")
    for file in ("gone.yaml", "latin.yaml", "."):
        result = sentinel(*command, file)
        assert result.exit_code == 2
        assert result.stderr.startswith(f"{file}: ")


def test_lint_findings_exit_with_1_and_name_their_line(sentinel: Sentinel) -> None:
    Path("access.yaml").write_text(ALLOW_ALL.replace("conditions: {}", "conditions: {},\n  max_duration: 2h"))
    result = sentinel("lint", "access.yaml")
    assert result.exit_code == 1
    assert result.output.startswith("access.yaml:3: rules[0].max_duration: 2h becomes 1h")
    findings = json.loads(sentinel("lint", "access.yaml", "--json").output)
    assert [(finding["line"], finding["rule"]) for finding in findings] == [(3, "clamped-duration")]


def test_linting_an_invalid_policy_exits_with_2(sentinel: Sentinel) -> None:
    Path("access.yaml").write_text("version: 3\n")
    assert sentinel("lint", "access.yaml").exit_code == 2


def explain(sentinel: Sentinel, *more: str) -> tuple[int, str]:
    asked = ["--user", "carol", "--profile", "prod-readonly", "--at", "2026-01-11T05:59:00+01:00", *more]
    result = sentinel("explain", "--policy", EXAMPLES / "access.yaml", *asked)
    return result.exit_code, result.output


def test_an_explanation_says_which_rule_decides_and_why_the_others_do_not(sentinel: Sentinel) -> None:
    code, answered = explain(sentinel, "--role", "OnCall")
    assert code == 0
    assert "✗ time: sunday 05:59 in Europe/Berlin is outside monday" in answered
    assert "✓ production-by-approval (require_approval) ← decides" in answered
    assert answered.endswith(
        "→ refused: approval_required, rule 'production-by-approval' (A colleague approves production access)\n"
    )


def test_an_explanation_counts_grants_and_lockouts(sentinel: Sentinel) -> None:
    assert "→ issued for 10m, via approval, rule 'production-by-approval'" in explain(sentinel, "--approval", "600")[1]
    assert "→ refused: locked_out" in explain(sentinel, "--approval", "600", "--locked-out")[1]


def test_an_explanation_as_json_answers_in_the_words_of_a_case(sentinel: Sentinel) -> None:
    answered = json.loads(explain(sentinel, "--break-glass", "3600", "--duration", "20m", "--json")[1])
    assert answered["answer"] == {
        "outcome": "issue",
        "via": "break-glass",
        "rule": "production-by-approval",
        "duration": 1200,
    }
    assert answered["dissenting_shadows"] == ["freeze-trial"]


def test_a_profile_outside_the_catalogue_is_explained_as_such(sentinel: Sentinel) -> None:
    Path("profiles").mkdir()
    code, answered = explain(sentinel, "--profiles", "profiles")
    assert (code, answered) == (0, "→ refused: denied, the profile is not in the catalogue, or is disabled\n")


@pytest.mark.parametrize(
    "option", [["--at", "2026-01-11"], ["--source-ip", "home"], ["--duration", "1s"], ["--account", "1"]]
)
def test_an_option_that_cannot_be_used_is_named(sentinel: Sentinel, option: list[str]) -> None:
    code, answered = explain(sentinel, *option)
    assert code == 2
    assert answered.startswith(f"{option[0]}: ")


def test_explaining_without_an_instant_asks_about_now(sentinel: Sentinel) -> None:
    Path("access.yaml").write_text(ALLOW_ALL)
    result = sentinel("explain", "--policy", "access.yaml", "--user", "a", "--profile", "dev")
    assert "→ issued for 1h, via direct, rule 'all'" in result.output


WEBHOOK = "url: https://hooks.example.com/T0P-SECRET\nsecret: 0123456789abcdef0123456789abcdef\n"


SLACK = (
    "bot_token: xoxb-T0P-SECRET-1234\nsigning_secret: 0123456789abcdef0123456789abcdef\n"
    "team_id: T0ACME\nchannel: C0ACME\nuser: local_part\nemail_domains: [acme.example]\n"
)


@pytest.mark.parametrize("text", [WEBHOOK, SLACK])
def test_a_document_with_secrets_is_recognised_and_checked(sentinel: Sentinel, text: str) -> None:
    Path("ops.yaml").write_text(text)
    assert sentinel("validate", "ops.yaml").output == "ops.yaml: valid\n"
    assert sentinel("lint", "ops.yaml").exit_code == 0
    assert sentinel("validate", "ops.yaml", "--kind", "profile").exit_code == 1


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (WEBHOOK.replace("https", "http"), "ops.yaml:1: url: must begin with https://"),
        (WEBHOOK + "secret: 9123456789abcdef0123456789abcdef", "write it once"),
        (WEBHOOK + "events: [nothing.*]", "matches no event"),
        (WEBHOOK + "  : : [", "neither JSON nor YAML"),
        ('{"url": "https://hooks.example.com/T0P-SECRET", "secret": "0123456789abcdef', "neither JSON nor YAML"),
        (WEBHOOK.split("secret", maxsplit=1)[0], "a sentinel webhook is signed"),
        (SLACK.replace("xoxb", "xoxp"), "begins with xoxb-"),
        (SLACK + "  : : [", "neither JSON nor YAML"),
        (SLACK + "map: {U0ALICE: T0P-SECRET!}\n", "the user name of a person"),
    ],
    ids=["not https", "twice", "no event", "not yaml", "not json", "unsigned", "no bot", "no yaml", "no person"],
)
def test_no_problem_of_a_document_repeats_its_secrets(sentinel: Sentinel, text: str, problem: str) -> None:
    Path("ops.yaml").write_text(text)
    for command in ("validate", "lint"):
        result = sentinel(command, "ops.yaml")
        assert result.exit_code > 0
        assert problem in result.output
        assert "T0P-SECRET" not in result.output
        assert "0123456789abcdef" not in result.output


TICKETS = """
url: "https://jira.example.com/issue/{ticket}?k=T0P-SECRET"
field: fields.status.name
values: [Open]
header: {name: Authorization, value: "Basic T0P-SECRET"}
"""


def test_a_ticket_look_up_is_recognised_and_checked(sentinel: Sentinel) -> None:
    Path("jira.yaml").write_text(TICKETS)
    for options in ([], ["--kind", "ticket-lookup"]):
        assert sentinel("validate", "jira.yaml", *options).output == "jira.yaml: valid\n"
    assert sentinel("lint", "jira.yaml").exit_code == 0
    assert sentinel("validate", "jira.yaml", "--kind", "webhook").exit_code == 1


@pytest.mark.parametrize(
    ("written", "instead", "problem"),
    [
        ("https", "http", "jira.yaml:2: url: must begin with https://"),
        ("{ticket}", "x", "must have {ticket} once"),
        ("Authorization", "Host", "jira.yaml:5: header.name: this header is set by Sentinel"),
        ('"Basic T0P-SECRET"', '"T0P-SECRET\\n"', "header.value: must be 1 to 4096 plain ASCII"),
        ("header:", "hedaer:", 'did you mean "header"'),
        ("[Open]", "[Open", "neither JSON nor YAML"),
    ],
)
def test_no_problem_of_a_ticket_look_up_repeats_its_secrets(
    sentinel: Sentinel, written: str, instead: str, problem: str
) -> None:
    Path("jira.yaml").write_text(TICKETS.replace(written, instead))
    for command in ("validate", "lint"):
        result = sentinel(command, "jira.yaml")
        assert result.exit_code > 0
        assert problem in result.output
        assert "T0P-SECRET" not in result.output


def test_a_rule_whose_ticket_look_up_has_no_document_is_pointed_out_where_that_can_be_known(sentinel: Sentinel) -> None:
    rule = "{name: prod, profiles: [prod], approvers: [bob, carol], ticket: 'INC-[0-9]+', ticket_lookup: jira}"
    Path("approval.yaml").write_text(f'version: "1"\nrules:\n  - {rule}\n')
    assert sentinel("lint", "approval.yaml").exit_code == 0
    Path("tickets").mkdir()
    result = sentinel("lint", "approval.yaml")
    assert (result.exit_code, "[unknown-ticket-lookup]" in result.output) == (1, True)
    assert "rules[0].ticket_lookup: no document tickets/jira" in result.output
    Path("elsewhere").mkdir()
    Path("elsewhere/jira.yaml").write_text(TICKETS)
    assert sentinel("lint", "approval.yaml", "--tickets", "elsewhere").exit_code == 0


def test_a_look_up_without_a_ticket_is_a_mistake(sentinel: Sentinel) -> None:
    rule = "{name: prod, profiles: [prod], approvers: [bob], ticket_lookup: jira}"
    Path("approval.yaml").write_text(f'version: "1"\nrules:\n  - {rule}\n')
    result = sentinel("validate", "approval.yaml")
    assert "write ticket, the pattern it has to match" in result.output
    Path("approval.yaml").write_text(Path("approval.yaml").read_text().replace("jira", "../jira, ticket: x"))
    assert "rules[0].ticket_lookup" in sentinel("validate", "approval.yaml").output


# As YAML and JSON write them: an escape, the same in one character, and a mark that turns the text around.
HIDDEN = r"\x1b[8m\x9b8m\u202e"


def test_what_a_document_says_reaches_no_terminal_as_commands(sentinel: Sentinel) -> None:
    rule = f'{{name: it, effect: deny, conditions: {{users: [a]}}, reason: "x{HIDDEN}"}}'
    Path("access.yaml").write_text(f'version: "1"\nrules:\n- {rule}\n')
    explained = sentinel("explain", "--policy", "access.yaml", "--user", "a", "--profile", "dev")
    Path("wrong.yaml").write_text(f'"x{HIDDEN}": 1')
    refused = sentinel("validate", "--kind", "access", "wrong.yaml")
    for result in (explained, refused):
        assert (HIDDEN in result.output, result.output.replace("\n", "").isprintable()) == (True, True), result.output
