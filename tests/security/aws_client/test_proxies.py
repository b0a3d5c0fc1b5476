"""Calls go through the proxy the environment names, in a tunnel that the proxy cannot look into."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import trustme

from shared.aws.client.protocol import NoAnswerError
from tests.patience import LIMIT_S
from tests.security.aws_client.server import answering

ANSWER = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nOK"
SECRET = {"authorization": "signed"}


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture(autouse=True)
def _clean(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


@asynccontextmanager
async def proxy() -> AsyncIterator[tuple[str, list[bytes]]]:
    """Tunnel to wherever is asked for; what went through in the client's direction is noted, the request first."""
    seen: list[bytes] = []

    async def pipe(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, note: bool) -> None:
        while data := await reader.read(1 << 16):
            if note:
                seen.append(data)
            writer.write(data)
        writer.close()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked = await reader.readuntil(b"\r\n\r\n")
        seen.append(asked)
        host, port = asked.split()[1].decode().rsplit(":", 1)
        there, back = await asyncio.open_connection(host, int(port))
        writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
        await asyncio.gather(pipe(reader, back, note=True), pipe(there, writer, note=False))

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", seen
    server.close()


def context(authority: trustme.CA, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ssl.SSLContext:
    bundle = tmp_path / "authorities.pem"
    authority.cert_pem.write_to_path(str(bundle))
    monkeypatch.setenv("AWS_CA_BUNDLE", str(bundle))
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(tls)
    return tls


@pytest.mark.parametrize("variable", ["HTTPS_PROXY", "https_proxy"])
async def test_a_call_goes_through_a_tunnel(
    authority: trustme.CA, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    tls = context(authority, tmp_path, monkeypatch)
    async with proxy() as (address, seen), answering(lambda *_: ANSWER, tls=tls) as (http, server):
        monkeypatch.setenv(variable, address)
        assert (await http.post(server.url, SECRET, b"", timeout_s=LIMIT_S)).body == b"OK"
    assert seen[0].startswith(f"CONNECT {server.url.split('/')[2]} ".encode())
    assert b"signed" not in b"".join(seen)


async def test_a_host_without_proxy_is_asked_directly(
    authority: trustme.CA, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tls = context(authority, tmp_path, monkeypatch)
    async with proxy() as (address, seen), answering(lambda *_: ANSWER, tls=tls) as (http, server):
        monkeypatch.setenv("HTTPS_PROXY", address)
        monkeypatch.setenv("NO_PROXY", "localhost,.example")
        assert (await http.post(server.url, SECRET, b"", timeout_s=LIMIT_S)).body == b"OK"
    assert seen == []


async def test_a_proxy_that_is_not_there_is_a_failure_that_names_nothing_of_its_address(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with answering(lambda *_: ANSWER) as (http, _):
        monkeypatch.setenv("HTTPS_PROXY", "http://user:secret@127.0.0.1:1")
        with pytest.raises(NoAnswerError) as caught:
            await http.post("https://sts.example/", SECRET, b"", timeout_s=LIMIT_S)
    assert str(caught.value) == "ClientProxyConnectionError"


async def test_what_a_netrc_file_says_of_a_host_is_not_sent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    netrc = tmp_path / ".netrc"
    netrc.write_text("machine 127.0.0.1 login developer password secret")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    async with answering(lambda *_: ANSWER) as (http, server):
        await http.post(server.url, {}, b"", timeout_s=LIMIT_S)
    assert b"uthorization" not in server.received[0][0]
