"""Groups at the command line: their documents, and what is valid in a rule about them and yet most likely not meant."""

import json
from pathlib import Path
from typing import Any

import botocore.session
import pytest

from sentinel.policy.files import find_lints
from sentinel.policy.lint import Known, Lint
from shared.core.access.schema import AccessPolicy
from shared.core.approval.policy import ApprovalPolicy
from shared.core.break_glass.policy import BreakGlassPolicy
from shared.core.fields import DocumentModel
from shared.core.permissions import AdminPolicy
from tests.unit.client.policy.conftest import Sentinel

GROUP = 'version: "1"\nmembers: [carol@example.com, dave@example.com]\n'
PUSHER = {"name": "pager", "users": ["role/pager"], "permissions": ["groups"], "may_push": ["*-oncall"]}


def a_policy(model: type[DocumentModel], *rules: dict[str, Any]) -> DocumentModel:
    return model.model_validate({"version": "1", "rules": [{"name": f"r{i}", **rule} for i, rule in enumerate(rules)]})


def access(effect: str = "allow", **conditions: Any) -> DocumentModel:
    return a_policy(AccessPolicy, {"effect": effect, "conditions": conditions})


def approval(*groups: str) -> DocumentModel:
    return a_policy(ApprovalPolicy, {"profiles": ["p"], "groups": groups})


def auto_approval(*groups: str) -> DocumentModel:
    given = {"groups": groups, "max_duration": "1h"}
    return a_policy(ApprovalPolicy, {"profiles": ["p"], "approvers": ["bob"], "auto_approve": given})


def escalation(*groups: str) -> DocumentModel:
    further = {"after": "1h", "groups": groups}
    return a_policy(ApprovalPolicy, {"profiles": ["p"], "approvers": ["bob"], "escalation": further})


def break_glass(*groups: str) -> DocumentModel:
    return a_policy(BreakGlassPolicy, {"profiles": ["p"], "groups": groups, "reasons": ["other"], "cooldown": "1h"})


def admin(*groups: str) -> DocumentModel:
    return a_policy(AdminPolicy, {"groups": groups, "permissions": ["lock"]})


def found_in(policy: DocumentModel, known: Known) -> list[tuple[str, str]]:
    return [(found.rule, found.place) for found in find_lints(policy, known)]


@pytest.mark.parametrize(
    ("policy", "place"),
    [
        (access(groups=["devs", "oncall"]), "rules[0].conditions.groups[1]"),
        (approval("devs", "oncall"), "rules[0].groups[1]"),
        (auto_approval("devs", "oncall"), "rules[0].auto_approve.groups[1]"),
        (escalation("devs", "oncall"), "rules[0].escalation.groups[1]"),
        (break_glass("devs", "oncall"), "rules[0].groups[1]"),
        (admin("devs", "oncall"), "rules[0].groups[1]"),
    ],
)
def test_a_group_without_a_document_is_pointed_out_where_documents_are_known(policy: DocumentModel, place: str) -> None:
    assert found_in(policy, Known(groups={"devs"})) == [("no-group-document", place)]
    assert found_in(policy, Known(groups={"devs", "oncall"})) == []
    assert found_in(policy, Known()) == []


def test_a_group_of_an_issuer_needs_no_document() -> None:
    assert found_in(approval("corp/devs"), Known(groups=())) == []


def test_rules_without_groups_are_let_be() -> None:
    named = a_policy(ApprovalPolicy, {"profiles": ["p"], "approvers": ["bob"]})
    for policy in (access(users=["alice"]), named):
        assert found_in(policy, Known(groups=())) == []


@pytest.mark.parametrize("groups", [["frozen"], ["corp/frozen"]])
def test_a_deny_by_groups_also_holds_where_they_are_not_known(groups: list[str]) -> None:
    [found] = find_lints(access("deny", groups=groups))
    assert (found.rule, found.place) == ("denies-unknown", "rules[0].conditions.groups")
    assert "every caller whose groups are not all known" in found.message
    assert find_lints(access("allow", groups=groups)) == []
    assert find_lints(access("deny", users=["alice"])) == []


@pytest.mark.parametrize(
    ("policy", "kind"),
    [
        (approval("payments-oncall"), "approval"),
        (auto_approval("payments-oncall"), "approval"),
        (break_glass("payments-oncall"), "break-glass"),
    ],
)
def test_a_group_with_power_that_its_pusher_can_join_is_pointed_out(policy: DocumentModel, kind: str) -> None:
    pusher = a_policy(AdminPolicy, PUSHER)
    [found] = find_lints(pusher, Known(policies=[policy]))
    assert (found.rule, found.place) == ("pushes-power", "rules[0].may_push")
    assert (
        f"who may push 'payments-oncall' can make themself a member, and a rule of the {kind} policy" in found.message
    )
    assert find_lints(pusher) == []


