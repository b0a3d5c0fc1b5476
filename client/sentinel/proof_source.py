"""The public name of `sentinel.proof.source`."""

from sentinel.proof.origins import UnsafeUrlError
from sentinel.proof.source import ProofSource, session_credentials

__all__ = ["ProofSource", "UnsafeUrlError", "session_credentials"]
