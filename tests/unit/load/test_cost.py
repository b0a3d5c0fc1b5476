"""What a month costs, and the page that says so."""

import re
import tomllib
from typing import Any

import pytest

from deploy.markdown import markers
from load.capacity import CapacityError, Vend
from load.cost import DOCS, PRICES, logged_bytes, month, write_tables

VEND = Vend(function_s=0.05, sts_calls=1, read_units=4, write_units=5)
NOTHING: dict[str, Any] = {
    kind: dict.fromkeys(prices, 0.0)
    for kind, prices in tomllib.loads(PRICES.read_text(encoding="utf-8")).items()
    if isinstance(prices, dict)
}


def charging(kind: str, **prices: float) -> dict[str, Any]:
    return {**NOTHING, kind: {**NOTHING[kind], **prices}}


def test_each_vend_pays_for_its_units() -> None:
    # 9 people at work: 2,112 vends a month, each of 5 writes and 4 reads.
    costs = month(VEND, 9, charging("per_million", dynamodb_write_unit=1e6, dynamodb_read_unit=1e6))
    assert costs["DynamoDB requests"] == pytest.approx(2112 * 9)
    # And 8,640 runs of the follow-up, each of 2 reads and one write.
    assert costs["follow-up"] == pytest.approx(8640 * 3)
    assert sum(costs.values()) == costs["DynamoDB requests"] + costs["follow-up"]


def test_lambda_bills_requests_and_the_time_of_a_gigabyte() -> None:
    prices = charging("per_gb", lambda_second_arm64=1.0)
    prices["per_million"] = {**NOTHING["per_million"], "lambda_request": 1e6}
    assert month(VEND, 9, prices)["Lambda"] == pytest.approx(2112 + 2112 * 0.05)


def test_many_are_sampled_and_few_are_all_traced() -> None:
    each = charging("per_million", xray_trace=1e6)
    assert month(VEND, 9, each)["traces"] == pytest.approx(2112)
    # 27,000 people: ten vends a second.
    assert month(VEND, 27_000, each)["traces"] == pytest.approx(22 * 8 * 3600 * (1 + 0.05 * 9))


def test_what_is_fixed_costs_the_same_for_few_and_for_many() -> None:
    fixed = {**NOTHING, "per_month": {"alarm": 1.0, "metric": 1.0, "dashboard": 1.0}}
    few, many = month(VEND, 1, fixed), month(VEND, 100_000, fixed)
    assert few == many
    assert few["alarms, dashboard"] == 13


def test_a_vend_logs_about_two_kilobytes() -> None:
    assert 1_000 < logged_bytes() < 3_000


def test_the_measured_vend_is_that_of_the_capacity_page() -> None:
    page = (DOCS / "capacity.md").read_text(encoding="utf-8")
    found = Vend.read_page(page)
    assert (found.read_units, found.write_units) == (5, 5)
    with pytest.raises(CapacityError, match="vend: vend dev"):
        Vend.read_page(page.replace("vend: vend dev", "vend: other"))


def test_the_page_is_as_the_command_writes_it() -> None:
    page = (DOCS / "cost.md").read_text(encoding="utf-8")
    begin, end = (re.escape(each) for each in markers("load.cost"))
    written = re.findall(f"{begin}\n(.*)\n{end}", page, re.DOTALL)
    measured = Vend.read_page((DOCS / "capacity.md").read_text(encoding="utf-8"))
    tables = write_tables(measured, tomllib.loads(PRICES.read_text(encoding="utf-8")))
    assert written == [tables], "run python -m load.cost"
