"""What the deployed function calls over real TLS: a webhook next to the topic, and a ticket system."""

import hmac
import json
import ssl
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import pytest_asyncio
from aiohttp import web

from deploy.local.deployment import local_deployment
from deploy.local.stack import LocalStack
from tests.e2e.callers import BECAUSE, Caller
from tests.e2e.sdks.person import person
from tests.service.notify.receiver import Receiver, running_receiver
from tests.tickets import jira, lookup_document

pytestmark = pytest.mark.asyncio(loop_scope="module")

HOST = "127.0.0.1"
SECRET = "planted-secret-of-thirty-two-characters"
CREDENTIAL = "Basic planted-credential"


async def fails_on_cancellations(request: web.Request) -> web.Response:
    """Answer 500 to notices of cancellations: a try that comes too late is repeated, and gets the same answer."""
    event = json.loads(await request.read())["event"]
    return web.Response(status=500 if event == "request.cancelled" else 200)


@dataclass(frozen=True)
class Place:
    """The stack, and what its functions call."""

    system: LocalStack
    called: Receiver

    async def store(self, name: str, document: object, kind: str = "SecureString") -> None:
        async with self.system.aws.client("ssm") as ssm:
            await ssm.put_parameter(
                Name=f"{local_deployment().parameter_prefix}/{name}",
                Value=json.dumps(document),
                Type=kind,
                Overwrite=True,
            )

    async def have_staging_approved(self, **more: str) -> None:
        rule = {"name": "staging", "profiles": ["staging"], "approvers": ["bob"], **more}
        await self.store("policies/approval", {"version": "1", "rules": [rule]}, kind="String")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def place(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Place]:
    async with running_receiver(name=HOST) as called:
        trusted = _write_authorities(called.trusting, tmp_path_factory.mktemp("tls") / "authorities.pem")
        settings = {"SSL_CERT_FILE": str(trusted), "SENTINEL_DOCUMENT_TTL": "0"}
        async with LocalStack(environment=settings) as system:
            yield Place(system, called)


async def test_a_webhook_is_notified_and_one_that_fails_undoes_nothing(place: Place) -> None:
    place.called.behaviours, place.called.received = [fails_on_cancellations], []
    webhook = {"url": f"https://{HOST}:{place.called.port}/hook", "secret": SECRET, "allow_private": True}
    await place.store("webhooks/pager", webhook)
    await place.have_staging_approved()
    alice = Caller(place.system, "alice")
    filed = await alice.post("/v1/requests", profile="staging", reason=BECAUSE)
    assert filed.body["notified"] == {"sns": True, "slack": True, "webhook:pager": True}
    cancelled = await alice.act(filed.body["request"]["id"], "cancel")
    assert cancelled.body["notified"] == {"sns": True, "slack": True, "webhook:pager": False}
    assert cancelled.body["request"]["status"] == "cancelled"
    await place.store("webhooks/pager", webhook | {"enabled": False})
    log = place.system.log_file.read_text()
    delivered = place.called.received[0]
    assert json.loads(delivered.body)["grant_id"] == filed.body["request"]["id"]
    assert delivered.headers["X-Sentinel-Signature"] == _signature(
        delivered.headers["X-Sentinel-Timestamp"], delivered.body
    )
    assert '"webhook:pager":false' in log
    assert SECRET not in log


async def test_a_person_whose_ticket_is_closed_reads_what_to_do(place: Place, tmp_path: Path) -> None:
    place.called.behaviours = [jira({"INC-1": "indeterminate", "INC-2": "done"}, CREDENTIAL)]
    found = lookup_document(
        f"https://{HOST}:{place.called.port}/rest/api/3/issue/{{ticket}}?fields=status",
        field="fields.status.statusCategory.key",
        values=["new", "indeterminate"],
        header={"name": "Authorization", "value": CREDENTIAL},
        allow_private=True,
    )
    await place.store("tickets/jira", found)
    await place.have_staging_approved(ticket=".+", ticket_lookup="jira")
    carol = person(place.system, "carol", tmp_path)
    asking = ("request", "create", "staging", "--reason", BECAUSE, "--ticket")
    closed, missing, filed = [await carol.sentinel(*asking, f"INC-{number}") for number in (2, 3, 1)]
    assert (closed.code, missing.code, filed.code) == (1, 1, 0), filed.err
    assert 'Ticket INC-2 is "done", and a request may be filed for one that is "new" or "indeterminate".' in closed.err
    assert "Ticket INC-3 has no state in the ticket system (jira)" in missing.err
    assert "Name another; if you see it there yourself, tell the platform team." in missing.err
    assert CREDENTIAL not in place.system.log_file.read_text()


def _write_authorities(trusting: ssl.SSLContext, file: Path) -> Path:
    """Write what a client trusts as a file: those of the system, and the receiver's."""
    certificates = trusting.get_ca_certs(binary_form=True)
    file.write_text("".join(map(ssl.DER_cert_to_PEM_cert, certificates)))
    return file


def _signature(timestamp: str, body: bytes) -> str:
    return "v1=" + hmac.digest(SECRET.encode(), f"{timestamp}.".encode() + body, "sha256").hex()
