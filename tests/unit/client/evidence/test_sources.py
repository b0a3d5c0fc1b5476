"""Audit lines are read out of any form that a log was exported to; what cannot be read is counted, with its place."""

import gzip
import io
import json
import os
import tracemalloc
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson
import pytest
from botocore.session import Session
from botocore.stub import Stubber
from hypothesis import given
from hypothesis import strategies as st

from sentinel.api.sessions_client import SessionApi
from sentinel.errors import RefusedError
from sentinel.evidence.logs import logged_lines
from sentinel.evidence.records import Unread
from sentinel.evidence.rows import session_lines
from sentinel.evidence.sources import STDIN, SourceDeniedError, SourceError, read_lines
from tests.unit.client.session_service import OTHER_ID, SessionService, a_session

METRIC = b'{"_aws":{"Timestamp":1},"service":"vend","requests":1}'
REPORT = b"REPORT RequestId: 1\tDuration: 12.00 ms"
BEGIN, END = datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 3, 2, tzinfo=UTC)


def a_line(number: int = 1, **fields: Any) -> bytes:
    known = {"time": "2026-03-01T12:00:00Z", "service": "vend", "sequence": number}
    return orjson.dumps({"kind": "sentinel.audit", **known, **fields})


def an_envelope(*lines: bytes) -> bytes:
    events = [{"id": str(at), "timestamp": at, "message": line.decode() + "\n"} for at, line in enumerate(lines)]
    return orjson.dumps({"messageType": "DATA_MESSAGE", "owner": "111122223333", "logEvents": events})


def read(path: Path, *, unread: Unread | None = None) -> list[bytes]:
    """Read what must be readable, unless `unread` is there for the rest."""
    found = Unread()
    lines = list(read_lines(path, unread or found))
    assert found.places == []
    return lines


# It has everything that a reader might split it at.
ODD = a_line(3, user_agent='}{"kind":"sentinel.audit"}\n}{"x', detail="2026-01-01T00:00:00 {", user="é\u2028")
LINES = [a_line(1), a_line(2), ODD]
CLI_EVENTS = [{"timestamp": 1, "message": line.decode() + "\n", "eventId": "7"} for line in (*LINES, METRIC)]


@pytest.mark.parametrize(
    "content",
    [
        b"\n".join(LINES),
        b"\r\n".join([REPORT, LINES[0], b"", METRIC, LINES[1], ODD, b""]),
        b"".join(b"2026-03-01T12:00:00.123Z " + line + b"\n" for line in (REPORT, *LINES, METRIC)),
        b"".join(b"2026-03-01T12:00:00+00:00 2026/03/01/[5]ab12 " + line + b"\n" for line in LINES),
        b"".join(orjson.dumps({"timestamp": 1, "message": line.decode()}) + b"\n" for line in (METRIC, *LINES)),
        an_envelope(*LINES[:2]) + an_envelope(METRIC) + an_envelope(ODD),
        an_envelope(*LINES[:2]) + b"\n" + an_envelope(REPORT, ODD) + b"\n",
        json.dumps({"events": CLI_EVENTS, "searchedLogStreams": []}, indent=4, ensure_ascii=False).encode(),
        json.dumps({"events": CLI_EVENTS}).encode(),
    ],
    ids=["lines", "a log", "an export task", "aws logs tail", "messages", "Firehose", "subscription", "CLI", "jq -c"],
)
def test_the_exact_bytes_of_every_line_are_found_in(content: bytes, tmp_path: Path) -> None:
    for name, packed in (("plain", content), ("once", gzip.compress(content))):
        (tmp_path / name).write_bytes(packed)
        assert read(tmp_path / name) == LINES


def test_what_firehose_compresses_again_is_read(tmp_path: Path) -> None:
    members = b"".join(gzip.compress(an_envelope(line)) for line in LINES)
    (tmp_path / "twice").write_bytes(gzip.compress(members))
    assert read(tmp_path / "twice") == LINES


def test_a_folder_is_read_in_the_order_of_its_names(tmp_path: Path) -> None:
    for place, line in zip(("2026/03/02/a.gz", "2026/03/01/b", "2026/03/01/a"), LINES, strict=True):
        file = tmp_path / place
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(gzip.compress(line) if place.endswith("gz") else line)
    assert read(tmp_path) == [LINES[2], LINES[1], LINES[0]]


def test_standard_input_is_a_source(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(gzip.compress(b"\n".join(LINES)))))
    assert read(STDIN) == LINES


