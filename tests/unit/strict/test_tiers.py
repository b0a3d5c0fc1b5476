import pytest

from deploy.local.strict.context import AwsRequest
from deploy.local.strict.tiers import SeenTiers

LARGE = "x" * 4097


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
