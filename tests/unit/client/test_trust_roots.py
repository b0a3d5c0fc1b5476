"""Where no bundle is named, the system's verifier decides, and it is loaded for a connection only."""

import ssl
import subprocess
import sys
from pathlib import Path

import pytest
import trustme
import truststore

from sentinel.connections import tls_context


def test_the_system_decides_unless_a_bundle_is_named(tmp_path: Path) -> None:
    authority = tmp_path / "authority.pem"
    trustme.CA().cert_pem.write_to_path(authority)
    assert isinstance(tls_context(None), truststore.SSLContext)
    named = tls_context(str(authority))
    assert not isinstance(named, truststore.SSLContext)
    assert len(named.get_ca_certs()) == 1


@pytest.mark.parametrize("bundle", [None, "named"])
def test_names_and_certificates_are_verified(tmp_path: Path, bundle: str | None) -> None:
    if bundle:
        trustme.CA().cert_pem.write_to_path(tmp_path / bundle)
    context = tls_context(str(tmp_path / bundle) if bundle else None)
    assert (context.verify_mode, context.check_hostname) == (ssl.CERT_REQUIRED, True)
    assert context.minimum_version >= ssl.TLSVersion.TLSv1_2


def test_a_command_without_a_connection_does_not_load_the_verifier() -> None:
    look = "import sys, sentinel.commands.credentials, sentinel.api.transport; sys.exit('truststore' in sys.modules)"
    assert subprocess.call([sys.executable, "-c", look]) == 0