@pytest.mark.parametrize(
    ("content", "places"),
    [
        (LINES[0][:-5], ["f:2: an audit line that is not whole"]),
        (LINES[0].replace(b":", b"\xff", 3), ["f:2: an audit line that is not whole"]),
        (b"2026-03-01T12:00:00Z " + LINES[0][:70], ["f:2: an audit line that is not whole"]),
        (an_envelope(METRIC, LINES[0][:-1]), ["f:2, event 2: an audit line that is not whole"]),
        (b"[%b]" % LINES[0], ["f:2: an array: write one audit line a line, as `jq -c '.[]'` does"]),
    ],
    ids=["truncated", "garbled", "stamped", "in an envelope", "an array"],
)
def test_a_line_that_is_not_whole_is_counted_with_its_place_and_the_rest_is_read(
    content: bytes, places: Sequence[str], tmp_path: Path
) -> None:
    (tmp_path / "f").write_bytes(b"\n".join([REPORT, content, LINES[1]]))
    unread = Unread()
    assert read(tmp_path / "f", unread=unread) == [LINES[1]]
    assert (unread.count, [place.removeprefix(f"{tmp_path}{os.sep}") for place in unread.places]) == (1, places)


@given(
    st.lists(st.sampled_from(LINES) | st.binary(max_size=60).map(lambda noise: noise.replace(b"\n", b"")), max_size=8)
)
def test_between_anything_every_whole_line_is_found_and_nothing_is_an_error(
    tmp_path_factory: pytest.TempPathFactory, content: list[bytes]
) -> None:
    file = tmp_path_factory.mktemp("any") / "f"
    file.write_bytes(b"\n" + b"\n".join(content))
    assert list(read_lines(file, Unread())) == [each for each in content if each in LINES]


