from typing import Any

import pytest

from deploy.local.strict.across_requests import SeenTiers, SeenTokens
from deploy.local.strict.context import AwsRequest
from tests.unit.strict.requests import deletion, transaction

LARGE = "x" * 4097


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def write(tokens: SeenTokens, *writes: dict[str, Any], token: str = "t") -> str | None:
    return tokens.find_violation(AwsRequest("dynamodb", "TransactWriteItems", transaction(*writes, token=token)))


def test_a_token_may_come_again_with_its_body() -> None:
    tokens = SeenTokens(Clock())
    assert write(tokens, deletion("x")) is None
    assert write(tokens, deletion("x")) is None


def test_a_token_with_another_body_is_a_violation_and_the_first_body_stays_its_own() -> None:
    tokens = SeenTokens(Clock())
    write(tokens, deletion("x"))
    assert "another body" in str(write(tokens, deletion("y")))
    assert write(tokens, deletion("x")) is None


def test_two_bodies_with_tokens_of_their_own_are_two_transactions() -> None:
    tokens = SeenTokens(Clock())
    assert write(tokens, deletion("x"), token="a") is None
    assert write(tokens, deletion("y"), token="b") is None


def test_a_token_is_free_ten_minutes_after_it_was_last_seen() -> None:
    clock = Clock()
    tokens = SeenTokens(clock)
    write(tokens, deletion("x"))
    clock.now = 599
    write(tokens, deletion("x"))
    clock.now = 1198
    assert "another body" in str(write(tokens, deletion("y")))
    clock.now = 1199
    assert write(tokens, deletion("y")) is None


def test_requests_without_a_token_are_no_ones_business() -> None:
    tokens = SeenTokens(Clock())
    for session_id in ("x", "y"):
        request = AwsRequest("dynamodb", "TransactWriteItems", {"TransactItems": [deletion(session_id)]})
        assert tokens.find_violation(request) is None


def put(tiers: SeenTiers, tier: str | None = None, value: str = "x", *, overwrite: bool = True) -> str | None:
    params = {"Name": "/sentinel/a", "Value": value, "Type": "String", "Overwrite": overwrite}
    return tiers.find_violation(AwsRequest("ssm", "PutParameter", params | ({} if tier is None else {"Tier": tier})))


@pytest.mark.parametrize(("tier", "value"), [("Advanced", "x"), ("Intelligent-Tiering", LARGE)])
def test_an_advanced_parameter_takes_no_standard_value(tier: str, value: str) -> None:
    tiers = SeenTiers()
    assert put(tiers, tier, value, overwrite=False) is None
    assert "cannot become a standard one" in str(put(tiers, "Standard"))
    for allowed in ("Intelligent-Tiering", "Advanced", None):
        assert put(tiers, allowed) is None
    assert put(tiers, "Standard") is not None


def test_a_parameter_that_was_never_advanced_takes_any_tier() -> None:
    tiers = SeenTiers()
    for tier in (None, "Standard", "Intelligent-Tiering", "Standard"):
        assert put(tiers, tier) is None


def test_a_parameter_made_again_begins_again() -> None:
    tiers = SeenTiers()
    put(tiers, "Advanced")
    assert put(tiers, "Standard", overwrite=False) is None
    assert put(tiers, "Standard") is None
