"""Proofs of possession for APIs behind Sentinel's authorizer: `make_proof` makes one, `auth` adds them to requests."""

from sentinel.proof.make import NoSessionError, SessionCredentials, UnknownProofRegionError, make_proof

__all__ = ["NoSessionError", "SessionCredentials", "UnknownProofRegionError", "make_proof"]
