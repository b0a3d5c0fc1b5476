from deploy.policies.deployment import table_definitions
from shared.aws.dynamodb import schema as tables
from shared.core.subjects import user_subject


def test_every_table_expires_rows_and_refuses_deletion() -> None:
    for definition in table_definitions().values():
        assert definition["time_to_live"] == {"AttributeName": tables.TTL_ATTRIBUTE, "Enabled": True}
        assert definition["create"]["DeletionProtectionEnabled"] is True
        assert definition["create"]["BillingMode"] == "PAY_PER_REQUEST"


def test_every_table_that_is_evidence_recovers_in_time() -> None:
    recovers = {
        key: each["point_in_time_recovery"]["PointInTimeRecoveryEnabled"] for key, each in table_definitions().items()
    }
    assert recovers == {"session": True, "grant": True, "budget": False}


def test_a_users_ledger_is_not_in_the_partition_a_vend_reads() -> None:
    assert tables.budget_subject("alice") != user_subject("alice")


def test_a_counter_is_one_users_of_one_budget_and_window() -> None:
    assert tables.counter_subject("vend", "alice", 60) == "vend#alice#60"
