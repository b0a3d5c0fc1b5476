"""Documents signed by keys of the tests: what KMS signs, made by another library than the one that verifies."""

import base64
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from shared.documents.signature import Place, Signature, statement
from tests.gateway_events import ACCOUNT

AT: Final = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
PREFIX: Final = f"arn:aws:ssm:eu-central-1:{ACCOUNT}:parameter/sentinel"


@cache
def private_key(name: str) -> ec.EllipticCurvePrivateKey:
    """Give the key of a name: the same one to every test."""
    return ec.derive_private_key(int.from_bytes(name.encode()), ec.SECP256R1())


def public_key(name: str = "signers") -> str:
    """Give the public half as KMS's GetPublicKey does, in base64."""
    key = private_key(name).public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return base64.b64encode(key).decode()


def sign(
    text: str,
    name: str = "policies/access",
    version: int = 1,
    *,
    store_by: datetime = AT + timedelta(hours=1),
    prefix: str = PREFIX,
    key: str = "signers",
) -> str:
    """Give the line for a text, without its end."""
    seconds = int(store_by.timestamp())
    message = statement(Place(f"{prefix}/{name}", version), seconds, text)
    return Signature(
        version, seconds, private_key(key).sign(message, ec.ECDSA(SHA256(), deterministic_signing=True))
    ).line


def parameter(
    value: str, name: str = "policies/access", version: int = 1, *, at: datetime = AT, prefix: str = PREFIX
) -> dict[str, Any]:
    """Give a parameter as SSM answers with it."""
    return {
        "Name": f"/sentinel/{name}",
        "Value": value,
        "Version": version,
        "ARN": f"{prefix}/{name}",
        "LastModifiedDate": at,
    }
