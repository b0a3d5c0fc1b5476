"""Proofs that STS has judged, remembered until they age out: one proof costs STS one call, however often it comes."""

from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from shared.aws.sts.caller_identity import VerifiedIdentity
from shared.core.proof import LONGEST_LIFE, Proof

_MOST: Final = 1000


@dataclass(frozen=True, slots=True)
class ProofKey:
    """What exactly was confirmed: these pieces, signed for this API and, where it asks for one, this request."""

    fingerprint: str
    api_id: str
    binding: str | None


class ConfirmedProofs:
    """The latest confirmed proofs of one process, by their hash: the memory holds nothing anyone could use."""

    def __init__(self) -> None:
        self._confirmed: OrderedDict[ProofKey, tuple[VerifiedIdentity, datetime]] = OrderedDict()

    def forget(self) -> None:
        """Remember nothing."""
        self._confirmed.clear()

    def find(self, key: ProofKey, now: datetime) -> VerifiedIdentity | None:
        """Find whose proof it is, if it was confirmed and is not too old to be taken now."""
        found = self._confirmed.get(key)
        if found is None:
            return None
        identity, until = found
        return identity if now < until else None

    def remember(self, key: ProofKey, proof: Proof, identity: VerifiedIdentity, now: datetime) -> None:
        """Remember a proof that STS confirmed, and forget those that are too old; the oldest go first."""
        while self._confirmed and next(iter(self._confirmed.values()))[1] <= now:
            self._confirmed.popitem(last=False)
        self._confirmed[key] = identity, proof.signed_at + LONGEST_LIFE
        self._confirmed.move_to_end(key)
        while len(self._confirmed) > _MOST:
            self._confirmed.popitem(last=False)


class RefusedProofs:
    """The latest proofs that STS refused for good. Kept apart, so that forgeries push out none that was confirmed."""

    def __init__(self) -> None:
        self._refused: OrderedDict[ProofKey, datetime] = OrderedDict()

    def forget(self) -> None:
        """Remember nothing."""
        self._refused.clear()

    def holds(self, key: ProofKey, now: datetime) -> bool:
        """Whether a proof was refused. Once it is too old to be taken, its age refuses it."""
        return key in self._refused and now < self._refused[key]

    def remember(self, key: ProofKey, proof: Proof) -> None:
        """Remember a proof that STS refused; the oldest go first."""
        self._refused[key] = proof.signed_at + LONGEST_LIFE
        self._refused.move_to_end(key)
        while len(self._refused) > _MOST:
            self._refused.popitem(last=False)
