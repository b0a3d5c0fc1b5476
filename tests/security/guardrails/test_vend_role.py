"""What a stolen vend role may write, asked of the IAM engine about what a vend sends and about everything else."""

from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from deploy.local.emulator.overlay.named import keys_of
from deploy.policies.execution import vend_policy
from deploy.policies.generate import EXAMPLE
from shared.aws.dynamodb.schema import CONSUMING_ATTRIBUTES, counter_subject
from shared.aws.dynamodb.sessions import SessionTable
from tests.grants import a_session
from tests.security.guardrails.organization import SENTINEL, Organization, role
from tests.service.rows import a_grant

GRANTS, SESSIONS, BUDGETS = (
    EXAMPLE.arn("dynamodb", f"table/{table}")
    for table in (EXAMPLE.grant_table, EXAMPLE.session_table, EXAMPLE.budget_table)
)
USE = [*CONSUMING_ATTRIBUTES]
WRITES = ["UpdateItem", "PutItem", "DeleteItem", "BatchWriteItem", "PartiQLInsert", "PartiQLUpdate", "PartiQLDelete"]


def allows(organization: Organization, action: str, table: str, keys: Mapping[str, Sequence[str]]) -> bool:
    vend = role(EXAMPLE.vend_role, SENTINEL).asking(keys)
    verdict = organization.decide(vend, f"dynamodb:{action}", table, SENTINEL, vend_policy(EXAMPLE), guarded=False)
    return verdict.allowed


def naming(attributes: Sequence[str], *subjects: str) -> Mapping[str, Sequence[str]]:
    return {"dynamodb:Attributes": list(attributes), "dynamodb:LeadingKeys": list(subjects or ("user#alice",))}


class Recorder:
    """A client that keeps what it is asked to write."""

    def __init__(self) -> None:
        self.writes: list[dict[str, Any]] = []

    async def transact_write_items(self, TransactItems: list[dict[str, Any]], **_: Any) -> None:  # noqa: N803 - AWS's
        self.writes += [write["Update"] for write in TransactItems if "Update" in write]


async def test_a_vend_consumes_and_gives_back_with_these_attributes_and_no_others(organization: Organization) -> None:
    dynamodb = Recorder()
    sessions = SessionTable(dynamodb, EXAMPLE.session_table, EXAMPLE.grant_table)
    await sessions.record_session_consuming(a_session(), a_grant())
    await sessions.give_back(a_session(), a_grant())

    writes = [write for write in dynamodb.writes if write["TableName"] == EXAMPLE.grant_table]
    named = [keys_of(write, "subject") for write in writes]

    assert len(writes) == 2
    assert {name for keys in named for name in keys["dynamodb:attributes"]} == set(CONSUMING_ATTRIBUTES)
    for keys in named:
        assert allows(
            organization, "UpdateItem", GRANTS, naming(keys["dynamodb:attributes"], *keys["dynamodb:leadingkeys"])
        )


@pytest.mark.parametrize(
    "attribute",
    ["status", "profile", "grant_id", "starts_at", "ends_at", "uses", "user", "kind", "votes", "reason", "lifted_by"],
)
def test_every_attribute_that_makes_a_grant_is_out_of_reach(organization: Organization, attribute: str) -> None:
    assert not allows(organization, "UpdateItem", GRANTS, naming([*USE, attribute]))


@pytest.mark.parametrize("subject", ["all", "profile#prod", "budget#alice", "revocations", "kill-switch"])
def test_only_partitions_of_users_are_in_reach(organization: Organization, subject: str) -> None:
    assert not allows(organization, "UpdateItem", GRANTS, naming(USE, subject))


@pytest.mark.parametrize("missing", ["dynamodb:Attributes", "dynamodb:LeadingKeys"])
def test_a_write_that_does_not_say_what_it_names_is_refused(organization: Organization, missing: str) -> None:
    keys = {name: values for name, values in naming(USE).items() if name != missing}
    assert not allows(organization, "UpdateItem", GRANTS, keys)


@pytest.mark.parametrize("action", WRITES[1:])
def test_a_grant_is_written_in_no_other_way(organization: Organization, action: str) -> None:
    assert not allows(organization, action, GRANTS, naming(USE) if action != "BatchWriteItem" else {})


def test_vend_counts_its_own_budget_only(organization: Organization) -> None:
    own, admins = (naming(["subject", "n"], counter_subject(name, "alice", 60)) for name in ("vend", "admin"))
    assert allows(organization, "UpdateItem", BUDGETS, own)
    assert not allows(organization, "UpdateItem", BUDGETS, admins)


@pytest.mark.parametrize("action", WRITES[1:])
def test_a_counter_is_written_in_no_other_way(organization: Organization, action: str) -> None:
    assert not allows(organization, action, BUDGETS, {})


def test_sessions_are_recorded_and_never_deleted(organization: Organization) -> None:
    row = naming(["session_id"], "0123456789abcdef")
    assert allows(organization, "PutItem", SESSIONS, row)
    assert allows(organization, "UpdateItem", SESSIONS, row)
    assert not allows(organization, "DeleteItem", SESSIONS, row)
