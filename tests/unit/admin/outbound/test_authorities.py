"""Webhooks are verified with the system's authorities, not with those that calls to AWS trust."""

import ssl
from collections.abc import Iterator
from pathlib import Path

import pytest
import trustme

from services.admin.outbound import authorities


@pytest.fixture(autouse=True)
def _not_cached() -> Iterator[None]:
    authorities.trusted_authorities.cache_clear()
    yield
    authorities.trusted_authorities.cache_clear()


@pytest.fixture
def few(tmp_path: Path) -> str:
    trustme.CA().cert_pem.write_to_path(str(tmp_path / "few.pem"))
    return str(tmp_path / "few.pem")


def test_they_are_the_systems_where_the_librarys_are_those_for_aws(monkeypatch: pytest.MonkeyPatch, few: str) -> None:
    systems = ssl.create_default_context().cert_store_stats()
    monkeypatch.setenv("SSL_CERT_FILE", few)
    monkeypatch.setenv("AWS_CA_BUNDLE", few)
    context = authorities.trusted_authorities()
    assert context.cert_store_stats() == systems
    assert (context.verify_mode, context.check_hostname) == (ssl.CERT_REQUIRED, True)
    assert ssl.create_default_context().cert_store_stats()["x509"] == 1


def test_a_file_that_is_named_for_everything_but_aws_is_heeded(
    monkeypatch: pytest.MonkeyPatch, few: str, tmp_path: Path
) -> None:
    two = tmp_path / "two.pem"
    two.write_bytes(b"".join(trustme.CA().cert_pem.bytes() for _ in range(2)))
    monkeypatch.setenv("AWS_CA_BUNDLE", few)
    monkeypatch.setenv("SSL_CERT_FILE", str(two))
    assert authorities.trusted_authorities().cert_store_stats()["x509"] == 2


def test_no_old_protocol_is_spoken_where_nothing_is_named(monkeypatch: pytest.MonkeyPatch, few: str) -> None:
    monkeypatch.setenv("AWS_CA_BUNDLE", few)
    monkeypatch.delenv("SSL_CERT_FILE", raising=False)
    context = authorities.trusted_authorities()
    assert (context.verify_mode, context.check_hostname) == (ssl.CERT_REQUIRED, True)
    assert context.minimum_version >= ssl.TLSVersion.TLSv1_2
