"""AWS is who its certificate says: anything else gets no request, and so neither a signature nor a token."""

import ssl
from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import trustme

from shared.aws.client.http import Http, open_tls
from shared.aws.client.protocol import NoAnswerError
from tests.patience import LIMIT_S
from tests.security.aws_client.server import Server, answering

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
ANSWER = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nOK"


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture(autouse=True)
def _trusted(authority: trustme.CA, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bundle = tmp_path / "authorities.pem"
    authority.cert_pem.write_to_path(str(bundle))
    monkeypatch.setenv("AWS_CA_BUNDLE", str(bundle))


def serving(certificate: trustme.LeafCert) -> AbstractAsyncContextManager[tuple[Http, Server]]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate.configure_cert(context)
    return answering(lambda *_: ANSWER, tls=context)


async def ask(http: Http, url: str) -> bytes:
    return (await http.post(url, {"authorization": "signed"}, b"", timeout_s=LIMIT_S)).body


async def test_a_certificate_for_the_name_from_a_trusted_authority_is_taken(authority: trustme.CA) -> None:
    async with serving(authority.issue_cert("localhost")) as (http, server):
        assert await ask(http, server.url) == b"OK"
    assert b"authorization: signed" in server.received[0][0]


async def test_a_certificate_for_another_name_is_refused(authority: trustme.CA) -> None:
    async with serving(authority.issue_cert("sts.example")) as (http, server):
        with pytest.raises(NoAnswerError, match="ClientConnectorCertificateError"):
            await ask(http, server.url)
    assert not any(server.received)


async def test_a_certificate_of_an_unknown_authority_is_refused() -> None:
    async with serving(trustme.CA().issue_cert("localhost")) as (http, server):
        with pytest.raises(NoAnswerError, match="ClientConnectorCertificateError"):
            await ask(http, server.url)
    assert not any(server.received)


async def test_a_certificate_that_has_expired_is_refused(authority: trustme.CA) -> None:
    expired = authority.issue_cert("localhost", not_before=LONG_AGO, not_after=LONG_AGO + timedelta(days=1))
    async with serving(expired) as (http, server):
        with pytest.raises(NoAnswerError, match="ClientConnectorCertificateError"):
            await ask(http, server.url)
    assert not any(server.received)


async def test_a_protocol_older_than_tls_1_2_is_not_spoken() -> None:
    assert open_tls().minimum_version >= ssl.TLSVersion.TLSv1_2


async def test_authorities_that_cannot_be_read_are_an_error_before_anything_is_sent(
    authority: trustme.CA, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("AWS_CA_BUNDLE", str(tmp_path / "missing.pem"))
    async with serving(authority.issue_cert("localhost")) as (http, server):
        with pytest.raises(FileNotFoundError):
            await ask(http, server.url)
    assert not any(server.received)


async def test_an_address_without_tls_needs_no_authorities(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("AWS_CA_BUNDLE", str(tmp_path / "missing.pem"))
    async with answering(lambda *_: ANSWER) as (http, server):
        assert await ask(http, server.url) == b"OK"
