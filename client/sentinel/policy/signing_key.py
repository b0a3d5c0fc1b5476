"""The key that documents are signed with: an asymmetric key of AWS KMS, used with the operator's own credentials."""

import base64
import os
from dataclasses import dataclass
from typing import Any, Final

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from botocore.session import Session

_CONFIG: Final = Config(connect_timeout=5, read_timeout=10, retries={"mode": "standard", "total_max_attempts": 4})
# arn:partition:kms:region:account:key/id
_REGION_OF_ARN: Final = 3


class SigningKeyError(Exception):
    """KMS did not do what it was asked; the message says why."""


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A key by its id, its ARN or an alias."""

    client: Any
    key_id: str

    def public_key(self) -> str:
        """Give the public half, in base64.

        Raises:
            SigningKeyError: KMS does not give it.

        """
        try:
            return base64.b64encode(self.client.get_public_key(KeyId=self.key_id)["PublicKey"]).decode()
        except (ClientError, BotoCoreError) as error:
            raise SigningKeyError(f"cannot read the public key of {self.key_id}: {error}") from None

    def sign(self, message: bytes) -> bytes:
        """Sign a message of at most 4096 bytes, which KMS hashes itself.

        Raises:
            SigningKeyError: KMS does not sign.

        """
        try:
            answer = self.client.sign(
                KeyId=self.key_id, Message=message, MessageType="RAW", SigningAlgorithm="ECDSA_SHA_256"
            )
        except (ClientError, BotoCoreError) as error:
            raise SigningKeyError(f"cannot sign with {self.key_id}: {error}") from None
        signature: bytes = answer["Signature"]
        return signature


def open_signing_key(key_id: str, *, aws_profile: str | None, region: str | None) -> SigningKey:
    """Open a key with what the AWS CLI would use; one named by its ARN in the region that the ARN says.

    Raises:
        SigningKeyError: no such AWS profile, or no region.

    """
    if key_id.startswith("arn:"):
        region = [*key_id.split(":"), "", "", ""][_REGION_OF_ARN]
    try:
        client = Session(profile=aws_profile).create_client(
            "kms", region_name=region or os.environ.get("AWS_REGION"), config=_CONFIG
        )
    except (BotoCoreError, ValueError) as error:
        raise SigningKeyError(f"cannot open KMS: {error}") from None
    return SigningKey(client, key_id)
