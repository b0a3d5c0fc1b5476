"""One account and its functions for all cells: each cell begins with empty tables, and with processes that lived on."""

from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from shared.clock import utc_now
from tests.faults.cells import CELLS, every_run
from tests.faults.proxy import faulty_aws
from tests.faults.world import KEYS, REGION, World, open_world
from tests.service.authorizer.sts import running_sts
from tests.service.ministack import running_ministack

pytest.register_assert_rewrite("tests.faults.checks")


@pytest.fixture(scope="package")
def furnished(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with ExitStack() as stack:
        direct = stack.enter_context(running_ministack(tmp_path_factory.mktemp("faults")))
        sts = stack.enter_context(running_sts(utc_now))
        aws, sts_proxy = (stack.enter_context(faulty_aws(url)) for url in (direct, sts.url))
        yield stack.enter_context(open_world(direct, aws, sts, sts_proxy))


@pytest.fixture
def world(furnished: World, monkeypatch: pytest.MonkeyPatch) -> World:
    for name, value in {**KEYS, "AWS_ENDPOINT_URL": furnished.aws.url, "AWS_REGION": REGION}.items():
        monkeypatch.setenv(name, value)
    furnished.wipe()
    return furnished


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--every-cell", action="store_true", help="try every cell of the fault matrix")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "cell" in metafunc.fixturenames:
        cells = CELLS if metafunc.config.getoption("--every-cell", default=False) else every_run()
        metafunc.parametrize("cell", cells, ids=[cell.name for cell in cells])
