"""Signatures of documents: whether the functions want them, by which keys, and whether that protects anything."""

from collections.abc import Iterable

from sentinel.doctor.deployment import Known
from sentinel.doctor.documents import Stored
from sentinel.doctor.findings import Finding, fail, ok, skipped, warn
from shared.documents.public_keys import PublicKeys

_ABOUT = "signatures of documents"
_SET = "set SENTINEL_DOCUMENT_KEYS of vend and admin to the same public keys"


def wanted_keys(known: Known) -> PublicKeys | None:
    """Give the keys that documents have to be signed by; None without any, and where they are not usable."""
    try:
        return PublicKeys(known.document_keys) if known.document_keys else None
    except ValueError:
        return None


def check_signatures(known: Known, stored: Stored) -> Iterable[Finding]:
    """Say by which keys documents are signed; unsigned ones are among the documents' own problems."""
    keys = wanted_keys(known)
    if known.other_keys:
        yield fail(_ABOUT, "the vend and the admin function want signatures by different keys", _SET)
    if known.document_keys and keys is None:
        yield fail(_ABOUT, "the vend function's keys are not public keys on P-256: it does not start", _SET)
    if keys is not None:
        yield ok(_ABOUT, f"they are wanted, by {' or '.join(keys.names)} (the start of the public key's SHA-256)")
        yield skipped(
            _ABOUT,
            "documents with secrets are not read here, nor their signatures",
            "an audit line of the admin function names one that is not signed",
        )
    elif stored.bear_signatures and not known.document_keys:
        yield warn(_ABOUT, "documents are signed, and the vend function wants no signature", _SET)
