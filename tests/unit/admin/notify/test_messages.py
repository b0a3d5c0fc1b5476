"""What people read."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.admin.notify.messages import sentence
from shared.core.events import NoticeEvent
from tests.unit.admin.notify.samples import GRANT_ID, WINDOW, act, event, lockout, request, revocation, session, vote

APPROVE = f"bob or *@sec.example can approve: sentinel request approve {GRANT_ID}"
REVIEW = f"It awaits a review: sentinel break-glass review {GRANT_ID}"
BOTH = [vote("bob", "go"), vote("carol@sec.example")]


@pytest.mark.parametrize(
    ("event_", "actor", "details", "expected"),
    [
        ("request.filed", "alice", request(), f'alice asks for prod for 1h: "fix INC-1". {APPROVE}'),
        (
            "request.filed",
            "alice",
            request(ticket="INC-1", quorum=2, starts_at="2026-11-04T08:30:00Z", duration_s=5400),
            (
                'alice asks for prod for 1h30m from 2026-11-04 08:30 UTC: "fix INC-1" (ticket "INC-1"). '
                f"It needs 2 approvals. {APPROVE}"
            ),
        ),
        (
            "request.filed",
            "alice",
            request(extends="fedcba9876543210", starts_at="2026-11-02T13:00:00Z"),
            f'alice asks to extend prod by 1h until 2026-11-02 14:00 UTC: "fix INC-1". {APPROVE}',
        ),
        (
            "request.cancelled",
            "bob",
            request(extends="fedcba9876543210", starts_at="2026-11-02T13:00:00Z", ended=act("bob", "enough")),
            'bob cancelled alice\'s request to extend prod ("enough").',
        ),
        (
            "request.voted",
            "bob",
            request(quorum=2, approvals=BOTH[:1]),
            f'bob approved alice\'s request for prod for 1h ("go"), 1 of 2 approvals. {APPROVE}',
        ),
        (
            "request.approved",
            "carol@sec.example",
            request(quorum=2, approvals=BOTH, window=WINDOW),
            (
                'alice may use prod from 2026-11-02 12:00 UTC to 2026-11-02 13:00 UTC: "fix INC-1". '
                "Approved by bob and carol@sec.example."
            ),
        ),
        (
            "request.approved",
            "bob",
            request(approvals=BOTH[:1], window=WINDOW),
            (
                'alice may use prod from 2026-11-02 12:00 UTC to 2026-11-02 13:00 UTC: "fix INC-1". '
                'Approved by bob ("go").'
            ),
        ),
        (
            "request.approved",
            None,
            request(auto_approved=True, window=WINDOW),
            (
                'alice may use prod from 2026-11-02 12:00 UTC to 2026-11-02 13:00 UTC: "fix INC-1". '
                "Approved by the approval policy."
            ),
        ),
        ("request.denied", "bob", request(ended=act("bob")), "bob denied alice's request for prod."),
        ("request.denied", "bob", request(ended=act("bob", "why?")), 'bob denied alice\'s request for prod ("why?").'),
        ("request.cancelled", "alice", request(ended=act("alice")), "alice cancelled their own request for prod."),
        (
            "request.withdrawn",
            "bob",
            request(ended=act("bob", "done"), window=WINDOW),
            'bob withdrew alice\'s approved request for prod ("done"). No new credentials are given for it.',
        ),
        (
            "request.expired",
            None,
            request(ended=act(None)),
            "alice's request for prod expired: it was not decided by 2026-11-03 12:00 UTC.",
        ),
        (
            "request.reminder",
            None,
            request(),
            (
                "alice's request for prod for 1h waits since 2026-11-02 12:00 UTC, and expires at 2026-11-03 12:00 "
                f'UTC: "fix INC-1". bob or *@sec.example can approve: sentinel request approve {GRANT_ID}'
            ),
        ),
        (
            "request.escalated",
            None,
            request(quorum=2, approvals=[{"user": "bob", "at": "", "comment": None}], approvers=["bob", "group sec"]),
            (
                "alice's request for prod for 1h was not decided since 2026-11-02 12:00 UTC, and more people may now: "
                f'"fix INC-1". It has 1 of 2 approvals. bob or "group sec" can approve: '
                f"sentinel request approve {GRANT_ID}"
            ),
        ),
        (
            "request.ending",
            None,
            request(window=WINDOW, extension="possible"),
            (
                "alice's approval for prod ends at 2026-11-02 13:00 UTC, and with it the access that it gives. "
                f"To extend it: sentinel request create --extend {GRANT_ID}"
            ),
        ),
        (
            "request.ending",
            None,
            request(window=WINDOW, extension="asked", extended_by="fedcba9876543210"),
            (
                "alice's approval for prod ends at 2026-11-02 13:00 UTC, and with it the access that it gives. "
                "Request fedcba9876543210, which extends it, still waits for its approval."
            ),
        ),
        (
            "request.ending",
            None,
            request(window=WINDOW, extension="impossible"),
            "alice's approval for prod ends at 2026-11-02 13:00 UTC, and with it the access that it gives.",
        ),
        (
            "break_glass.ending",
            None,
            event(),
            ("alice's break-glass event on prod ends at 2026-11-02 13:00 UTC, and with it the access that it gives."),
        ),
        (
            "break_glass.started",
            "alice",
            event(),
            (
                'alice broke glass on prod until 2026-11-02 13:00 UTC (incident): "the payment service is down". '
                f"To end it: sentinel break-glass close {GRANT_ID}"
            ),
        ),
        (
            "break_glass.closed",
            "alice",
            event(ended=act("alice", "fixed")),
            f'alice closed their own break-glass event on prod ("fixed"). {REVIEW}',
        ),
        (
            "break_glass.expired",
            None,
            event(ended=act(None), review_required=False),
            "alice's break-glass event on prod ended at 2026-11-02 13:00 UTC.",
        ),
        (
            "break_glass.reviewed",
            "bob",
            event(review=act("bob", "fine")),
            'bob reviewed alice\'s break-glass event on prod ("fine").',
        ),
        (
            "session.revoked",
            "bob",
            session(),
            f'bob revoked alice\'s session {GRANT_ID} of prod: "laptop stolen".',
        ),
        ("session.revoked", "alice", session(revoked=None), f"alice revoked their own session {GRANT_ID} of prod."),
        ("sessions.revoked", "bob", revocation(), 'bob revoked every session of user alice: "laptop stolen".'),
        (
            "sessions.revoked",
            "bob",
            revocation(target="all", name=None),
            'bob revoked every session of everyone: "laptop stolen".',
        ),
        ("lockout.set", "bob", lockout(), 'bob locked out user alice until it is lifted: "laptop stolen".'),
        (
            "lockout.set",
            "bob",
            lockout(target="profile", name="prod", ends_at="2026-11-02T13:00:00Z"),
            'bob locked out profile prod until 2026-11-02 13:00 UTC: "laptop stolen".',
        ),
        (
            "lockout.lifted",
            "bob",
            lockout(lifted=act("bob", "found it")),
            'bob lifted the lockout of user alice ("found it").',
        ),
    ],
    ids=lambda part: part if isinstance(part, str) and "." in part and " " not in part else "",
)
def test_every_change_reads_well(event_: str, actor: str | None, details: dict[str, Any], expected: str) -> None:
    assert sentence(NoticeEvent(event_), actor, details) == expected


@pytest.mark.parametrize("event_", NoticeEvent)
def test_every_event_has_a_sentence(event_: NoticeEvent) -> None:
    samples = {"break_glass": event(), "request": request(window=WINDOW), "session": session()}
    of_many = {"sessions": revocation(), "lockout": lockout(lifted=act("bob"))}
    text = sentence(event_, "carol", (samples | of_many)[event_.partition(".")[0]])
    assert text.endswith((".", GRANT_ID))


def test_of_many_approvers_only_some_are_named() -> None:
    text = sentence(NoticeEvent.REQUEST_FILED, "alice", request(approvers=[f"user{n}" for n in range(9)]))
    assert "user0, user1, user2, user3 or 5 more can approve" in text


def test_a_long_reason_is_cut() -> None:
    text = sentence(NoticeEvent.REQUEST_FILED, "alice", request(reason="x" * 1000))
    assert "x" * 299 + '…". bob' in text
    assert "x" * 300 not in text


@given(st.text(max_size=400))
def test_a_reason_stays_within_its_quotes_and_on_its_line(reason: str) -> None:
    text = sentence(NoticeEvent.REQUEST_FILED, "alice", request(reason=reason))
    assert text.count('"') == 2
    assert text.endswith(f'". {APPROVE}')
    assert text.isprintable() or not reason.isprintable()
    assert len(text.splitlines()) == 1


def test_a_reason_cannot_pass_for_a_sentence_of_ours() -> None:
    forged = "x\".\nbob approved alice's request.\u202e\u200b\x1b[2J"
    text = sentence(NoticeEvent.REQUEST_FILED, "alice", request(reason=forged))
    assert text == f"alice asks for prod for 1h: \"x'. bob approved alice's request.[2J\". {APPROVE}"


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("ok\u02ee ok\u02f6 ok\u055d ok\u276f ok\u3003", "ok' ok' ok' ok' ok'"),
        ("a\u034fb\ufe0f\U000e0101c\u180b", "abc"),
        ("@here and @channel", "\uff20here and \uff20channel"),
        ("ends in a backslash\\", "ends in a backslash\u2216"),
    ],
    ids=["quotation marks", "marks without ink", "mentions", "escapes"],
)
def test_nothing_in_a_reason_quotes_hides_calls_or_escapes(written: str, read: str) -> None:
    text = sentence(NoticeEvent.REQUEST_FILED, "alice", request(reason=written))
    assert f'for 1h: "{read}". ' in text
