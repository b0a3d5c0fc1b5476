from datetime import UTC, datetime, timedelta

import pytest

from sentinel.errors import UsageError
from sentinel.terminal.times import parse_instant_or_ago

NOW = datetime(2026, 11, 29, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "ago"), [("90d", timedelta(days=90)), ("24h", timedelta(hours=24)), ("30m", timedelta(minutes=30))]
)
def test_an_instant_may_be_written_as_how_long_ago_it_was(text: str, ago: timedelta) -> None:
    assert parse_instant_or_ago(text, "--since", NOW) == NOW - ago


@pytest.mark.parametrize("text", ["d", "-1d", "1.5d", "90 d", "99999d", "yesterday"])
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="--since"):
        parse_instant_or_ago(text, "--since", NOW)
