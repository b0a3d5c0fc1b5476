"""The public name of `sentinel.proof.source`."""

from sentinel.proof.source import ProofSource, UnsafeUrlError, session_credentials

__all__ = ["ProofSource", "UnsafeUrlError", "session_credentials"]
