"""Signatures of documents: what `sentinel policy sign` prints, and what a push puts before the document."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from sentinel.policy.document_parameter import StoreError
from sentinel.policy.files import UnusableInputError, read_text
from shared.clock import utc_now
from shared.documents import DocumentError
from shared.documents.public_keys import PublicKeys
from shared.documents.signature import Place, Signature, Stored, read_line, require_signed, statement

if TYPE_CHECKING:
    from sentinel.policy.parameter_store import StoredParameter
    from sentinel.policy.signing_key import SigningKey

KEY_VARIABLE: Final = "SENTINEL_SIGNING_KEY"
# A push stores at once what it signs.
_AT_ONCE: Final = timedelta(minutes=10)
# As aws kms get-public-key prints a key on P-256: its algorithm and curve, which no id of a key begins with.
_PUBLIC_KEY: Final = "MFkwEwYH"


def sign_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options that say how a push is signed."""
    for option in (
        click.option("--unsigned", is_flag=True, help="Store it without a signature over a version that has one."),
        click.option(
            "--key",
            envvar=KEY_VARIABLE,
            metavar="KEY",
            help="With --signature: the KMS key, or its public key in base64.",
        ),
        click.option(
            "--signature", type=click.Path(path_type=Path), metavar="FILE", help="What `sentinel policy sign` printed."
        ),
        click.option("--sign", "signing_key", metavar="KEY", help="Sign it with this KMS key: an id, ARN or alias."),
    ):
        command = option(command)
    return command


@dataclass(frozen=True, slots=True)
class Signing:
    """How a push gets its signature: by a key that signs now, or as a line that was signed before."""

    keys: PublicKeys
    key: "SigningKey | None" = None
    written: str = ""

    def line(self, place: Place, text: str) -> str:
        """Give the line for a text that becomes this version now, checked as the Lambdas check it.

        Raises:
            StoreError: KMS does not sign.
            DocumentError: the signature is for another text, version or parameter, too old, or of another key.

        """
        now = utc_now()
        line = self.written if self.key is None else sign_text(self.key, place, text, now + _AT_ONCE).line
        require_signed(f"{line}\n{text}", Stored(place.arn, place.version, now), self.keys)
        return line

    def has_signed(self, stored: "StoredParameter") -> bool:
        """Whether what is stored is signed, and by the key."""
        try:
            require_signed(stored.value, Stored(stored.arn, stored.version, stored.at), self.keys)
        except DocumentError:
            return False
        return True


def open_signing(
    *, signing_key: str | None, signature: Path | None, key: str | None, **where: Any
) -> tuple[Signing | None, Mapping[str, Any]]:
    """Turn the options into how the document is signed, None if it is not, and those that select the parameter.

    Raises:
        click.UsageError: they contradict each other, or one is missing.
        StoreError: KMS cannot be asked for the key.
        UnusableInputError: the file cannot be read.

    """
    if signing_key is not None and signature is not None:
        raise click.UsageError("--sign signs now, and --signature was signed before: give one of them")
    if signing_key is not None:
        opened = open_key(signing_key, where["aws_profile"], where["region"])
        return Signing(public_keys(opened), opened), where
    if signature is None:
        return None, where
    if key is None:
        raise click.UsageError(f"--signature is checked before it is stored: say the key, by --key or {KEY_VARIABLE}")
    if key.startswith(_PUBLIC_KEY):
        return Signing(_given(key), written=_read_signature(signature)), where
    keys = public_keys(open_key(key, where["aws_profile"], where["region"]))
    return Signing(keys, written=_read_signature(signature)), where


def _given(key: str) -> PublicKeys:
    try:
        return PublicKeys([key])
    except ValueError as error:
        raise click.UsageError(f"--key: {error}") from None


def _read_signature(file: Path) -> str:
    line = read_text(file).removesuffix("\n").removesuffix("\r")
    try:
        read_line(line)
    except DocumentError:
        raise UnusableInputError([f"{file}: not what `sentinel policy sign` printed"]) from None
    return line


def open_key(key: str, aws_profile: str | None, region: str | None) -> "SigningKey":
    """Open a key of KMS.

    Raises:
        StoreError: it cannot be opened.

    """
    from sentinel.policy.signing_key import SigningKeyError, open_signing_key  # noqa: PLC0415 - botocore is slow to load

    try:
        return open_signing_key(key, aws_profile=aws_profile, region=region)
    except SigningKeyError as error:
        raise StoreError(str(error)) from None


def public_keys(key: "SigningKey") -> PublicKeys:
    """Ask for the public half of a key.

    Raises:
        StoreError: KMS does not give it, or it is of another kind.

    """
    from sentinel.policy.signing_key import SigningKeyError  # noqa: PLC0415 - see open_key

    try:
        return PublicKeys([key.public_key()])
    except (SigningKeyError, ValueError) as error:
        raise StoreError(f"{key.key_id}: {error}") from None


def sign_text(key: "SigningKey", place: Place, text: str, store_by: datetime) -> Signature:
    """Have KMS sign that a text is this version of a parameter if it is stored by then.

    Raises:
        StoreError: KMS does not.

    """
    from sentinel.policy.signing_key import SigningKeyError  # noqa: PLC0415 - see open_key

    seconds = int(store_by.timestamp())
    try:
        return Signature(place.version, seconds, key.sign(statement(place, seconds, text)))
    except SigningKeyError as error:
        raise StoreError(str(error)) from None


def signed_as_json(parameter: str, signature: Signature) -> str:
    """Write what was signed, for programs."""
    report = {"parameter": parameter, "version": signature.version, "store_by": signature.store_by}
    return json.dumps(report | {"signature": signature.line}, indent=2)
