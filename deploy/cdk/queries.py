"""Queries over the audit lines: in CloudWatch Logs Insights and, where there is an archive, in Athena."""

from collections.abc import Sequence

from aws_cdk import Aws, aws_athena, aws_glue, aws_logs
from constructs import Construct

from deploy.cdk.deployment import construct_name
from deploy.policies.delivery import PREFIX
from deploy.queries.archive_table import (
    INPUT_FORMAT,
    OUTPUT_FORMAT,
    PARTITION,
    SERDE,
    SERDE_PARAMETERS,
    TABLE,
    columns,
    database_name,
    parameters,
)
from deploy.queries.pack import load_athena_queries, load_logs_queries


class LogQueries(Construct):
    """The saved queries over log groups, in a folder of the deployment's name."""

    def __init__(self, scope: Construct, construct_id: str, name: str, log_groups: Sequence[str]) -> None:
        super().__init__(scope, construct_id)
        for key, query in load_logs_queries().items():
            aws_logs.CfnQueryDefinition(
                self,
                construct_name(key),
                name=f"{name}/{key}",
                query_string=query.text,
                log_group_names=list(log_groups),
            )


class ArchiveQueries(Construct):
    """The table over an archive's bucket, and the saved queries over it."""

    def __init__(self, scope: Construct, construct_id: str, name: str, bucket: str) -> None:
        super().__init__(scope, construct_id)
        database = aws_glue.CfnDatabase(
            self,
            "Database",
            catalog_id=Aws.ACCOUNT_ID,
            database_input={"name": database_name(name), "description": "Sentinel: the archive of audit lines"},
        )
        aws_glue.CfnTable(
            self,
            "Table",
            catalog_id=Aws.ACCOUNT_ID,
            database_name=database.ref,
            table_input=_table(bucket),
        )
        for key, query in load_athena_queries().items():
            aws_athena.CfnNamedQuery(
                self,
                construct_name(key),
                name=f"{name}/{key}",
                description=query.about,
                database=database.ref,
                query_string=query.text,
            )


def _table(bucket: str) -> aws_glue.CfnTable.TableInputProperty:
    kinds = columns().items()
    return aws_glue.CfnTable.TableInputProperty(
        name=TABLE,
        description="Sentinel: a row for each audit line",
        table_type="EXTERNAL_TABLE",
        parameters={"EXTERNAL": "TRUE", **parameters(bucket)},
        partition_keys=[aws_glue.CfnTable.ColumnProperty(name=PARTITION, type="string")],
        storage_descriptor=aws_glue.CfnTable.StorageDescriptorProperty(
            location=f"s3://{bucket}/{PREFIX}",
            input_format=INPUT_FORMAT,
            output_format=OUTPUT_FORMAT,
            serde_info=aws_glue.CfnTable.SerdeInfoProperty(
                serialization_library=SERDE, parameters=dict(SERDE_PARAMETERS)
            ),
            columns=[aws_glue.CfnTable.ColumnProperty(name=name, type=kind) for name, kind in kinds],
        ),
    )
