from deploy.local.place import table_definitions
from shared.aws import tables


def test_every_table_expires_rows_recovers_in_time_and_refuses_deletion() -> None:
    for definition in table_definitions().values():
        assert definition["time_to_live"] == {"AttributeName": tables.TTL_ATTRIBUTE, "Enabled": True}
        assert definition["point_in_time_recovery"] == {"PointInTimeRecoveryEnabled": True}
        assert definition["create"]["DeletionProtectionEnabled"] is True
        assert definition["create"]["BillingMode"] == "PAY_PER_REQUEST"


def test_a_users_budget_is_not_in_the_partition_a_vend_reads() -> None:
    assert tables.budget_subject("alice") != tables.user_subject("alice")
    assert tables.budget_item("vend", 60) == "budget#vend#60"
