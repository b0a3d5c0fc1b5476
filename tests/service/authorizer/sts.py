"""An STS for proofs: honest, it verifies every signature before it says who signed; hostile, it answers as set."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

from deploy.local.aws import Keys
from deploy.local.gateway.request import ReceivedRequest
from deploy.local.gateway.signature import UnverifiedSignature, check_signature, read_signature
from shared.core.proof import BODY

Answering = Callable[[BaseHTTPRequestHandler], None]


def identity_xml(arn: str, account: str) -> str:
    """Write GetCallerIdentity's answer as STS does."""
    return (
        '<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">\n'
        f"  <GetCallerIdentityResult>\n    <Arn>{arn}</Arn>\n    <UserId>AROAEXAMPLE:name</UserId>\n"
        f"    <Account>{account}</Account>\n  </GetCallerIdentityResult>\n"
        "  <ResponseMetadata>\n    <RequestId>01234567-89ab-cdef-0123-456789abcdef</RequestId>\n"
        "  </ResponseMetadata>\n</GetCallerIdentityResponse>\n"
    )


def error_xml(code: str) -> str:
    return (
        '<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error><Type>Sender</Type>'
        f"<Code>{code}</Code><Message>planted</Message></Error><RequestId>r</RequestId></ErrorResponse>"
    )


def answers(status: int, body: str | bytes, content_type: str = "text/xml", **headers: str) -> Answering:
    """Give this response to every request."""
    content = body.encode() if isinstance(body, str) else body

    def answer(request: BaseHTTPRequestHandler) -> None:
        request.send_response(status)
        for name, value in {"content-type": content_type, "content-length": str(len(content)), **headers}.items():
            request.send_header(name.replace("_", "-"), value)
        request.end_headers()
        request.wfile.write(content)

    return answer


@dataclass
class FakeSts:
    """`known` maps access key ids to their keys and ARN; `seen` lists every request that came.

    `hostile`, where a test sets it, answers in place of the honest one.
    """

    clock: Callable[[], datetime]
    url: str = ""
    known: dict[str, tuple[Keys, str]] = field(default_factory=dict)
    seen: list[ReceivedRequest] = field(default_factory=list)
    hostile: Answering | None = None

    def answer(self, received: ReceivedRequest) -> Answering:
        claimed = read_signature(received)
        if received.body != BODY.encode() or not isinstance(claimed, UnverifiedSignature):
            return answers(400, error_xml("IncompleteSignature"))
        if claimed.access_key_id not in self.known:
            return answers(403, error_xml("InvalidClientTokenId"))
        keys, arn = self.known[claimed.access_key_id]
        if check_signature(received, claimed, keys, self.clock()) is not None:
            return answers(403, error_xml("SignatureDoesNotMatch"))
        return answers(200, identity_xml(arn, arn.split(":")[4]))


@contextmanager
def running_sts(clock: Callable[[], datetime]) -> Iterator[FakeSts]:
    """Run it on loopback while the block runs."""
    sts = FakeSts(clock)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            received = ReceivedRequest("POST", self.path, list(self.headers.items()), body, "127.0.0.1")
            sts.seen.append(received)
            (sts.hostile or sts.answer(received))(self)

        def log_message(self, *_: Any) -> None:
            """Keep the test's output to the test."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    sts.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield sts
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
