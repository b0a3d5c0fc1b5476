import ssl
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import trustme
from aiohttp import web

from tests.e2e.client.fake_service import FakeService, Machine, machine, running_service


@pytest.fixture
async def service() -> AsyncIterator[FakeService]:
    async with running_service() as service:
        yield service


@pytest.fixture
def user(tmp_path: Path, service: FakeService) -> Machine:
    return machine(tmp_path, service)


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    """Give the file of the company's certificates."""
    return tmp_path / "corp.pem"


@pytest.fixture
async def secure_service(bundle: Path) -> AsyncIterator[FakeService]:
    """Give a service that shows a certificate of the company's."""
    authority = trustme.CA()
    authority.cert_pem.write_to_path(bundle)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("localhost").configure_cert(context)
    service = FakeService()
    service.open.set()
    runner = web.ServerRunner(web.Server(service.answer, access_log=None), shutdown_timeout=0)  # type: ignore[arg-type]
    await runner.setup()
    site = web.TCPSite(runner, "localhost", 0, ssl_context=context)
    await site.start()
    service.url = f"https://localhost:{runner.addresses[0][1]}"
    yield service
    await runner.cleanup()


@pytest.fixture
def secure(tmp_path: Path, secure_service: FakeService) -> Machine:
    return machine(tmp_path, secure_service)
