"""Webhooks are verified with the system's authorities, not with those that calls to AWS trust."""

import ssl
from collections.abc import Iterator
from pathlib import Path

import pytest
import trustme

from services.admin.outbound import authorities


@pytest.fixture(autouse=True)
def _not_cached() -> Iterator[None]:
    authorities.systems_authorities.cache_clear()
    yield
    authorities.systems_authorities.cache_clear()


@pytest.fixture
def few(tmp_path: Path) -> str:
    trustme.CA().cert_pem.write_to_path(str(tmp_path / "few.pem"))
    return str(tmp_path / "few.pem")


def test_they_are_the_systems_where_the_librarys_are_those_for_aws(monkeypatch: pytest.MonkeyPatch, few: str) -> None:
    systems = ssl.create_default_context().cert_store_stats()
    monkeypatch.setenv("SSL_CERT_FILE", few)
    monkeypatch.setenv("AWS_CA_BUNDLE", few)
    context = authorities.systems_authorities()
    assert context is not None
    assert context.cert_store_stats() == systems
    assert (context.verify_mode, context.check_hostname) == (ssl.CERT_REQUIRED, True)
    assert ssl.create_default_context().cert_store_stats()["x509"] == 1


@pytest.mark.parametrize("own", ["another", None])
def test_a_file_that_is_named_for_everything_but_aws_is_heeded(
    monkeypatch: pytest.MonkeyPatch, few: str, own: str | None
) -> None:
    monkeypatch.setenv("AWS_CA_BUNDLE", few)
    if own is None:
        monkeypatch.delenv("SSL_CERT_FILE", raising=False)
    else:
        monkeypatch.setenv("SSL_CERT_FILE", own)
    assert authorities.systems_authorities() is None
