"""The loopback endpoint under clients that mean ill: any byte stream, a crowd of slow ones, and other users' processes.

What is guaranteed against other users of the machine is that they do not hold the token. A loopback port has no owner:
every process on the machine can connect, so a connection proves nothing, and the token decides.
"""

import asyncio
import logging
import os
import sys
from collections.abc import AsyncIterator, Iterable
from contextlib import suppress

import aiohttp
import pytest
from aiohttp import web
from hypothesis import given
from hypothesis import strategies as st

from sentinel.credentials.endpoint import Endpoint, serve_endpoint
from sentinel.credentials.loopback import listening
from sentinel.credentials.refresher import CredentialRefresher
from sentinel.credentials.variables import ENDPOINT_PATH
from tests.examples import tried
from tests.patience import LIMIT_S
from tests.unit.client.upstream import Upstream

# An unprivileged user, on every Unix.
OTHER_UID = 65534
SECRET = b"the-secret"


@pytest.fixture
def upstream() -> Upstream:
    return Upstream()


@pytest.fixture
async def endpoint(upstream: Upstream) -> AsyncIterator[Endpoint]:
    async with serve_endpoint(CredentialRefresher(upstream.fetch, upstream.now)) as endpoint:
        yield endpoint


def request(endpoint: Endpoint, *more: str, token: str | None = None, target: str = ENDPOINT_PATH) -> bytes:
    lines = [
        f"GET {target} HTTP/1.1",
        f"Host: 127.0.0.1:{endpoint.port}",
        f"Authorization: {endpoint.token if token is None else token}",
        *more,
    ]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")


async def send(endpoint: Endpoint, raw: bytes) -> bytes:
    reader, writer = await asyncio.open_connection("127.0.0.1", endpoint.port)
    writer.write(raw)
    answer = await _read_to_end(reader)
    await _close(writer)
    return answer


async def _close(*writers: asyncio.StreamWriter) -> None:
    for writer in writers:
        writer.close()
    for writer in writers:
        with suppress(ConnectionError):
            await writer.wait_closed()


async def _read_to_end(reader: asyncio.StreamReader) -> bytes:
    """Read until the other side closes; a reset is an end too."""
    try:
        return await reader.read()
    except ConnectionResetError:
        return b""


pieces = st.sampled_from(
    [
        b"GET ",
        b"POST ",
        ENDPOINT_PATH.encode(),
        b"http://127.0.0.1/",
        b" HTTP/1.1\r\n",
        b" HTTP/1.0\r\n",
        b" HTTP/0.9\r\n",
        b"Host: 127.0.0.1\r\n",
        b"Host : localhost\r\n",
        b"Authorization: x\r\n",
        b" folded\r\n",
        b"Transfer-Encoding: chunked\r\n",
        b"Content-Length: -1\r\n",
        b"Content-Length: 5\r\n",
        b"Upgrade: websocket\r\nConnection: upgrade\r\n",
        b"\r\n",
        b"0\r\n\r\n",
        b"\x00",
        b"\xff",
        b"\n",
    ]
) | st.binary(max_size=8)


async def test_no_byte_stream_without_the_token_gets_the_secret_or_stops_the_next_caller(upstream: Upstream) -> None:
    async with serve_endpoint(CredentialRefresher(upstream.fetch, upstream.now), connection_s=0.02) as brief:
        await _send_anything(brief)
        assert upstream.calls == 0
        # So brief a connection may end before this machine comes to answer on it.
        while SECRET not in await send(brief, request(brief)):
            pass


async def _send_anything(endpoint: Endpoint) -> None:
    loop = asyncio.get_running_loop()

    @tried(150)
    @given(st.lists(pieces, max_size=10).map(b"".join))
    def is_refused(raw: bytes) -> None:
        answer = asyncio.run_coroutine_threadsafe(send(endpoint, raw), loop).result(LIMIT_S)
        assert SECRET not in answer
        assert b"Traceback" not in answer

    await asyncio.to_thread(is_refused)


async def test_a_crowd_of_slow_clients_delays_no_other_client(upstream: Upstream) -> None:
    refresher = CredentialRefresher(upstream.fetch, upstream.now)
    async with serve_endpoint(refresher, connection_s=2 * LIMIT_S) as endpoint:
        crowd = [await asyncio.open_connection("127.0.0.1", endpoint.port) for _ in range(200)]
        for _, writer in crowd:
            writer.write(b"GET /sentinel/credentials HTTP/1.1\r\nHost: ")
        async with asyncio.timeout(LIMIT_S):
            answers = await asyncio.gather(*(send(endpoint, request(endpoint)) for _ in range(10)))
        assert all(SECRET in answer for answer in answers)
        await _close(*(writer for _, writer in crowd))


async def test_every_slow_client_of_a_crowd_is_sent_away(upstream: Upstream) -> None:
    async with serve_endpoint(CredentialRefresher(upstream.fetch, upstream.now), connection_s=0.05) as endpoint:
        crowd = [await asyncio.open_connection("127.0.0.1", endpoint.port) for _ in range(50)]
        for _, writer in crowd:
            writer.write(b"GET /")
        async with asyncio.timeout(LIMIT_S):
            assert await asyncio.gather(*(_read_to_end(reader) for reader, _ in crowd)) == [b""] * 50
        await _close(*(writer for _, writer in crowd))


