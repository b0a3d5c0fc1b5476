"""Control paths for the process that started the emulator: look up a credential, save the state.

Both paths require the secret which that process passed in, on loopback; any other request gets 404. Nothing here is
logged, because the answers contain secrets.
"""

import hmac
import json
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any
from urllib.parse import parse_qsl

from ministack import app as ministack_app
from ministack.core import iam_evaluator, persistence
from ministack.core.responses import set_request_account_id
from ministack.services import sts

from . import replaces
from .authorization import allows

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]

_CREDENTIAL_PATH = "/_sentinel/credential"
_SAVE_PATH = "/_sentinel/save"
_SECRET_HEADER = b"x-sentinel-overlay"
# A function URL requires two actions, which share no condition key (Lambda Developer Guide, "Control access to Lambda
# function URLs"; Service Authorization Reference, AWS Lambda).
_ASKED: dict[str, list[tuple[str, dict[str, str]]]] = {
    "lambda:InvokeFunctionUrl": [
        ("lambda:InvokeFunctionUrl", {"lambda:functionurlauthtype": "AWS_IAM"}),
        ("lambda:InvokeFunction", {"lambda:invokedviafunctionurl": "true"}),
    ],
}


@replaces(sts, "get_state")
def _get_state(_: Callable[[], Any]) -> dict[str, Any]:
    """Save role sessions with the rest of the state: on AWS an outage does not end them."""
    return {"sessions": dict(sts._sessions)}  # noqa: SLF001 - where sessions live


@replaces(sts, "load_persisted_state")
def _load_persisted_state(_: Callable[[Any], None], state: dict[str, Any]) -> None:
    sts._sessions.update(state["sessions"])  # noqa: SLF001 - where sessions live


def with_control(application: Application, secret: str) -> Application:
    """Serve the two paths in front of the emulator."""

    async def serve(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] not in (_CREDENTIAL_PATH, _SAVE_PATH):
            await application(scope, receive, send)
            return
        given = dict(scope["headers"]).get(_SECRET_HEADER, b"")
        if not hmac.compare_digest(given, secret.encode()):
            await _send_json(send, 404, {})
        elif scope["path"] == _SAVE_PATH:
            persistence.save_all(ministack_app._build_persistence_save_dict())  # noqa: SLF001 - what its shutdown saves
            await _send_json(send, 200, {})
        else:
            await _send_json(send, 200, _find_credential(**dict(parse_qsl(scope["query_string"].decode()))))

    return serve


def _find_credential(access_key_id: str, action: str, resource: str) -> dict[str, Any]:
    """Describe a live access key, and whether its identity may do the action."""
    set_request_account_id(access_key_id)
    credential = iam_evaluator.resolve_credential(access_key_id)
    if isinstance(credential, iam_evaluator.CredentialResolutionError):
        return {"status": "expired" if "Expired" in credential.code else "unknown"}
    return {
        "status": "active",
        "secret_access_key": credential.secret_access_key,
        "session_token": credential.session_token,
        "account": credential.account_id,
        "arn": credential.principal_arn,
        "user_id": credential.principal_id,
        "expires_at": credential.expiration,
        "allowed": _may(access_key_id, action, resource),
    }


def _may(access_key_id: str, action: str, resource: str) -> bool:
    """Whether every action that AWS requires for such a call is allowed, each with its own condition keys."""
    region = resource.split(":")[3]
    asked = _ASKED.get(action, [(action, {})])
    return all(allows(access_key_id, each, resource, region, keys) for each, keys in asked)


async def _send_json(send: Send, status: int, value: dict[str, Any]) -> None:
    headers = [(b"content-type", b"application/json"), (b"cache-control", b"no-store")]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": json.dumps(value).encode()})
