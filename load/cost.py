"""What a month costs: `python -m load.cost` writes the tables of `docs/cost.md`.

What one vend takes (function time, request units) is read from the measured rows of `docs/capacity.md`, the rate of so
many people from `load.capacity`, the length of a log line from the code that writes it, prices from `load/prices.toml`.
"""

import sys
import tomllib
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from deploy.markdown import rewrite, table
from load.capacity import REFRESH_S, Vend
from shared.edge.audit.line import AuditLine
from shared.edge.audit.metrics import metric_line
from shared.edge.audit.writing import Chain, render

DOCS: Final = Path(__file__).parents[1] / "docs"
PRICES: Final = Path(__file__).with_name("prices.toml")
_COMMAND: Final = "load.cost"
VOLUMES: Final = {"low": 10, "medium": 1_000, "high": 100_000}
_WORK_S: Final = 22 * 8 * 3600
_MEMORY_GB: Final = 1.0  # the modules' default, 1,024 MB
# Lambda's START, END and REPORT and API Gateway's access log, in bytes: an estimate.
_OTHERS_LINES: Final = 800
_LOG_MONTHS: Final = 12  # the modules' default retention
# A row and its copies in three indexes, kept for its hour and 90 days of evidence.
_ROW_BYTES: Final = 750
_ROW_COPIES: Final = 4
_ROW_MONTHS: Final = 3
_FUNCTIONS: Final = 2
_ALARMS: Final = 3 * _FUNCTIONS + 6
# The follow-up: a run every five minutes, day and night, over a few open rows. It reads its progress and two lists, the
# progress consistently, and writes its progress; as long as a vend, which calls AWS as often.
_RUNS: Final = 30 * 24 * 12
_RUN_READ_UNITS: Final = 2
_RUN_WRITE_UNITS: Final = 1
# Metrics are counted by service, and by service, outcome and code: so many of the latter are common.
_OUTCOMES: Final = 5
_GB: Final = 1e9
_MILLION: Final = 1e6


def month(vend: Vend, users: int, prices: Mapping[str, Any]) -> dict[str, float]:
    """Return the dollars a month of so many people, by item: each fetches credentials as SDKs do, in working hours."""
    vends = users * _WORK_S / REFRESH_S
    million, gigabyte, fixed = prices["per_million"], prices["per_gb"], prices["per_month"]
    logged_gb = vends * (logged_bytes() + _OTHERS_LINES) / _GB
    rows_gb = vends * _ROW_BYTES * _ROW_COPIES * _ROW_MONTHS / _GB
    seconds = vends * vend.function_s * _MEMORY_GB
    return {
        "Lambda": vends * million["lambda_request"] / _MILLION + seconds * gigabyte["lambda_second_arm64"],
        "HTTP API": vends * million["http_api_request"] / _MILLION,
        "DynamoDB requests": vends
        * (vend.read_units * million["dynamodb_read_unit"] + vend.write_units * million["dynamodb_write_unit"])
        / _MILLION,
        "DynamoDB storage, recovery": rows_gb * (gigabyte["table_kept_month"] + gigabyte["table_recovery_month"]),
        "logs": logged_gb * (gigabyte["log_ingested"] + _LOG_MONTHS * gigabyte["log_kept_month"]),
        "traces": _traced(vends) * million["xray_trace"] / _MILLION,
        "metrics": _FUNCTIONS * (1 + _OUTCOMES) * _metrics() * fixed["metric"],
        "follow-up": _RUNS
        * (
            million["lambda_request"]
            + _RUN_READ_UNITS * million["dynamodb_read_unit"]
            + _RUN_WRITE_UNITS * million["dynamodb_write_unit"]
        )
        / _MILLION
        + _RUNS * vend.function_s * _MEMORY_GB * gigabyte["lambda_second_arm64"],
        "alarms, dashboard": _ALARMS * fixed["alarm"] + fixed["dashboard"],
    }


