from typing import Any, cast

from deploy.policies.execution import authorizer_policy
from deploy.policies.generate import EXAMPLE


def statements() -> list[dict[str, Any]]:
    return cast("list[dict[str, Any]]", authorizer_policy(EXAMPLE)["Statement"])


def test_the_authorizer_reads_both_tables_by_key_and_touches_nothing_else_of_aws() -> None:
    [read] = [statement for statement in statements() if statement["Sid"] not in ("WriteLogs", "WriteTraces")]
    assert read["Action"] == "dynamodb:BatchGetItem"
    tables = (EXAMPLE.session_table, EXAMPLE.grant_table)
    assert read["Resource"] == [EXAMPLE.arn("dynamodb", f"table/{table}") for table in tables]


def test_the_authorizer_writes_to_its_own_log_only() -> None:
    [logs] = [statement for statement in statements() if statement["Sid"] == "WriteLogs"]
    assert all("/aws/lambda/sentinel-authorizer" in resource for resource in logs["Resource"])