def test_a_pusher_of_a_group_that_the_admin_policy_itself_names_is_pointed_out() -> None:
    [found] = find_lints(a_policy(AdminPolicy, {"groups": ["wardens-oncall"], "permissions": ["lock"]}, PUSHER))
    assert (found.rule, found.place) == ("pushes-power", "rules[1].may_push")


@pytest.mark.parametrize(
    "policy", [approval("payments", "corp/x-oncall", "on call-oncall"), access(groups=["payments-oncall"])]
)
def test_a_group_that_cannot_be_pushed_or_gives_credentials_only_is_let_be(policy: DocumentModel) -> None:
    assert find_lints(a_policy(AdminPolicy, PUSHER), Known(policies=[policy])) == []


def test_a_group_is_known_by_its_members_and_checked(sentinel: Sentinel) -> None:
    Path("oncall.yaml").write_text(GROUP)
    Path("wrong.yaml").write_text(GROUP.replace("dave@example.com", '"*@example.com"'))
    assert sentinel("validate", "oncall.yaml").output == "oncall.yaml: valid\n"
    assert sentinel("lint", "oncall.yaml").exit_code == 0
    refused = sentinel("validate", "wrong.yaml")
    assert refused.exit_code == 1
    assert "wrong.yaml:2: members[1]: '*@example.com' is not a user" in refused.output


def test_the_documents_and_policies_next_to_a_file_are_known_to_its_lint(sentinel: Sentinel) -> None:
    closed = {"name": "a", "profiles": ["p"], "groups": ["payments-oncall"], "reasons": ["other"], "cooldown": "1h"}
    for name, rule in (("admin", PUSHER), ("break-glass", closed)):
        Path(f"{name}.yaml").write_text(json.dumps({"version": "1", "rules": [rule]}))
    Path("notes.yaml").write_text("not: a policy")
    Path("notes.json").write_bytes(b"\xff")
    found = json.loads(sentinel("lint", "admin.yaml", "--json").output)
    assert [each["rule"] for each in found] == ["pushes-power"]
    assert sentinel("lint", "break-glass.yaml").exit_code == 0
    Path("groups").mkdir()
    assert "[no-group-document]" in sentinel("lint", "break-glass.yaml").output
    assert "[no-group-document]" not in sentinel("lint", "-", stdin=Path("break-glass.yaml").read_text()).output
    Path("groups/payments-oncall.yaml").write_text(GROUP)
    assert sentinel("lint", "break-glass.yaml").exit_code == 0
    Path("elsewhere").mkdir()
    assert "[no-group-document]" in sentinel("lint", "break-glass.yaml", "--groups", "elsewhere").output
    assert sentinel("lint", "break-glass.yaml", "--groups", "absent").exit_code == 2


def ssm() -> Any:
    return botocore.session.get_session().create_client("ssm", region_name="eu-central-1")


@pytest.mark.usefixtures("aws")
def test_a_group_is_stored_under_its_name_compared_and_pulled_again(sentinel: Sentinel) -> None:
    Path("oncall.yaml").write_text(GROUP)
    named = ["--name", "payments-oncall"]
    assert sentinel("push", "oncall.yaml", *named, "--yes").exit_code == 0
    assert ssm().get_parameter(Name="/sentinel/groups/payments-oncall")["Parameter"]["Value"] == GROUP
    assert sentinel("pull", "--kind", "group", *named).output == GROUP
    assert sentinel("diff", "oncall.yaml", *named).exit_code == 0
    Path("oncall.yaml").write_text(GROUP.replace("dave", "erin"))
    changed = sentinel("diff", "oncall.yaml", *named)
    assert changed.exit_code == 1
    assert "+members: [carol@example.com, erin@example.com]" in changed.output


@pytest.mark.usefixtures("aws")
@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([], "a group is stored under its name: --kind group --name NAME"),
        (["--name", "corp/devs"], "'corp/devs' cannot name a group"),
        (["--name", ".."], "'..' cannot name a group"),
    ],
)
def test_a_group_is_not_stored_under_another_kind_of_name(sentinel: Sentinel, arguments: list[str], words: str) -> None:
    Path("oncall.yaml").write_text(GROUP)
    refused = sentinel("push", "oncall.yaml", "--yes", *arguments)
    assert refused.exit_code == 2
    assert words in refused.output
    assert not ssm().describe_parameters()["Parameters"]


def test_a_lint_says_what_to_do() -> None:
    [found] = find_lints(approval("oncall"), Known(groups=()))
    assert found == Lint(
        "rules[0].groups[0]",
        "no-group-document",
        "there is no document groups/oncall: only Identity Center, a push, or an issuer whose groups are your own can "
        "put anyone into this group",
    )
