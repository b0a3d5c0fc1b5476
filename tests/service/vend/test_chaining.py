"""What a session may chain into: nothing that would outlive the grant it was issued under."""

import json
from datetime import timedelta
from typing import Any

import pytest

from shared.aws.sts.assume_role import RoleIssuer
from shared.core.session_policy import CHAINING_ACTIONS
from tests.gateway_events import ACCOUNT, http_api_event
from tests.service.vend.conftest import VendLambda

SERVICES = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}],
}


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[str | None]:
    """Note the session policy of every AssumeRole."""
    policies: list[str | None] = []
    issue = RoleIssuer.issue

    async def noting(self: RoleIssuer, **request: Any) -> Any:
        policies.append(request["session_policy"])
        return await issue(self, **request)

    monkeypatch.setattr(RoleIssuer, "issue", noting)
    return policies


def forbids_chaining(policy: str | None) -> bool:
    statements = json.loads(policy or '{"Statement":[]}')["Statement"]
    return {"Effect": "Deny", "Action": list(CHAINING_ACTIONS), "Resource": "*"} in statements


def keep(vend: VendLambda, name: str, **more: object) -> None:
    vend.store(f"profiles/{name}", {"role_arn": f"arn:aws:iam::{ACCOUNT}:role/sentinel/{name}", **more})


def ask(vend: VendLambda, profile: str) -> str:
    answered = vend.call(http_api_event(query=f"profile={profile}"))
    assert answered.status == 200, answered.body
    via: str = answered.audit["via"]
    return via


@pytest.mark.parametrize("uses", ["window", "once"])
@pytest.mark.parametrize("minutes", [5, 16, 60, 300])
def test_a_session_of_an_approval_never_chains(
    vend: VendLambda, sent: list[str | None], uses: str, minutes: int
) -> None:
    vend.approve("prod", timedelta(minutes=minutes), uses=uses)
    assert ask(vend, "prod") == "approval"
    assert [forbids_chaining(policy) for policy in sent] == [True]


@pytest.mark.parametrize("minutes", [16, 60])
def test_nor_does_a_session_of_a_break_glass_event(vend: VendLambda, sent: list[str | None], minutes: int) -> None:
    vend.break_glass("prod", timedelta(minutes=minutes))
    assert ask(vend, "prod") == "break-glass"
    assert [forbids_chaining(policy) for policy in sent] == [True]


def test_a_profile_that_must_chain_may_say_so(vend: VendLambda, sent: list[str | None]) -> None:
    keep(vend, "prod", chaining=True)
    vend.approve("prod", timedelta(hours=1))
    ask(vend, "prod")
    assert sent == [None]


@pytest.mark.parametrize(("minutes", "more"), [(5, {}), (60, {"session_policy": SERVICES})])
def test_what_narrows_a_session_is_never_shed_by_chaining(
    vend: VendLambda, sent: list[str | None], minutes: int, more: dict[str, object]
) -> None:
    keep(vend, "prod", chaining=True, **more)
    vend.approve("prod", timedelta(minutes=minutes))
    ask(vend, "prod")
    assert [forbids_chaining(policy) for policy in sent] == [True]


def test_a_session_without_a_grant_chains_as_its_role_may(vend: VendLambda, sent: list[str | None]) -> None:
    assert ask(vend, "dev") == "direct"
    assert sent == [None]
