"""The emulator behind a proxy that fails the operations a test names, as AWS would fail them."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import Any, Final
from urllib.error import HTTPError
from urllib.request import Request, urlopen

_STS_ACTION: Final = re.compile(rb"Action=(\w+)")

Fault = Callable[[BaseHTTPRequestHandler], None]


def answers(status: int, code: str) -> Fault:
    """Answer with an AWS error, worded for both protocols our services speak."""

    def fault(request: BaseHTTPRequestHandler) -> None:
        if "X-Amz-Target" in request.headers:
            body = f'{{"__type":"com.amazonaws#{code}","message":"planted"}}'.encode()
        else:
            body = (
                f"<ErrorResponse><Error><Code>{code}</Code><Message>planted</Message></Error></ErrorResponse>".encode()
            )
        _respond(request, status, body, {})

    return fault


def throttles_times(times: int, aws: "FaultyAws", operation: str = "AssumeRole") -> Fault:
    """Throttle an operation's next calls, then let it work again."""
    left = times

    def fault(request: BaseHTTPRequestHandler) -> None:
        nonlocal left
        left -= 1
        if not left:
            del aws.faults[operation]
        answers(400, "Throttling")(request)

    return fault


def hangs_until(released: Event) -> Fault:
    """Never answer while the test runs."""

    def fault(request: BaseHTTPRequestHandler) -> None:
        released.wait(30)
        request.close_connection = True

    return fault


@dataclass
class FaultyAws:
    """`faults` maps an operation (`PutItem`) to what happens to it; `seen` lists the operations that came by."""

    url: str = ""
    faults: dict[str, Fault] = field(default_factory=dict)
    seen: list[str] = field(default_factory=list)


@contextmanager
def faulty_aws(upstream: str) -> Iterator[FaultyAws]:
    """Run the proxy on loopback while the block runs."""
    aws = FaultyAws()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            operation = _operation(self.headers.get("X-Amz-Target", ""), body)
            aws.seen.append(operation)
            if operation in aws.faults:
                aws.faults[operation](self)
            else:
                _respond(self, *_forward(upstream, body, dict(self.headers)))

        def log_message(self, *_: Any) -> None:
            """Keep the test's output to the test."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    aws.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield aws
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _operation(target: str, body: bytes) -> str:
    action = _STS_ACTION.search(body)
    return target.rpartition(".")[2] or (action[1].decode() if action else "")


def _forward(upstream: str, body: bytes, headers: dict[str, str]) -> tuple[int, bytes, dict[str, str]]:
    try:
        with urlopen(Request(upstream, data=body, headers=headers), timeout=10) as answer:  # noqa: S310 - loopback
            return answer.status, answer.read(), dict(answer.headers)
    except HTTPError as error:
        with error:
            return error.code, error.read(), dict(error.headers)


def _respond(request: BaseHTTPRequestHandler, status: int, body: bytes, headers: dict[str, str]) -> None:
    request.send_response(status)
    if "Content-Type" in headers:
        request.send_header("Content-Type", headers["Content-Type"])
    request.send_header("Content-Length", str(len(body)))
    request.end_headers()
    request.wfile.write(body)
