from datetime import UTC, datetime
from typing import Any

import pytest
from pydantic import ValidationError

from shared.core.time_window import TimeWindow, UnknownTimeZoneError, is_within, load_zone, open_until

NIGHT = {"hours": {"start": "22:00", "end": "06:00"}, "timezone": "Europe/Berlin"}


def within(window: dict[str, Any], at: str) -> bool:
    return is_within(TimeWindow.model_validate(window), datetime.fromisoformat(at))


@pytest.mark.parametrize(
    ("at", "holds"),
    [
        ("2026-01-05T08:59:59Z", False),
        ("2026-01-05T09:00:00Z", True),
        ("2026-01-05T16:59:59Z", True),
        ("2026-01-05T17:00:00Z", False),
    ],
)
def test_hours_include_their_start_and_not_their_end(at: str, *, holds: bool) -> None:
    assert within({"hours": {"start": "09:00", "end": "17:00"}}, at) is holds


def test_hours_are_utc_unless_a_zone_is_written() -> None:
    hours = {"hours": {"start": "09:00", "end": "10:00"}}
    assert within(hours, "2026-01-05T04:30:00-05:00")
    assert not within(hours | {"timezone": "America/New_York"}, "2026-01-05T04:30:00-05:00")


@pytest.mark.parametrize(
    ("at", "holds"),
    [
        ("2026-01-09T22:00:00+01:00", True),  # Friday evening
        ("2026-01-10T05:59:00+01:00", True),  # its early Saturday
        ("2026-01-10T06:00:00+01:00", False),
        ("2026-01-10T22:00:00+01:00", False),  # Saturday evening
        ("2026-01-09T03:00:00+01:00", False),  # Thursday's night is not Friday's
    ],
)
def test_overnight_hours_belong_to_the_day_they_start_on(at: str, *, holds: bool) -> None:
    assert within(NIGHT | {"days": ["friday"]}, at) is holds


def test_sundays_night_reaches_into_monday() -> None:
    assert within(NIGHT | {"days": ["sunday"]}, "2026-01-12T01:00:00+01:00")


@pytest.mark.parametrize(
    ("at", "holds"),
    [
        # 29 March 2026: at 01:00 UTC the clocks of Berlin go from 02:00 to 03:00.
        ("2026-03-28T21:00:00Z", True),  # 22:00 CET, the window begins
        ("2026-03-29T00:59:00Z", True),  # 01:59 CET
        ("2026-03-29T01:00:00Z", True),  # 03:00 CEST
        ("2026-03-29T03:59:00Z", True),  # 05:59 CEST
        ("2026-03-29T04:00:00Z", False),  # 06:00 CEST: seven hours after it began
        # 25 October 2026: at 01:00 UTC they go from 03:00 back to 02:00.
        ("2026-10-24T20:00:00Z", True),  # 22:00 CEST
        ("2026-10-25T00:30:00Z", True),  # 02:30 CEST
        ("2026-10-25T01:30:00Z", True),  # 02:30 CET, again
        ("2026-10-25T04:59:00Z", True),  # 05:59 CET
        ("2026-10-25T05:00:00Z", False),  # nine hours after it began
    ],
)
def test_overnight_hours_follow_the_clock_on_the_wall_when_it_changes(at: str, *, holds: bool) -> None:
    assert within(NIGHT | {"days": ["saturday"]}, at) is holds


def test_a_day_may_end_at_24_00() -> None:
    evening = {"hours": {"start": "18:00", "end": "24:00"}, "days": ["monday"]}
    assert within(evening, "2026-01-05T23:59:59Z")
    assert not within(evening, "2026-01-06T00:00:00Z")


def test_hours_ending_at_00_00_end_with_the_day() -> None:
    evening = {"hours": {"start": "18:00", "end": "00:00"}, "days": ["monday"]}
    assert within(evening, "2026-01-05T23:59:59Z")
    assert not within(evening, "2026-01-06T00:00:00Z")


CLOCK = 'a time of day is written "HH:MM", 00:00 to 23:59 (an end may be 24:00), in quotes'


