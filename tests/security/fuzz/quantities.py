"""Durations, hours, addresses and instants: what can be read means one thing, and is written back to mean it again."""

import json
from datetime import UTC, datetime, timedelta
from typing import Final

import orjson

from shared.core.access.evaluate import parse_source_ip
from shared.core.access.schema import Conditions, Network
from shared.core.durations import MalformedDurationError, format_duration, parse_duration
from shared.core.globs import matches_any
from shared.core.time_window import TimeWindow, is_within
from shared.documents import DocumentError, load_document
from tests.security.fuzz.target import Target, on_text

# Both changes of the clocks, and both ends of what an instant can be in any zone.
_INSTANTS: Final = tuple(
    datetime(year, month, day, tzinfo=UTC) + timedelta(hours=1)
    for year, month, day in ((2, 1, 1), (2026, 3, 29), (2026, 10, 25), (9998, 12, 30))
)


def check_duration(text: str) -> None:
    try:
        duration = parse_duration(text)
    except MalformedDurationError:
        return
    assert timedelta(0) < duration <= timedelta(seconds=10**9)
    assert parse_duration(format_duration(duration)) == duration


def check_window(text: str) -> None:
    try:
        window = load_document(text, TimeWindow)
    except DocumentError:
        return
    for instant in _INSTANTS:
        assert is_within(window, instant) in (True, False)


def _networks_in(text: str) -> tuple[Network, ...]:
    return load_document(json.dumps({"source_ips": [text]}), Conditions).source_ips or ()


def check_network(text: str) -> None:
    try:
        [network] = _networks_in(text)
    except DocumentError:
        return
    assert _networks_in(str(network)) == (network,)
    # An address inside its own block is what `parse_source_ip` reads of it.
    address = parse_source_ip(str(network.network_address))
    assert address is not None
    assert address in network


def check_address(text: str) -> None:
    address = parse_source_ip(text)
    assert address is None or parse_source_ip(str(address)) == address


def check_glob(text: str) -> None:
    """A glob of any shape is decided at once: the search for a match never explodes."""
    pattern, _, word = text.partition("\n")
    found = matches_any((pattern,), word)
    if not set(pattern) & {"*", "?"}:
        assert found == (pattern == word)
    elif "/" in word and "/" not in pattern:
        assert not found


TARGETS: Final = (
    Target("duration", on_text(check_duration), (b"1h30m", b"5400", b"1.5h", b"0.000000001h")),
    Target(
        "window",
        on_text(check_window),
        (
            orjson.dumps(
                {"days": ["monday"], "hours": {"start": "22:00", "end": "06:00"}, "timezone": "Europe/Berlin"}
            ),
            b"hours: {start: 09:00, end: '24:00'}\ntimezone: ../UTC\n",
        ),
    ),
    Target("network", on_text(check_network), (b"10.0.0.0/8", b"::ffff:10.0.0.0/104", b"fe80::1%eth0", b"192.0.2.7")),
    Target("address", on_text(check_address), (b"192.0.2.7", b"::ffff:192.0.2.7", b"fe80::1%1")),
    Target("glob", on_text(check_glob), (b"prod-*\nprod-eu", b"*a*a*a*a*a*a*b\naaaaaaaaaaaaaaaaaaaaaaaa", b"?\n/")),
)