async def test_one_connection_gets_one_response_regardless_of_what_follows(
    endpoint: Endpoint, upstream: Upstream
) -> None:
    """A request hidden in the body of another, chunked or not, is never answered."""
    hidden = request(endpoint)
    for outer in (
        request(endpoint, f"Content-Length: {len(hidden)}", token="wrong"),
        request(endpoint, "Transfer-Encoding: chunked", token="wrong") + b"0\r\n\r\n",
        request(endpoint, "Transfer-Encoding: chunked", "Content-Length: 3", token="wrong") + b"0\r\n\r\n",
        request(endpoint, token="wrong"),
    ):
        answer = await send(endpoint, outer + hidden)
        assert answer.count(b"HTTP/1.") == 1
        assert SECRET not in answer
    assert upstream.calls == 0


@pytest.mark.parametrize(
    "target",
    [
        "http://127.0.0.1:{port}",
        "http://localhost:{port}",
        "//127.0.0.1:{port}",
        "http://127.0.0.1:{port}@attacker.example",
    ],
)
async def test_a_whole_address_where_a_path_belongs_is_refused_with_the_token_too(
    endpoint: Endpoint, upstream: Upstream, target: str
) -> None:
    whole = target.format(port=endpoint.port) + ENDPOINT_PATH
    answer = await send(endpoint, request(endpoint, target=whole))
    assert answer.split()[1] in {b"400", b"403", b"404"}
    assert upstream.calls == 0


async def test_the_token_is_compared_in_a_time_that_tells_nothing(
    endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Timing a comparison is no test one can rely on; that the whole of both is given to `compare_digest` is."""
    compared: list[tuple[bytes, bytes]] = []

    def compare_digest(sent: bytes, token: bytes) -> bool:
        compared.append((sent, token))
        return False

    monkeypatch.setattr("sentinel.credentials.endpoint.hmac.compare_digest", compare_digest)
    near = endpoint.token[:-1] + "~"
    assert SECRET not in await send(endpoint, request(endpoint, token=near))
    assert compared == [(near.encode(), endpoint.token.encode())]


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root can become another user")
async def test_another_user_of_this_machine_reaches_the_port_and_gets_nothing(
    endpoint: Endpoint, upstream: Upstream
) -> None:
    program = (
        "import os, socket, sys\n"
        f"os.setgroups([]); os.setgid({OTHER_UID}); os.setuid({OTHER_UID})\n"
        "with socket.socket() as connection:\n"
        f"    connection.connect(('127.0.0.1', {endpoint.port}))\n"
        "    connection.sendall(sys.stdin.buffer.read())\n"
        "    print(connection.makefile('rb').read().decode())\n"
    )
    answer = await _run(program, request(endpoint, token="guess"))
    assert b" 403 " in answer.splitlines()[0]
    assert SECRET not in answer
    assert upstream.calls == 0


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root can become another user")
async def test_another_user_cannot_read_the_token_from_the_environment_of_a_child() -> None:
    """The token is in the child's environment, which Linux shows to its own user and to root only (proc(5))."""
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-c", "input()", stdin=asyncio.subprocess.PIPE, env={"AWS_CONTAINER_AUTHORIZATION_TOKEN": "t"}
    )
    program = f"import os\nos.setgid({OTHER_UID}); os.setuid({OTHER_UID})\nopen('/proc/{child.pid}/environ').read()\n"
    try:
        assert b"PermissionError" in await _run(program, b"", fails=True)
    finally:
        child.kill()
        await child.wait()


async def _run(program: str, sent: bytes, *, fails: bool = False) -> bytes:
    command: Iterable[str] = (sys.executable, "-I", "-c", program)
    pipe = asyncio.subprocess.PIPE
    other = await asyncio.create_subprocess_exec(*command, stdin=pipe, stdout=pipe, stderr=pipe)
    written, complained = await other.communicate(sent)
    assert (other.returncode != 0) == fails, complained.decode()
    return complained if fails else written


@pytest.mark.parametrize(
    "raw",
    [
        b"GET /" + b"a" * 9000 + b" HTTP/1.1\r\n\r\n",
        b"GET http://[x/ HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET / HTTP/1.1\r\n\x1b]0;owned\x07: x\r\n\r\n",
    ],
    ids=["long", "address", "header"],
)
async def test_what_is_no_request_writes_nothing_to_the_terminal(
    endpoint: Endpoint, caplog: pytest.LogCaptureFixture, raw: bytes
) -> None:
    assert b" 400 " in await send(endpoint, raw)
    assert [record for record in caplog.records if record.levelno >= logging.WARNING] == []


async def test_of_a_fault_of_the_server_the_kind_is_written_and_nothing_it_says(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def fail(_: web.BaseRequest) -> web.Response:
        raise ArithmeticError(SECRET)

    async with (
        listening(fail) as port,
        aiohttp.ClientSession() as http,
        http.get(f"http://127.0.0.1:{port}/") as response,
    ):
        assert response.status == 500
    assert [record.getMessage() for record in caplog.records] == ["a request failed: ArithmeticError"]
    assert SECRET.decode() not in caplog.text
