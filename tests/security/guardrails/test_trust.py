"""The two sides of a vend: the vend role's own policy and the trust of a protected role, in another account."""

from collections.abc import Sequence

import pytest

from deploy.policies.execution import vend_policy
from deploy.policies.generate import EXAMPLE
from deploy.policies.protected import protected_trust
from shared.core.stamp import TRANSITIVE_TAG_KEYS, TagKey
from tests.security.guardrails.organization import PROTECTED, SENTINEL, STAMP, WORKLOAD, Asker, Organization, role

VEND = role("sentinel-vend", SENTINEL)
STAMPED = {"sts:SourceIdentity": STAMP, "sts:RoleSessionName": STAMP}
TAGGED = {f"aws:RequestTag/{TagKey.SESSION}": "0123456789abcdef", f"aws:RequestTag/{TagKey.USER}": "alice"}
TAG_KEYS: dict[str, Sequence[str]] = {
    "aws:TagKeys": [str(key) for key in TagKey],
    "sts:TransitiveTagKeys": [str(key) for key in TRANSITIVE_TAG_KEYS],
}
WHOLE: dict[str, dict[str, str | Sequence[str]]] = {
    "sts:AssumeRole": {**STAMPED, **TAGGED},
    "sts:SetSourceIdentity": {"sts:SourceIdentity": STAMP},
    "sts:TagSession": {**TAGGED, **TAG_KEYS},
}


def passes(
    organization: Organization, action: str, keys: dict[str, str | Sequence[str]], asker: Asker = VEND
) -> tuple[bool, bool]:
    """Say whether each side alone would let the request pass, the other allowing everything."""
    asking = Asker(asker.arn, asker.account, {**asker.keys, **keys})
    own = organization.decide(asking, action, PROTECTED, allowing=vend_policy(EXAMPLE), guarded=False)
    trusted = organization.decide(asking, action, PROTECTED, trusting=protected_trust(EXAMPLE), guarded=False)
    return own.allowed, trusted.allowed


@pytest.mark.parametrize("action", WHOLE)
def test_a_whole_vend_passes_both_sides(organization: Organization, action: str) -> None:
    assert passes(organization, action, WHOLE[action]) == (True, True)


@pytest.mark.parametrize("key", ["sts:SourceIdentity", "sts:RoleSessionName"])
@pytest.mark.parametrize("value", ["alice", None])
def test_a_vend_without_its_stamp_passes_neither_side(organization: Organization, key: str, value: str | None) -> None:
    keys = {name: each for name, each in WHOLE["sts:AssumeRole"].items() if name != key}
    assert passes(organization, "sts:AssumeRole", keys | ({key: value} if value else {})) == (False, False)


@pytest.mark.parametrize("key", TAGGED)
def test_a_vend_without_its_tags_is_not_trusted(organization: Organization, key: str) -> None:
    keys = {name: each for name, each in WHOLE["sts:AssumeRole"].items() if name != key}
    assert passes(organization, "sts:AssumeRole", keys)[1] is False


@pytest.mark.parametrize(
    "change",
    [
        {"aws:TagKeys": [*TAG_KEYS["aws:TagKeys"], "Department"]},
        {"sts:TransitiveTagKeys": [TagKey.VIA]},
        {f"aws:RequestTag/{TagKey.USER}": ""},
    ],
    ids=["a tag that is not ours", "another that survives chaining", "an empty user"],
)
def test_other_tags_pass_neither_side(organization: Organization, change: dict[str, str | Sequence[str]]) -> None:
    assert passes(organization, "sts:TagSession", WHOLE["sts:TagSession"] | change) == (False, False)


@pytest.mark.parametrize("key", TAG_KEYS)
def test_tags_that_are_not_named_pass_neither_side(organization: Organization, key: str) -> None:
    keys = {name: each for name, each in WHOLE["sts:TagSession"].items() if name != key}
    assert passes(organization, "sts:TagSession", keys) == (False, False)


@pytest.mark.parametrize("action", WHOLE)
def test_another_role_of_sentinels_account_is_not_trusted(organization: Organization, action: str) -> None:
    for other in (role("sentinel-admin", SENTINEL), role("sentinel-vend", WORKLOAD)):
        assert passes(organization, action, WHOLE[action], other)[1] is False


@pytest.mark.parametrize("action", WHOLE)
def test_the_vend_role_reaches_no_role_outside_the_protected_path(organization: Organization, action: str) -> None:
    asking = Asker(VEND.arn, VEND.account, {**VEND.keys, **WHOLE[action]})
    other = f"arn:aws:iam::{WORKLOAD}:role/Administrator"
    assert not organization.decide(asking, action, other, allowing=vend_policy(EXAMPLE), guarded=False).allowed
