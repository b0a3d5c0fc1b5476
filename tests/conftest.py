"""What every test has: no AWS profile of the developer's, and every request checked as AWS would."""

import gc
import os
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Final

import pytest
from aiobotocore.session import AioSession
from botocore import loaders, session
from hypothesis import HealthCheck, Phase, settings

from deploy.local import strict
from deploy.policies.deployment import table_definitions
from shared.aws import clients
from shared.aws.client.library import Found, find_service
from tests.signals import heed_signals

# Their files take many seconds each, and those of other folders few.
_LONG: Final = [Path(__file__).parent / name for name in ("e2e", "faults", "security/console", "unit/cdk")]
pytest_plugins = ["pytester", "tests.e2e.system"]
# How long an example takes says nothing about the code on a machine that has much else to do.
settings.register_profile("tests", max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("tests")
# `make mutants` runs the tests thousands of times: the same few examples each time, or a mutant's fate would be luck,
# and none made smaller, for no one reads them.
settings.register_profile(
    "mutants",
    max_examples=10,
    stateful_step_count=25,
    phases=(Phase.explicit, Phase.generate),
    derandomize=True,
    database=None,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
# `make fuzz` tries many more: see tests/examples.py.
settings.register_profile("long", settings.get_profile("tests"), max_examples=1000)


def pytest_configure() -> None:
    """Hide the AWS configuration of this machine before anything can read it."""
    for name in [name for name in os.environ if name.startswith(("AWS_", "SENTINEL_"))]:
        del os.environ[name]
    os.environ |= {
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
    }
    heed_signals()
    _install_strict()
    # A third of collecting the tests was looking for garbage among them, and they stay.
    gc.disable()


def pytest_collection_finish() -> None:
    """Let the garbage collector leave alone what thousands of collected tests are made of, and look less often."""
    gc.enable()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Where several workers share the tests, begin with what takes longest; the rest stays in its random order.

    With the short files last, the workers end together.
    """
    if hasattr(config, "workerinput"):
        items.sort(key=_turn)


def _turn(item: pytest.Item) -> int:
    if item.get_closest_marker("begins_first"):
        return 0
    return 1 if any(item.path.is_relative_to(folder) for folder in _LONG) else 2


@pytest.fixture(scope="session", autouse=True)
def _services_found_once() -> Iterator[None]:
    """Find each service once per environment: the library makes a client for it, and many tests open functions."""
    found: dict[object, Found] = {}

    async def find_once(asking: AioSession, service: str, region: str) -> Found:
        key = (service, region, tuple(sorted(each for each in os.environ.items() if each[0].startswith("AWS_"))))
        if key not in found:
            found[key] = await find_service(asking, service, region)
        return found[key]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(clients, "find_service", find_once)
        yield


@pytest.fixture(scope="session", autouse=True)
def _models_read_once() -> Iterator[None]:
    """Read botocore's description of a service once: commands run in this process, each with a session of its own."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(session, "create_loader", cache(loaders.create_loader))
        yield


def _install_strict() -> None:
    strict.install(strict.read_context(table_definitions()))


@pytest.fixture(autouse=True)
def _no_strict_violation() -> Iterator[None]:
    """Fail the test that sent AWS what it would refuse, even where something caught the exception."""
    strict.violations.clear()
    yield
    found = list(strict.violations)
    strict.violations.clear()
    assert not found, f"AWS would refuse: {found}"


@pytest.fixture
def unchecked() -> Iterator[None]:
    """Send what AWS would refuse, for the tests that show the emulator refusing it."""
    strict.uninstall()
    yield
    _install_strict()


@pytest.fixture
def dummy_credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    """Credentials an emulator takes and AWS does not."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    monkeypatch.setenv("AWS_REGION", "eu-central-1")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-central-1")
