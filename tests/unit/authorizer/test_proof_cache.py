from dataclasses import replace
from datetime import timedelta

import pytest

from services.authorizer import proof_cache as memory
from services.authorizer.proof_cache import ConfirmedProofs, ProofKey
from shared.aws.sts.caller_identity import VerifiedIdentity
from shared.core.proof import Proof
from tests.service.rows import NOW

ALICE = VerifiedIdentity("arn:aws:sts::123456789012:assumed-role/Prod/alice", "123456789012")
PROOF = Proof("ASIAQQQQQQQQQQQQQQQQ", NOW, "eu-central-1", "t" * 100, "ab" * 32)
KEY = ProofKey(PROOF.fingerprint(), "api-1", None)


@pytest.fixture
def confirmed() -> ConfirmedProofs:
    proofs = ConfirmedProofs()
    proofs.remember(KEY, PROOF, ALICE, NOW)
    return proofs


def test_a_confirmed_proof_is_known_for_a_minute(confirmed: ConfirmedProofs) -> None:
    assert confirmed.find(KEY, NOW + timedelta(seconds=59)) == ALICE
    assert confirmed.find(KEY, NOW + timedelta(seconds=60)) is None


@pytest.mark.parametrize(
    "other",
    [
        ProofKey(KEY.fingerprint, "api-2", None),
        ProofKey(KEY.fingerprint, "api-1", "a binding"),
        ProofKey("another", "api-1", None),
    ],
)
def test_what_was_confirmed_is_that_and_nothing_else(confirmed: ConfirmedProofs, other: ProofKey) -> None:
    assert confirmed.find(other, NOW) is None


def test_the_oldest_are_forgotten_first(confirmed: ConfirmedProofs, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "_MOST", 2)
    for name in ("second", "third"):
        confirmed.remember(ProofKey(name, "api-1", None), PROOF, ALICE, NOW)
    assert confirmed.find(KEY, NOW) is None
    assert confirmed.find(ProofKey("second", "api-1", None), NOW) == ALICE


def test_what_is_too_old_is_let_go_of_when_the_next_comes(confirmed: ConfirmedProofs) -> None:
    later = NOW + timedelta(seconds=60)
    younger = ProofKey("younger", "api-1", None)
    confirmed.remember(younger, replace(PROOF, signed_at=later), ALICE, later)
    assert list(confirmed._confirmed) == [younger]


def test_what_is_young_enough_is_kept_when_the_next_comes(confirmed: ConfirmedProofs) -> None:
    soon = NOW + timedelta(seconds=59)
    confirmed.remember(ProofKey("younger", "api-1", None), replace(PROOF, signed_at=soon), ALICE, soon)
    assert confirmed.find(KEY, soon) == ALICE


def test_the_memory_holds_nothing_anyone_could_use(confirmed: ConfirmedProofs) -> None:
    text = repr(confirmed._confirmed)
    assert not any(secret in text for secret in (PROOF.token, PROOF.signature))
