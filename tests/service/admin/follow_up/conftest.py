from collections.abc import Callable, Iterator
from contextlib import closing

import pytest

from tests.service.admin.conftest import APPROVAL, DOCUMENTS
from tests.service.admin.follow_up.runs import PROD, TOPIC
from tests.service.admin.function import AdminLambda, Clock, open_admin
from tests.service.admin.in_process import InProcessAws, install


@pytest.fixture
def account(monkeypatch: pytest.MonkeyPatch, dummy_credentials: None) -> InProcessAws:  # noqa: ARG001 - the environment is its effect
    made = install(monkeypatch)
    for name, document in DOCUMENTS.items():
        made.store(name, document)
    made.store("policies/approval", APPROVAL | {"rules": [PROD]})
    return made


@pytest.fixture
def opened(account: InProcessAws, environment: dict[str, str]) -> Iterator[Callable[[Clock], AdminLambda]]:  # noqa: ARG001 - it takes the calls
    functions: list[AdminLambda] = []

    def open_one(clock: Clock) -> AdminLambda:
        function = open_admin(environment | {"SENTINEL_TOPIC_ARN": TOPIC}, clock, lambda _: None)
        functions.append(function)
        return function

    yield open_one
    for function in functions:
        with closing(function.app):
            pass


@pytest.fixture
def admin(opened: Callable[[Clock], AdminLambda]) -> AdminLambda:
    return opened(Clock())
