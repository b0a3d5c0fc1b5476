"""The table over the archive, for Athena: a column for each field of an audit line, a partition for each day.

`python -m deploy.queries.archive_table` writes `table.json`, which Terraform reads, and `create-table.ddl`, for those
who create the table by hand; a test compares. Partitions are projected: none is ever added (Athena User Guide, "Amazon
Data Firehose example").
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import fields
from datetime import datetime
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, Final, Literal, Union, get_args, get_origin, get_type_hints

from deploy.policies.delivery import PREFIX
from deploy.queries.pack import FOLDER
from shared.edge.audit.line import AuditLine

TABLE: Final = "lines"
PARTITION: Final = "day"
_EARLIEST: Final = "2026/01/01"
# The OpenX reader of JSON gives what is no object for a column of text as it is written.
SERDE: Final = "org.openx.data.jsonserde.JsonSerDe"
INPUT_FORMAT: Final = "org.apache.hadoop.mapred.TextInputFormat"
OUTPUT_FORMAT: Final = "org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat"
# A line that is no JSON, or empty, is a row without values. Keys differ by their case: of a line whose facts have two
# claims `a` and `A`, nothing would be read otherwise.
SERDE_PARAMETERS: Final = {"ignore.malformed.json": "true", "case.insensitive": "false"}
# Instants are text as they are written; from_iso8601_timestamp() reads them.
_SCALARS: Final[Mapping[Any, str]] = {
    str: "string",
    datetime: "string",
    int: "bigint",
    float: "double",
    bool: "boolean",
}
_TABLE: Final = FOLDER / "athena" / "table.json"
_DDL: Final = FOLDER / "athena" / "create-table.ddl"


def columns() -> Mapping[str, str]:
    """Return the columns by name, each with its type in Hive's words."""
    hints = get_type_hints(AuditLine)
    return {
        "kind": "string",
        "schema_version": "string",
        **{each.name: _type_of(hints[each.name]) for each in fields(AuditLine)},
    }


def parameters(bucket: str) -> Mapping[str, str]:
    """Return the table's properties for an archive in a bucket."""
    return {
        "classification": "json",
        "projection.enabled": "true",
        f"projection.{PARTITION}.type": "date",
        f"projection.{PARTITION}.format": "yyyy/MM/dd",
        f"projection.{PARTITION}.range": f"{_EARLIEST},NOW",
        f"projection.{PARTITION}.interval": "1",
        f"projection.{PARTITION}.interval.unit": "DAYS",
        "storage.location.template": f"s3://{bucket}/{PREFIX}${{{PARTITION}}}/",
    }


def database_name(deployment: str) -> str:
    """Name the database of a deployment: Athena's names have no hyphens."""
    return f"{deployment.replace('-', '_')}_audit"


def create_table(bucket: str) -> str:
    """Write the statement that creates the table; some columns have names that are words of the language."""
    written = ",\n".join(f"  `{name}` {kind}" for name, kind in columns().items())
    properties = ",\n".join(f"  '{name}' = '{value}'" for name, value in parameters(bucket).items())
    reading = ", ".join(f"'{name}' = '{value}'" for name, value in SERDE_PARAMETERS.items())
    return (
        f"CREATE EXTERNAL TABLE {TABLE} (\n{written}\n)\n"
        f"PARTITIONED BY (`{PARTITION}` string)\n"
        f"ROW FORMAT SERDE '{SERDE}'\n"
        f"WITH SERDEPROPERTIES ({reading})\n"
        f"STORED AS INPUTFORMAT '{INPUT_FORMAT}'\n"
        f"OUTPUTFORMAT '{OUTPUT_FORMAT}'\n"
        f"LOCATION 's3://{bucket}/{PREFIX}'\n"
        f"TBLPROPERTIES (\n{properties}\n)\n"
    )


def files() -> Mapping[Path, str]:
    """Return the generated files by path, with `BUCKET` in the place of the bucket's name."""
    table = {
        "name": TABLE,
        "partition": PARTITION,
        "prefix": PREFIX,
        "serde": SERDE,
        "serde_parameters": SERDE_PARAMETERS,
        "input_format": INPUT_FORMAT,
        "output_format": OUTPUT_FORMAT,
        "parameters": parameters("BUCKET"),
        "columns": [{"name": name, "type": kind} for name, kind in columns().items()],
    }
    return {_TABLE: json.dumps(table, indent=2) + "\n", _DDL: create_table("BUCKET")}


def _type_of(hint: Any) -> str:
    """Translate a type. What has no fixed form is text: the JSON as it is written."""
    arguments = [each for each in get_args(hint) if each is not NoneType]
    origin = get_origin(hint)
    if origin in (Union, UnionType):
        return _type_of(arguments[0]) if len(arguments) == 1 else "string"
    if origin is None:
        return _SCALARS.get(hint, "string")
    inner = [_type_of(each) for each in arguments]
    if origin is Literal or Any in arguments:
        return "string"
    if issubclass(origin, Mapping):
        return f"map<{','.join(inner)}>"
    assert issubclass(origin, Sequence)
    return f"array<{inner[0]}>"


def main() -> None:
    """Write the files."""
    for path, text in files().items():
        path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
