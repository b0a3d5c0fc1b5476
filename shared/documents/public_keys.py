"""The public keys that documents are signed with: ECDSA on P-256 over SHA-256, as AWS KMS signs with ECC_NIST_P256.

The signature is checked by PyCryptodome (docs/decisions/0070), which is imported where the first key is.
"""

import base64
import binascii
import hashlib
from collections.abc import Sequence
from typing import Any, Final

# SubjectPublicKeyInfo of an uncompressed point on P-256 (RFC 5480, §2): algorithm and curve, then 64 bytes. KMS's
# GetPublicKey gives this form.
_ALGORITHM: Final = bytes.fromhex("3059301306072a8648ce3d020106082a8648ce3d03010703420004")
_LENGTH: Final = len(_ALGORITHM) + 64
# A deployment needs one, and a second while it changes keys.
MOST_KEYS: Final = 3
_NAME_LENGTH: Final = 16


class PublicKeys:
    """One to three public keys, any of which a signature may be of."""

    def __init__(self, keys: Sequence[str]) -> None:
        """Take keys in base64 of their DER form, as `aws kms get-public-key` prints them.

        Raises:
            ValueError: one is not a public key on P-256, or there are too few or too many.

        """
        if not 1 <= len(keys) <= MOST_KEYS:
            raise ValueError(f"1 to {MOST_KEYS} public keys are read, not {len(keys)}")
        self.names = tuple(map(key_name, keys))
        self._keys = [_load(key) for key in keys]

    def verify(self, signature: bytes, message: bytes) -> bool:
        """Whether the signature, in DER, is of the message and by one of the keys."""
        return any(_is_signed_by(key, signature, message) for key in self._keys)


def key_name(key: str) -> str:
    """Give the short name by which findings call a key: the start of its SHA-256."""
    return hashlib.sha256(key.encode()).hexdigest()[:_NAME_LENGTH]


def _load(key: str) -> Any:
    from Cryptodome.PublicKey import ECC  # noqa: PLC0415 - only where documents are signed

    problem = ValueError(
        "not a public key on P-256 in base64: take the PublicKey that aws kms get-public-key prints for a key with the "
        "spec ECC_NIST_P256"
    )
    try:
        data = base64.b64decode(key, validate=True)
    except binascii.Error:
        raise problem from None
    if len(data) != _LENGTH or not data.startswith(_ALGORITHM):
        raise problem
    x, y = (int.from_bytes(data[-64:][half]) for half in (slice(32), slice(32, 64)))
    try:
        return ECC.construct(curve="P-256", point_x=x, point_y=y)
    except ValueError:  # not on the curve
        raise problem from None


def _is_signed_by(key: Any, signature: bytes, message: bytes) -> bool:
    from Cryptodome.Hash import SHA256  # noqa: PLC0415 - see _load
    from Cryptodome.Signature import DSS  # noqa: PLC0415 - see _load

    try:
        # It raises for each signature that is not authentic; what it returns says nothing.
        DSS.new(key, "fips-186-3", encoding="der").verify(SHA256.new(message), signature)
    except ValueError:
        return False
    return True
