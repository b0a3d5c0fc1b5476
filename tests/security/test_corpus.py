"""All inputs that fuzzing ever found, and those its search begins with, are tried again at every run."""

import pytest

from tests.security.fuzz.target import CORPUS
from tests.security.fuzz.targets import TARGETS


@pytest.mark.parametrize("name", TARGETS)
def test_nothing_that_was_ever_found_breaks_a_promise_again(name: str) -> None:
    for data in TARGETS[name].inputs():
        TARGETS[name].check(data)


def test_every_finding_belongs_to_a_target() -> None:
    assert {folder.name for folder in CORPUS.iterdir() if folder.is_dir()} <= TARGETS.keys()
