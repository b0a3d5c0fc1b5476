"""The chains of thirty days: whole as they were written, and what is done to one of their lines is found."""

from collections.abc import Callable

import orjson
import pytest

from sentinel.evidence.records import Record
from sentinel.evidence.verifying.chains import Chains
from sentinel.evidence.verifying.findings import Kind
from sentinel.terminal.times import read_instant
from tests.evidence.history import write_history

# In the middle of a chain; what comes before and after it is of other processes, too.
PLACE = 200


def kinds(log: list[bytes]) -> set[Kind]:
    chains = Chains(read_instant(orjson.loads(log[0])["time"]), all_before=False)
    records = [Record(raw, orjson.loads(raw)) for raw in log]
    found = [each for record in records for each in chains.check(read_instant(record.fields["time"]), record)]
    assert chains.checked == len(log)
    return {each.kind for each in (*found, *chains.finish())}


def test_thirty_days_as_they_were_written_have_no_finding() -> None:
    assert kinds(list(write_history())) == set()


def removed(log: list[bytes]) -> None:
    del log[PLACE]


def altered(log: list[bytes]) -> None:
    log[PLACE] = orjson.dumps({**orjson.loads(log[PLACE]), "user": "mallory"})


def inserted(log: list[bytes]) -> None:
    log.insert(PLACE + 1, orjson.dumps({**orjson.loads(log[PLACE]), "user": "mallory"}))


def moved(log: list[bytes]) -> None:
    log.append(log.pop(PLACE))


def duplicated(log: list[bytes]) -> None:
    log.append(log[PLACE])


@pytest.mark.parametrize(
    ("attack", "found"),
    [
        (removed, {Kind.REMOVED}),
        (altered, {Kind.ALTERED}),
        (inserted, {Kind.INSERTED}),
        (moved, {Kind.REORDERED}),
        (duplicated, {Kind.DUPLICATED}),
    ],
)
def test_one_attack_in_thirty_days_is_found_and_named(attack: Callable[[list[bytes]], None], found: set[Kind]) -> None:
    log = list(write_history())
    attack(log)
    assert kinds(log) == found
