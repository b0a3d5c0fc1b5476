"""The certificate authorities that an emulator trusts which fetches the keys of a test's own issuer."""

import os
from pathlib import Path

import botocore

from deploy.local.identity.provider import IdentityProvider


def trusting(identity: IdentityProvider, work: Path) -> Path:
    """Write a file of the provider's authority and of those trusted here: starting the emulator may need these."""
    trusted = Path(os.environ.get("SSL_CERT_FILE") or Path(botocore.__file__).with_name("cacert.pem"))
    file = work / "authorities.pem"
    texts = (each.read_text(encoding="utf-8") for each in (identity.authority_file, trusted))
    file.write_text("\n".join(texts), encoding="utf-8")
    return file
