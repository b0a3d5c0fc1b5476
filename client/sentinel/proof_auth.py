"""The public name of `sentinel.proof.auth`."""

from sentinel.proof.auth import AiohttpProof, HttpxProof, RequestsProof

__all__ = ["AiohttpProof", "HttpxProof", "RequestsProof"]
