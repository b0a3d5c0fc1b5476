"""SnapStart: a proof that was confirmed before a snapshot is not known to the process that is restored from it."""

import sys

import pytest

from tests.service.authorizer.function import AuthorizerLambda
from tests.service.snapshots import Hooks


@pytest.fixture
def environment(environment: dict[str, str], hooks: Hooks) -> dict[str, str]:  # noqa: ARG001 - there before the function is
    return environment


@pytest.fixture
def hooks(monkeypatch: pytest.MonkeyPatch) -> Hooks:
    hooks = Hooks()
    monkeypatch.setitem(sys.modules, hooks.__name__, hooks)
    return hooks


def test_a_restored_process_remembers_no_proof(authorizer: AuthorizerLambda, hooks: Hooks) -> None:
    authorizer.vend()
    proof = authorizer.proof()
    assert [authorizer.ask(proof).sts_calls for _ in range(2)] == [1, 0]
    hooks.take()
    hooks.restore()
    again = authorizer.ask(proof)
    assert (again.is_allowed, again.sts_calls) == (True, 1)
