from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.unit.client.oidc.fake_provider import FakeGateway, FakeProvider, running_gateway, running_provider
from tests.unit.client.oidc.machine import Laptop, MemoryBackend, make_laptop


@pytest.fixture
async def provider(socket_enabled: None) -> AsyncIterator[FakeProvider]:
    assert socket_enabled is None
    async with running_provider() as provider:
        yield provider


@pytest.fixture
async def gateway(provider: FakeProvider) -> AsyncIterator[FakeGateway]:
    async with running_gateway(provider) as gateway:
        yield gateway


@pytest.fixture
def backend() -> MemoryBackend:
    return MemoryBackend()


@pytest.fixture
def laptop(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    gateway: FakeGateway,
    backend: MemoryBackend,
) -> Laptop:
    laptop = make_laptop(tmp_path, monkeypatch, capsys, backend)
    laptop.use(gateway)
    return laptop
