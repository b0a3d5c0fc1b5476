"""The faults, each worded for both protocols our services speak, and what each amounts to for a request."""

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from tests.faults.proxy import Exchange, Fault, Reply

_STS: Final = "https://sts.amazonaws.com/doc/2011-06-15/"


class Effect(StrEnum):
    """What a request notices of a fault, after the second try that a lost connection and AWS's own failures get."""

    PASSES = "passes"  # the second try succeeds
    NO_ANSWER = "no answer"
    SILENCE = "silence"  # until the call's own time is over
    SILENCE_ONCE = "silence once"
    LATE = "late"  # until the request's time is over
    REFUSED = "refused"
    THROTTLED = "throttled"
    UNREADABLE = "unreadable"
    LOST = "lost"  # done, but the response was lost
    LOST_ONCE = "lost once"


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of fault, which acts `times`, or always where that is None."""

    name: str
    effect: Effect
    fault: Fault
    times: int | None = None


def answers(status: int, code: str) -> Fault:
    """Answer with an AWS error."""
    texts = (
        f'{{"__type":"com.amazonaws#{code}","message":"planted"}}',
        f"<ErrorResponse><Error><Code>{code}</Code><Message>planted</Message></Error></ErrorResponse>",
    )
    return _says(status, *texts)


def _says(status: int, as_json: str, as_xml: str) -> Fault:
    def fault(exchange: Exchange) -> None:
        text, content_type = (as_json, "application/x-amz-json-1.0") if exchange.is_json else (as_xml, "text/xml")
        exchange.answer(Reply(status, text.encode(), content_type))

    return fault


def throttles(exchange: Exchange) -> None:
    """Refuse for now, in the words of the protocol's services (DynamoDB and STS, "Common errors")."""
    code = "ThrottlingException" if exchange.is_json else "Throttling"
    answers(400, code)(exchange)


def hangs(exchange: Exchange) -> None:
    """Never answer."""
    exchange.hang()


def closes(exchange: Exchange) -> None:
    """Close before answering."""
    exchange.close()


def resets_midway(exchange: Exchange) -> None:
    """Tear the connection down in the middle of an answer."""
    exchange.answer(Reply(200, b'{"Item', "application/x-amz-json-1.0"), more=100)
    exchange.reset()


def truncates(exchange: Exchange) -> None:
    """Promise a longer body than there is."""
    exchange.answer(Reply(200, b"{}" if exchange.is_json else b"<a/>", "text/xml"), more=10)
    exchange.close()


def babbles(exchange: Exchange) -> None:
    """Answer with what is not HTTP."""
    exchange.write(b"\x16\x03\x01 220 smtp.example ESMTP\r\n\r\n")
    exchange.close()


def loses_the_answer(exchange: Exchange) -> None:
    """Have the emulator do it, and tear the connection down before the response arrives."""
    exchange.forward()
    exchange.reset()


def misshapes(exchange: Exchange) -> None:
    """Answer in the right protocol with everything in the wrong place."""
    name = exchange.operation
    as_json = '{"Attributes":7,"Item":7,"Items":7,"Parameters":7,"Responses":7}'
    _says(200, as_json, f'<{name}Response xmlns="{_STS}"><{name}Result><A>1</A></{name}Result></{name}Response>')(
        exchange
    )


def answers_for_another_session(exchange: Exchange) -> None:
    """Have STS name another session than the one that was asked for."""
    reply = exchange.forward()
    body = re.sub(rb"(assumed-role/\w+/)[^<]+", rb"\1somebody-else", reply.body)
    assert body != reply.body
    exchange.answer(Reply(reply.status, body, reply.content_type))


def forgets_the_token(exchange: Exchange) -> None:
    """Have STS answer with half a credential."""
    reply = exchange.forward()
    body = re.sub(rb"<SessionToken>[^<]*</SessionToken>", b"", reply.body)
    assert body != reply.body
    exchange.answer(Reply(reply.status, body, reply.content_type))


FAILS: Final = Kind("500, always", Effect.NO_ANSWER, answers(500, "InternalServerError"))
IS_LOST_ONCE: Final = Kind("answer lost, once", Effect.LOST_ONCE, loses_the_answer, times=1)
GENERAL: Final = (
    FAILS,
    Kind("500, once", Effect.PASSES, answers(500, "InternalServerError"), times=1),
    Kind("closed, once", Effect.PASSES, closes, times=1),
    Kind("503 of a proxy", Effect.NO_ANSWER, _says(503, "<html>no</html>", "<html>no")),
    Kind("closed", Effect.NO_ANSWER, closes),
    Kind("reset midway", Effect.NO_ANSWER, resets_midway),
    Kind("truncated", Effect.NO_ANSWER, truncates),
    Kind("not HTTP", Effect.NO_ANSWER, babbles),
    Kind("access denied", Effect.REFUSED, answers(403, "AccessDenied")),
    Kind("throttled", Effect.THROTTLED, throttles),
    Kind("garbage", Effect.UNREADABLE, _says(200, "<html>", "sorry")),
    Kind("another type", Effect.UNREADABLE, _says(200, "[]", f'<Other xmlns="{_STS}"/>')),
    IS_LOST_ONCE,
    Kind("answers lost", Effect.LOST, loses_the_answer),
    Kind("hangs", Effect.SILENCE, hangs),
    Kind("hangs, once", Effect.SILENCE_ONCE, hangs, times=1),
    Kind("late", Effect.LATE, hangs),
)
# Only where an answer's content is read.
WRONG_SHAPE: Final = Kind("wrong shape", Effect.UNREADABLE, misshapes)
# Only where STS says whose session it is, or gives keys.
ANOTHER_SESSION: Final = Kind("another session", Effect.UNREADABLE, answers_for_another_session)
NO_TOKEN: Final = Kind("no token", Effect.UNREADABLE, forgets_the_token)