@pytest.mark.parametrize(
    ("hours", "place"),
    [
        ({"start": "24:00", "end": "06:00"}, "start"),
        ({"start": "9:00", "end": "17:00"}, "start"),
        ({"start": "09:00", "end": "24:01"}, "end"),
        ({"start": "09:00", "end": "17:60"}, "end"),
        ({"start": "09:00", "end": 1020}, "end"),
    ],
)
def test_what_is_no_time_of_day_is_refused_by_its_place(hours: dict[str, Any], place: str) -> None:
    with pytest.raises(ValidationError) as error:
        TimeWindow.model_validate({"hours": hours})
    assert [(found["loc"], found["msg"]) for found in error.value.errors()] == [
        (("hours", place), f"Value error, {CLOCK}"),
    ]


def test_a_windows_zone_is_refused_like_any_unknown_one() -> None:
    with pytest.raises(ValidationError, match="unknown time zone"):
        TimeWindow.model_validate({"days": ["monday"], "timezone": "Mars/Phobos"})


def test_days_alone_are_whole_local_days() -> None:
    monday = {"days": ["monday"], "timezone": "Asia/Kathmandu"}
    assert within(monday, "2026-01-04T18:15:00Z")  # 00:00 on Monday, UTC+5:45
    assert not within(monday, "2026-01-04T18:14:00Z")


@pytest.mark.parametrize(
    "name", ["Mars/Phobos", "europe/berlin", "CEST", "", "../UTC", "Europe", "/etc/localtime", None, 5]
)
def test_an_unknown_time_zone_is_an_error_and_never_utc(name: object) -> None:
    with pytest.raises(UnknownTimeZoneError, match="unknown time zone"):
        load_zone(name)


def test_zones_come_from_the_packaged_data_with_their_history() -> None:
    berlin = load_zone("Europe/Berlin")
    assert datetime(2026, 7, 1, tzinfo=UTC).astimezone(berlin).utcoffset() is not None
    assert str(datetime(2026, 7, 1, tzinfo=UTC).astimezone(berlin)) == "2026-07-01 02:00:00+02:00"
    assert load_zone("America/Argentina/Ushuaia").key == "America/Argentina/Ushuaia"


@pytest.mark.parametrize(
    ("written", "at", "limit", "until"),
    [
        ({"hours": {"start": "08:00", "end": "17:00"}}, "2026-11-23T16:30:20", "2026-11-23T18:00", "2026-11-23T17:00"),
        ({"hours": {"start": "08:00", "end": "17:00"}}, "2026-11-23T10:00", "2026-11-23T11:00", "2026-11-23T11:00"),
        ({"hours": {"start": "08:00", "end": "17:00"}}, "2026-11-23T18:00", "2026-11-23T19:00", "2026-11-23T18:00"),
        ({"hours": {"start": "22:00", "end": "06:00"}}, "2026-11-23T23:00", "2026-11-24T09:00", "2026-11-24T06:00"),
        ({"days": ["friday", "saturday"]}, "2026-11-27T12:00", "2026-12-02T12:00", "2026-11-29T00:00"),
        # Clocks go from 02:00 to 03:00 on 2027-03-28 in Berlin, and from 03:00 to 02:00 on 2026-10-25.
        (
            {"hours": {"start": "01:00", "end": "02:30"}, "timezone": "Europe/Berlin"},
            "2027-03-28T00:30",
            "2027-03-28T05:00",
            "2027-03-28T01:00",
        ),
        (
            {"hours": {"start": "01:00", "end": "03:00"}, "timezone": "Europe/Berlin"},
            "2026-10-24T23:30",
            "2026-10-25T05:00",
            "2026-10-25T02:00",
        ),
    ],
)
def test_a_window_stays_open_until_it_closes_or_the_limit_comes(
    written: dict[str, Any], at: str, limit: str, until: str
) -> None:
    def utc(text: str) -> datetime:
        return datetime.fromisoformat(f"{text}+00:00")

    assert open_until(TimeWindow.model_validate(written), utc(at), utc(limit)) == utc(until)
