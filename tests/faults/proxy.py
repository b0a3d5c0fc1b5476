"""A proxy between our code and an emulator: it passes calls on, and makes those fail that a test names."""

import re
import socket
import struct
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Condition, Thread
from typing import Any, Final
from urllib.parse import urlsplit

from tests.patience import LIMIT_S

_SECRET: Final = re.compile(rb"<(?:SecretAccessKey|SessionToken)>([^<]+)<")
_ACTION: Final = re.compile(rb"(?:^|&)Action=(\w+)")
# For an emulator on a busy machine, and for a test that forgot to let go.
_RESET_ON_CLOSE: Final = struct.pack("ii", 1, 0)


@dataclass(frozen=True, slots=True)
class Reply:
    status: int
    body: bytes
    content_type: str


@dataclass(frozen=True, slots=True)
class Exchange:
    """One call that came by, for a fault to do something to. `operation` is AWS's name of it."""

    operation: str
    body: bytes
    is_json: bool
    _request: BaseHTTPRequestHandler
    _upstream: str
    _secrets: list[str]

    def forward(self) -> Reply:
        """Let the emulator do what is asked, and return its response; the caller has none yet."""
        address = urlsplit(self._upstream)
        connection = HTTPConnection(str(address.hostname), address.port, timeout=LIMIT_S)
        try:
            connection.request("POST", self._request.path, self.body, dict(self._request.headers))
            answer = connection.getresponse()
            reply = Reply(answer.status, answer.read(), answer.headers.get("Content-Type", ""))
        finally:
            connection.close()
        self._secrets.extend(secret.decode() for secret in _SECRET.findall(reply.body))
        return reply

    def answer(self, reply: Reply, *, more: int = 0) -> None:
        """Answer as a server does, promising `more` bytes than there are."""
        self._request.send_response(reply.status)
        self._request.send_header("Content-Type", reply.content_type)
        self._request.send_header("Content-Length", str(len(reply.body) + more))
        self._request.end_headers()
        self.write(reply.body)

    def write(self, text: bytes) -> None:
        """Write bytes of any kind."""
        # The caller may have given up.
        with suppress(OSError):
            self._request.wfile.write(text)

    def close(self) -> None:
        """Close the connection in good order."""
        self._request.close_connection = True

    def reset(self) -> None:
        """Tear the connection down, as a host does that has crashed."""
        self._request.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_ON_CLOSE)
        self.close()

    def hang(self) -> None:
        """Say nothing until the caller gives up."""
        self._request.connection.settimeout(LIMIT_S)
        with suppress(OSError):
            self._request.connection.recv(1)
        self.close()


Fault = Callable[[Exchange], None]


@dataclass(frozen=True, slots=True)
class Target:
    """Calls of one operation; where several do different things with it, those whose body holds a text."""

    operation: str
    holding: str = ""

    def is_hit_by(self, exchange: Exchange) -> bool:
        return exchange.operation == self.operation and self.holding.encode() in exchange.body


@dataclass(slots=True)
class Planted:
    """A fault where it acts: `times` is how often it still does, None for always. `hits` counts."""

    fault: Fault
    times: int | None = None
    hits: int = 0


@dataclass(slots=True)
class FaultyAws:
    """The proxy. `seen` lists the operations that came by, `secrets` those that STS gave away."""

    url: str = ""
    secrets: list[str] = field(default_factory=list)
    seen: list[str] = field(default_factory=list)
    _planted: dict[Target, Planted] = field(default_factory=dict)
    _busy: int = 0
    _quiet: Condition = field(default_factory=Condition)

    def plant(self, target: Target | str, fault: Fault, times: int | None = None) -> Planted:
        """Make the calls of an operation fail: all of them, or the next `times`."""
        planted = Planted(fault, times)
        self._planted[Target(target) if isinstance(target, str) else target] = planted
        return planted

    def heal(self) -> None:
        """Take every fault away."""
        self._planted.clear()

    def rest(self) -> None:
        """Wait until nothing is under way."""
        with self._quiet:
            assert self._quiet.wait_for(lambda: not self._busy, LIMIT_S)

    def receive(self, exchange: Exchange) -> None:
        """Pass a call on, or do to it what is planted."""
        with self._quiet:
            self._busy += 1
        try:
            self._serve(exchange)
        finally:
            with self._quiet:
                self._busy -= 1
                self._quiet.notify_all()

    def _serve(self, exchange: Exchange) -> None:
        self.seen.append(exchange.operation)
        planted = next((each for target, each in self._planted.items() if target.is_hit_by(exchange)), None)
        if planted is None or planted.times == planted.hits:
            exchange.answer(exchange.forward())
        else:
            planted.hits += 1
            planted.fault(exchange)


@contextmanager
def faulty_aws(upstream: str) -> Iterator[FaultyAws]:
    """Run the proxy on loopback while the block runs."""
    aws = FaultyAws()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        # Head and body leave as one write each, and nothing waits for an acknowledgement in between.
        disable_nagle_algorithm = True

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            operation, is_json = _operation(self.headers.get("X-Amz-Target", ""), body)
            aws.receive(Exchange(operation, body, is_json, self, upstream, aws.secrets))

        def log_message(self, *_: Any) -> None:
            """Keep the test's output to the test."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    aws.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield aws
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _operation(target: str, body: bytes) -> tuple[str, bool]:
    """Name the operation, and say whether its service speaks JSON."""
    if target:
        return target.rpartition(".")[2], True
    action = _ACTION.search(body)
    return action[1].decode() if action else "", False