def logged_bytes() -> int:
    """Return the bytes that a vend logs: its audit line and its metric line, with names of usual length."""
    line = _issued()
    return len(render(line)) + len(metric_line(line)) + 2


def _metrics() -> int:
    return metric_line(_issued()).count(b'"Unit"')


def _issued() -> AuditLine:
    now = datetime(2026, 1, 5, 10, tzinfo=UTC)
    stamp = "sentinel-d-0123456789abcdef-alice@example.com"
    sso = "AWSReservedSSO_Developers_0123456789abcdef"
    line = Chain().open_line(now, "vend", "0f0e0d0c-1111-2222-3333-444455556666", "sentinel")
    return replace(
        line,
        outcome="issued",
        api_id="a1b2c3d4e5",
        operation="vend",
        user="alice@example.com",
        caller_kind="identity_center",
        caller_arn=f"arn:aws:sts::111122223333:assumed-role/{sso}/alice@example.com",
        caller_access_key_id="ASIA0123456789ABCDEF",
        account="111122223333",
        source_ip="198.51.100.7",
        user_agent="sentinel/1.0 python/3.13",
        profile="prod-readonly",
        role_arn="arn:aws:iam::111122223333:role/sentinel/protected/prod-readonly",
        session_id="0123456789abcdef",
        stamp=stamp,
        access_key_id="ASIA0123456789ABCDEF",
        via="direct",
        verdict="allow",
        rule="production-by-approval",
        facts={
            "at": "2026-01-05T10:00:00.123456Z",
            "user": "alice@example.com",
            "profile": "prod-readonly",
            "account": "111122223333",
            "role": "Developers",
            "issuer": "",
            "source_ip": "198.51.100.7",
            "authentication": "sigv4",
            "claims": {},
            "groups": {"platform": True, "on-call": False},
            "enabled": True,
            "locked_out": False,
            "requested_s": 3600,
            "profile_cap_s": 3600,
            "grants": [],
        },
        policy_version="17",
        duration_asked_s=3600,
        duration_given_s=3600,
        expires_at=now + timedelta(hours=1),
        document_ages_s={"policies/access": 1.234, "profiles/prod-readonly": 1.234},
        steps={"read": 12.345, "write": 34.567, "total": 47.123},
    )


def _traced(vends: float) -> float:
    """X-Ray's default rule: the first request of a second, and a twentieth of the others."""
    rate = vends / _WORK_S
    return _WORK_S * (min(rate, 1) + 0.05 * max(rate - 1, 0))


def write_tables(vend: Vend, prices: Mapping[str, Any]) -> str:
    """Return what goes between the markers."""
    months = [month(vend, users, prices) for users in VOLUMES.values()]
    totals = [sum(costs.values()) for costs in months]
    rows = [
        ("vends a month", *(f"{users * _WORK_S / REFRESH_S:,.0f}" for users in VOLUMES.values())),
        *((item, *(_money(costs[item]) for costs in months)) for item in months[0]),
        ("**together**", *(f"**{_money(total)}**" for total in totals)),
        ("a person", *(_money(total / users) for total, users in zip(totals, VOLUMES.values(), strict=True))),
    ]
    head = ["a month of", *(f"{name}: {users:,} people" for name, users in VOLUMES.items())]
    where = f"list prices of {prices['region']} as typed in {prices['as_of']}"
    return f"US dollars a month, {where}; free tiers are not taken off.\n\n" + table(
        head, rows, rule=["---", *("---:" for _ in VOLUMES)]
    )


def _money(value: float) -> str:
    return f"{value:,.2f}" if value >= 0.01 else f"{value:.4f}"  # noqa: PLR2004 - amounts under a cent


def main() -> None:
    """Write the page."""
    vend = Vend.read_page((DOCS / "capacity.md").read_text(encoding="utf-8"))
    page = DOCS / "cost.md"
    rewrite(page, _COMMAND, write_tables(vend, tomllib.loads(PRICES.read_text(encoding="utf-8"))))
    sys.stdout.write(f"{page} is written\n")


if __name__ == "__main__":
    main()
