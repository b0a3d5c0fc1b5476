"""The proof of a suggestion: every request that was allowed is decided on again, and is still allowed the same way.

The requests are kept in a file that has no name, compressed, so memory does not grow with their number.
"""

import gzip
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import IO, Any, Final

import orjson

from sentinel.errors import printable
from sentinel.evidence.replaying.deciding import PolicyIndex
from sentinel.evidence.suggesting.uses import Allowed, find_decision, is_covered, read_allowed
from shared.core.access.evaluate import Decision
from shared.core.access.schema import AccessPolicy

# What `read_allowed` reads of a line.
_READ: Final = (
    "kind", "service", "outcome", "operation", "user", "profile", "rule", "duration_given_s", "source_ip", "facts",
)  # fmt: skip
# Its content compresses well at the lowest level, which costs the least.
_LEVEL: Final = 1


class UnprovenError(Exception):
    """Something that was allowed would not be allowed the same way any more; the message says what."""


class Requests:
    """Requests that were allowed, to be decided on again."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._writer = gzip.GzipFile(fileobj=file, mode="wb", compresslevel=_LEVEL)

    def keep(self, line: Mapping[str, Any]) -> None:
        """Keep what has to be known of a line to decide on it again."""
        self._writer.write(orjson.dumps({name: line[name] for name in _READ if name in line}) + b"\n")

    def read(self) -> Iterator[Mapping[str, Any]]:
        """Give back what was kept, from the beginning. Nothing may be kept any more."""
        self._writer.close()
        self._file.seek(0)
        with gzip.GzipFile(fileobj=self._file, mode="rb") as lines:
            yield from map(orjson.loads, lines)


@contextmanager
def kept_requests() -> Iterator[Requests]:
    """Open a file for requests, that is gone when the block ends."""
    with tempfile.TemporaryFile() as file:
        yield Requests(file)


def verify(policy: AccessPolicy, suggested: AccessPolicy, requests: Requests) -> int:
    """Decide on each request under both policies, and count them.

    Raises:
        UnprovenError: one is not allowed, or not by the same rule, in the same way and for as long.

    """
    before, after = PolicyIndex(policy), PolicyIndex(suggested)
    rules = {rule.name: rule for rule in suggested.rules}
    count = 0
    for line in requests.read():
        allowed = read_allowed(line)
        assert allowed is not None, "only what was allowed is kept"
        decision = find_decision(before, allowed)
        is_proven = (
            is_covered(rules, allowed)
            if decision is None
            else _is_the_same(decision, find_decision(after, allowed), allowed)
        )
        if not is_proven:
            raise UnprovenError(printable(f"{allowed.user} with {allowed.profile} would not be allowed the same way"))
        count += 1
    return count


def _is_the_same(before: Decision, after: Decision | None, allowed: Allowed) -> bool:
    if after is None or (before.verdict, before.rule_name) != (after.verdict, after.rule_name):
        return False
    return allowed.outcome(before) == allowed.outcome(after)
