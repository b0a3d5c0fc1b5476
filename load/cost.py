"""What a month costs: `python -m load.cost` writes the tables of `docs/cost.md`.

What one vend takes (function time, request units) is read from the measured rows of `docs/capacity.md`, the rate of so
many people from `load.sizing`, the length of a log line from the code that writes it, prices from `load/prices.toml`.
"""

import argparse
import sys
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from load.report.marked import MarkedPageError, replace
from load.sizing import REFRESH_S
from shared.edge.audit import AuditLine
from shared.edge.metrics import metric_line

DOCS: Final = Path(__file__).parents[1] / "docs"
PRICES: Final = Path(__file__).with_name("prices.toml")
_COMMAND: Final = "load.cost"
_SIZED_BY: Final = "vend: vend dev"
VOLUMES: Final = {"low": 10, "medium": 1_000, "high": 100_000}
_WORK_S: Final = 22 * 8 * 3600
_MEMORY_GB: Final = 1.0  # the modules' default, 1,024 MB
# Lambda's START, END and REPORT and API Gateway's access log, in bytes: about, and not ours to render.
_OTHERS_LINES: Final = 800
_LOG_MONTHS: Final = 12  # the modules' default retention
# A row and its copies in three indexes, kept for its hour and 90 days of evidence.
_ROW_BYTES: Final = 750
_ROW_COPIES: Final = 4
_ROW_MONTHS: Final = 3
_FUNCTIONS: Final = 2
_ALARMS: Final = 3 * _FUNCTIONS + 5
# Metrics are counted by service, and by service, outcome and code: so many of the latter are common.
_OUTCOMES: Final = 5
_GB: Final = 1e9
_MILLION: Final = 1e6


class CostError(ValueError):
    """The tables cannot be written; the message says what is missing."""


@dataclass(frozen=True, slots=True)
class MeasuredVend:
    """What one vend takes: function time in seconds, DynamoDB's request units."""

    function_s: float
    read_units: float
    write_units: float

    @classmethod
    def read(cls, page: str) -> "MeasuredVend":
        """Find the measured row in the text of `docs/capacity.md`.

        Raises:
            CostError: it is not there, or lacks a column.

        """
        rows = [[cell.strip() for cell in line.strip("| \n").split("|")] for line in page.splitlines() if "|" in line]
        head = next((row for row in rows if row[0] == "scenario: request"), None)
        found = next((row for row in rows if row[0] == _SIZED_BY), None)
        if head is None or found is None:
            raise CostError(f"docs/capacity.md has no measured row {_SIZED_BY!r}: run python -m load.capacity")
        row = dict(zip(head, found, strict=True))
        return cls(float(row["function p50"]) / 1000, float(row["read units"]), float(row["write units"]))


def month(vend: MeasuredVend, users: int, prices: Mapping[str, Any]) -> dict[str, float]:
    """Say what a month of so many people costs, in dollars by what it is for: each fetches anew as SDKs do, at work."""
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
        "alarms, dashboard": _ALARMS * fixed["alarm"] + fixed["dashboard"],
    }


def logged_bytes() -> int:
    """Give the length of what a vend writes: its audit line and its metric line, of names of usual length."""
    line = _issued()
    return len(line.render()) + len(metric_line(line)) + 2


def _metrics() -> int:
    return metric_line(_issued()).count(b'"Unit"')


def _issued() -> AuditLine:
    now = datetime(2026, 1, 5, 10, tzinfo=UTC)
    stamp = "sentinel-d-0123456789abcdef-alice@example.com"
    sso = "AWSReservedSSO_Developers_0123456789abcdef"
    return AuditLine(
        now,
        "vend",
        "0f0e0d0c-1111-2222-3333-444455556666",
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
        rule="production-by-approval",
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


def write_tables(vend: MeasuredVend, prices: Mapping[str, Any]) -> str:
    """Write what goes between the markers."""
    return "\n".join(_lines(vend, prices))


def _lines(vend: MeasuredVend, prices: Mapping[str, Any]) -> Iterator[str]:
    months = {name: month(vend, users, prices) for name, users in VOLUMES.items()}
    where, when = prices["region"], prices["as_of"]
    yield f"US dollars a month, list prices of {where} as typed in {when}; free tiers are not taken off."
    yield ""
    yield f"| | {' | '.join(f'{name}: {users:,} people' for name, users in VOLUMES.items())} |"
    yield f"|---|{'---:|' * len(VOLUMES)}"
    yield _row("vends a month", [f"{users * _WORK_S / REFRESH_S:,.0f}" for users in VOLUMES.values()])
    for item in next(iter(months.values())):
        yield _row(item, [_money(costs[item]) for costs in months.values()])
    yield _row("**together**", [f"**{_money(sum(costs.values()))}**" for costs in months.values()])
    each = [sum(months[name].values()) / users for name, users in VOLUMES.items()]
    yield _row("a person", [_money(value) for value in each])


def _row(name: str, cells: list[str]) -> str:
    return f"| {name} | {' | '.join(cells)} |"


def _money(value: float) -> str:
    return f"{value:,.2f}" if value >= 0.01 else f"{value:.4f}"  # noqa: PLR2004 - under a cent, cents say nothing


def main() -> None:
    """Write the page."""
    parser = argparse.ArgumentParser(prog="python -m load.cost", description="Write the tables of docs/cost.md.")
    parser.add_argument("--prices", type=Path, default=PRICES, help="prices (default: load/prices.toml)")
    parser.add_argument("--page", type=Path, default=DOCS / "cost.md", help="the page (default: docs/cost.md)")
    given = parser.parse_args()
    try:
        vend = MeasuredVend.read((DOCS / "capacity.md").read_text(encoding="utf-8"))
        tables = write_tables(vend, tomllib.loads(given.prices.read_text(encoding="utf-8")))
        given.page.write_text(replace(given.page.read_text(encoding="utf-8"), _COMMAND, tables), encoding="utf-8")
    except KeyError as error:
        parser.error(f"{given.prices} has no {error}")
    except (OSError, CostError, MarkedPageError, tomllib.TOMLDecodeError) as error:
        parser.error(str(error))
    sys.stdout.write(f"{given.page} is written\n")


if __name__ == "__main__":
    main()
