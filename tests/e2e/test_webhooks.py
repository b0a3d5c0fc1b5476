"""A webhook next to the topic, notified by the deployed function over real TLS."""

import hmac
import json
import ssl
from pathlib import Path

from aiohttp import web

from deploy.local.deployment import local_deployment
from deploy.local.stack import LocalStack
from tests.e2e.callers import BECAUSE, Caller
from tests.service.notify.receiver import Receiver, running_receiver

HOST = "127.0.0.1"
SECRET = "planted-secret-of-thirty-two-characters"


async def fails_on_cancellations(request: web.Request) -> web.Response:
    """Answer 500 to notices of cancellations: a try that comes too late is repeated, and gets the same answer."""
    event = json.loads(await request.read())["event"]
    return web.Response(status=500 if event == "request.cancelled" else 200)


async def test_a_webhook_is_notified_and_one_that_fails_undoes_nothing(tmp_path: Path) -> None:
    async with running_receiver(fails_on_cancellations, name=HOST) as receiver:
        trusted = _write_authorities(receiver.trusting, tmp_path / "authorities.pem")
        async with LocalStack(environment={"SSL_CERT_FILE": str(trusted)}, concurrency=1) as system:
            await _add_webhook(system, receiver)
            alice = Caller(system, "alice")
            filed = await alice.post("/v1/requests", profile="staging", reason=BECAUSE)
            assert filed.body["notified"] == {"sns": True, "webhook:pager": True}
            cancelled = await alice.act(filed.body["request"]["id"], "cancel")
            assert cancelled.body["notified"] == {"sns": True, "webhook:pager": False}
            assert cancelled.body["request"]["status"] == "cancelled"
            log = system.log_file.read_text()
    delivered = receiver.received[0]
    assert json.loads(delivered.body)["grant_id"] == filed.body["request"]["id"]
    assert delivered.headers["X-Sentinel-Signature"] == _signature(
        delivered.headers["X-Sentinel-Timestamp"], delivered.body
    )
    assert '"webhook:pager":false' in log
    assert SECRET not in log


async def _add_webhook(system: LocalStack, receiver: Receiver) -> None:
    webhook = {"url": f"https://{HOST}:{receiver.port}/hook", "secret": SECRET, "allow_private": True}
    name = f"{local_deployment().parameter_prefix}/webhooks/pager"
    async with system.aws.client("ssm") as ssm:
        await ssm.put_parameter(Name=name, Value=json.dumps(webhook), Type="SecureString")


def _write_authorities(trusting: ssl.SSLContext, file: Path) -> Path:
    """Write what a client trusts as a file: those of the system, and the receiver's."""
    certificates = trusting.get_ca_certs(binary_form=True)
    file.write_text("".join(map(ssl.DER_cert_to_PEM_cert, certificates)))
    return file


def _signature(timestamp: str, body: bytes) -> str:
    return "v1=" + hmac.digest(SECRET.encode(), f"{timestamp}.".encode() + body, "sha256").hex()