@pytest.mark.parametrize("cut", [lambda packed: packed[:-12], lambda packed: packed[:-8] + b"\0" * 8])
def test_a_broken_compression_is_counted_and_the_next_file_is_read(cut: Any, tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(cut(gzip.compress(b"\n".join(LINES))))
    (tmp_path / "b").write_bytes(LINES[0])
    unread = Unread()
    assert read(tmp_path, unread=unread)[-1] == LINES[0]
    assert (unread.count, "compression is broken" in unread.places[0]) == (1, True)


@pytest.mark.parametrize(
    "other",
    [METRIC, REPORT, b'{"userAgent":"sentinel.audit"}', b'"sentinel.audit"', b'{"events":[7],"x":"sentinel.audit"}'],
)
def test_what_is_no_audit_line_is_passed_over(other: bytes, tmp_path: Path) -> None:
    (tmp_path / "f").write_bytes(other)
    assert read(tmp_path / "f") == []


def test_no_more_places_are_kept_than_are_shown(tmp_path: Path) -> None:
    (tmp_path / "f").write_bytes(b'{"kind":"sentinel.audit"\n' * 1000)
    unread = Unread()
    assert read(tmp_path / "f", unread=unread) == []
    assert (unread.count, len(unread.places)) == (1000, 20)


def test_a_record_without_an_end_takes_no_more_memory_than_is_allowed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sentinel.evidence.sources._PIECE", 1 << 12)
    monkeypatch.setattr("sentinel.evidence.sources._MOST_OF_ONE", 1 << 16)
    endless = b'{"kind":"sentinel.audit","detail":"' + b"x" * (1 << 22)
    (tmp_path / "f").write_bytes(gzip.compress(endless + b"\n" + LINES[0]))
    unread = Unread()
    tracemalloc.start()
    try:
        assert read(tmp_path / "f", unread=unread) == [LINES[0]]
        assert tracemalloc.get_traced_memory()[1] < 1 << 20
    finally:
        tracemalloc.stop()
    assert "f:1: a record of more than" in unread.places[0]


def test_a_missing_file_and_a_folder_that_cannot_be_listed_are_errors(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(SourceError, match="absent: No such file"):
        read(tmp_path / "absent")

    def denied(_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "scandir", denied)
    with pytest.raises(SourceError, match="Permission denied"):
        read(tmp_path)


@pytest.fixture
def logs() -> Any:
    """A botocore client, which checks the requests; the answers are set."""
    secrets = {"aws_access_key_id": "AKIAQQQQQQQQQQQQQQQQ", "aws_secret_access_key": "not-a-secret"}
    return Session().create_client("logs", region_name="eu-central-1", **secrets)


def asked(group: str, **more: str) -> dict[str, Any]:
    pattern = '{ $.kind = "sentinel.audit" }'
    times = {"startTime": 1772323200000, "endTime": 1772409600000}
    return {"logGroupName": group, "filterPattern": pattern, **times, **more}


def test_every_page_of_every_log_group_is_read(logs: Any) -> None:
    events = [{"eventId": str(number), "message": line.decode() + "\n"} for number, line in enumerate(LINES)]
    garbled = {"eventId": "9", "message": '{"kind":"sentinel.audit"'}
    with Stubber(logs) as stub:
        stub.add_response("filter_log_events", {"events": events[:1], "nextToken": "more"}, asked("vend"))
        stub.add_response("filter_log_events", {"nextToken": "yet more"}, asked("vend", nextToken="more"))
        stub.add_response("filter_log_events", {"events": events[1:2]}, asked("vend", nextToken="yet more"))
        stub.add_response("filter_log_events", {"events": [*events[2:], garbled]}, asked("admin"))
        unread = Unread()
        assert list(logged_lines(logs, ["vend", "admin"], BEGIN, END, unread)) == LINES
        stub.assert_no_pending_responses()
    assert unread.places == ["admin, event 9: an audit line that is not whole"]


@pytest.mark.parametrize(
    ("code", "error", "words"),
    [
        ("AccessDeniedException", SourceDeniedError, "logs:FilterLogEvents"),
        ("ResourceNotFoundException", SourceError, "--log-group"),
        ("ThrottlingException", SourceError, "try again"),
    ],
)
def test_a_refusal_of_cloudwatch_names_the_group_and_the_remedy(
    logs: Any, code: str, error: type[SourceError], words: str
) -> None:
    with Stubber(logs) as stub:
        stub.add_client_error("filter_log_events", code)
        with pytest.raises(error, match=r"vend in eu-central-1|to read vend") as raised:
            list(logged_lines(logs, ["vend"], BEGIN, END, Unread()))
    assert type(raised.value) is error
    assert words in raised.value.hint


async def test_rows_of_sessions_are_lines_of_a_kind_of_their_own() -> None:
    service, slept = SessionService(), []
    first = {"sessions": [a_session()], "next_cursor": "c", "unreadable": ["x"]}
    busy = {"code": "throttled", "message": "wait"}
    second = {"sessions": [a_session(id=OTHER_ID, status="failed"), {"id": 7}], "next_cursor": None}
    service.answers["GET", "/v1/sessions"] = [(200, first), (429, busy), (200, second)]

    async def pause(seconds: float) -> None:
        slept.append(seconds)

    unread = Unread()
    found = session_lines(SessionApi(service), BEGIN, END, unread, pause)  # type: ignore[arg-type]
    lines = [orjson.loads(line) async for line in found]
    assert [(line["kind"], line["session_id"], line["outcome"]) for line in lines] == [
        ("sentinel.session", "0123456789abcdef", "issued"),
        ("sentinel.session", OTHER_ID, "failed"),
    ]
    assert (lines[0]["time"], lines[0]["duration_given_s"], lines[0]["rule"]) == (
        "2026-03-01T12:00:00Z",
        3600,
        "on-call",
    )
    assert (unread.count, slept) == (2, [1])
    assert [query.get("cursor") for _, _, query in service.asked] == [None, "c", "c"]
    assert service.asked[0][2]["since"] == "2026-03-01T00:00:00Z"


async def test_sessions_that_may_not_be_read_are_an_error() -> None:
    service = SessionService()
    service.answer("GET", "/v1/sessions", {"code": "not_permitted", "message": "no"}, status=403)
    with pytest.raises(RefusedError):
        [line async for line in session_lines(SessionApi(service), BEGIN, END, Unread())]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"PK\x03\x04" + LINES[0], "zip is not read"),
        (b"\x28\xb5\x2f\xfd" + LINES[0], "zstd is not read"),
        (LINES[0].decode().encode("utf-16"), "UTF-16 is not read"),
        (orjson.dumps({"log": LINES[0].decode()}), "an audit line within something else"),
        (b'{"raw":%b}' % LINES[0], "an audit line within something else"),
    ],
)
def test_a_form_that_is_not_read_is_counted_and_never_passed_over(content: bytes, why: str, tmp_path: Path) -> None:
    (tmp_path / "f").write_bytes(content)
    unread = Unread()
    assert read(tmp_path / "f", unread=unread) == []
    assert (unread.count, why in unread.places[0]) == (1, True)
