"""Outcomes of a request, a response with a body, a refusal or a file, and their rendering for API Gateway."""

import base64
from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

import orjson

from shared.edge.error_codes import ERRORS, Code


@dataclass(frozen=True, slots=True)
class Response:
    """A success. The body may have credentials, so it is never part of the repr. `is_unchanged`: all was so before."""

    body: Mapping[str, Any] = field(repr=False)
    status: HTTPStatus = HTTPStatus.OK
    is_unchanged: bool = False


@dataclass(frozen=True, slots=True)
class File:
    """Text that is the same for everyone, with all its headers; encoded where they have `Content-Encoding`."""

    body: bytes = field(repr=False)
    headers: Mapping[str, str]
    status: HTTPStatus = HTTPStatus.OK


@dataclass(frozen=True, slots=True)
class Refusal:
    """A refusal, as a value. SDKs print code and message, so the message says what to do next.

    `about` is the field of the body that it is about, where it is about one: a form shows it there. `grant_id` is the
    request that is in the way, where it is the caller's own: a program can join it.
    """

    code: Code
    message: str
    hint: str | None = None
    retry_after_s: int | None = None
    grant_id: str | None = None
    about: str | None = None

    @property
    def status(self) -> HTTPStatus:
        return ERRORS[self.code].status


@dataclass(frozen=True, slots=True)
class RefusedInWords:
    """A refusal whose answer is a success to the gateway: chat shows a page of its own for every other status."""

    refusal: Refusal
    answer: Response | File


def render(response: Response | Refusal | File | RefusedInWords, request_id: str) -> dict[str, Any]:
    """Make the response API Gateway expects, the same for payload 1.0 and 2.0.

    `statusCode` is always set: HTTP APIs answer 200 for a dict without one (API Gateway guide, "Lambda integrations").
    """
    if isinstance(response, RefusedInWords):
        return render(response.answer, request_id)
    if isinstance(response, File):
        return _render_file(response, request_id)
    headers = {
        "content-type": "application/json",
        "cache-control": "no-store",
        "x-content-type-options": "nosniff",
        "x-sentinel-request-id": request_id,
    }
    if isinstance(response, Refusal) and response.retry_after_s is not None:
        headers["retry-after"] = str(response.retry_after_s)
    content = response.body if isinstance(response, Response) else _refusal_body(response, request_id)
    return {
        "statusCode": response.status.value,
        "headers": headers,
        "body": orjson.dumps(content).decode(),
        "isBase64Encoded": False,
    }


def _render_file(file: File, request_id: str) -> dict[str, Any]:
    is_encoded = "Content-Encoding" in file.headers
    return {
        "statusCode": file.status.value,
        "headers": {**file.headers, "x-sentinel-request-id": request_id},
        "body": base64.b64encode(file.body).decode() if is_encoded else file.body.decode(),
        "isBase64Encoded": is_encoded,
    }


def _refusal_body(refusal: Refusal, request_id: str) -> Mapping[str, Any]:
    hint = ERRORS[refusal.code].remedy if refusal.hint is None else refusal.hint
    return {
        "code": refusal.code.value,
        "message": refusal.message,
        "request_id": request_id,
        "hint": hint,
        # The JavaScript and the Rust SDK read these two spellings.
        "Code": refusal.code.value,
        "Message": refusal.message,
        **({} if refusal.grant_id is None else {"grant_id": refusal.grant_id}),
    }
