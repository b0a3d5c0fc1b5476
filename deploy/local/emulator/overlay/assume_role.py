"""AssumeRole as STS does it: rules checked before the emulator's handler, inherited session context added after it."""

import re
from collections.abc import Awaitable, Callable, Mapping
from contextvars import ContextVar
from typing import Any
from xml.sax.saxutils import escape

from ministack.core import iam_actions, iam_evaluator
from ministack.core.responses import get_region
from ministack.core.router import extract_access_key_id
from ministack.services import sts

from . import replaces
from .authorization import allows, role_of, session_of
from .rules import (
    AssumeRole,
    Caller,
    Form,
    Refusal,
    access_denied,
    action_of,
    check_chain,
    check_request,
    parse_assume_role,
    read_form,
)

Answer = tuple[int, dict[str, str], bytes]
Handler = Callable[[str, str, Mapping[str, str], bytes, Form], Awaitable[Answer]]

_under_way: ContextVar[AssumeRole | None] = ContextVar("assume_role_under_way", default=None)
_ACCESS_KEY_ID = re.compile(rb"<AccessKeyId>(\w+)</AccessKeyId>")
_DEFAULT_MAXIMUM_S = 3600


@replaces(sts, "handle_request")
async def _handle_request(
    handle: Handler, method: str, path: str, headers: Mapping[str, str], body: bytes, query: Form
) -> Answer:
    if "amz-json" in headers.get("content-type", ""):
        return _answer(Refusal(400, "InvalidAction", "STS uses the query protocol"))
    form = read_form(body, query)
    if action_of(form) != "AssumeRole":
        return await handle(method, path, headers, body, query)
    request = parse_assume_role(form)
    access_key_id = extract_access_key_id(headers, query)
    caller = _caller(access_key_id)
    if refusal := check_request(request) or _check_permissions(request, caller, access_key_id):
        return _answer(refusal)
    token = _under_way.set(request)
    try:
        status, answer_headers, answer = await handle(method, path, headers, body, query)
    finally:
        _under_way.reset(token)
    if status == 200:  # noqa: PLR2004 - HTTP's own number
        answer = _hand_on(request, caller, answer)
    return status, answer_headers, answer


def _caller(access_key_id: str) -> Caller:
    session = session_of(access_key_id)
    transitive = {key.lower() for key in session.get("TransitiveTagKeys", ())}
    tags = tuple((tag["Key"], tag["Value"]) for tag in session.get("SessionTags") or ())
    return Caller(
        arn=str(session.get("Arn", "")),
        chained=session.get("PrincipalType") == "AssumedRole",
        source_identity=session.get("SourceIdentity"),
        transitive_tags=tuple((key, value) for key, value in tags if key.lower() in transitive),
    )


def _check_permissions(request: AssumeRole, caller: Caller, access_key_id: str) -> Refusal | None:
    role = role_of(request.role_account, request.role_name)
    if not role:
        return None  # the handler refuses it
    if refusal := check_chain(request, caller, int(role.get("MaxSessionDuration") or _DEFAULT_MAXIMUM_S)):
        return refusal
    for action in _further_actions(request, caller):
        # The trust policy and the caller's identity policy both decide, as in STS when the caller is a role.
        keys, trust = _condition_keys(action, request), role["AssumeRolePolicyDocument"]
        if not allows(access_key_id, action, request.role_arn, get_region(), keys, trust):
            return access_denied(caller.arn, action, request.role_arn)
    return None


def _further_actions(request: AssumeRole, caller: Caller) -> list[str]:
    actions = []
    if request.source_identity or caller.source_identity:
        actions.append("sts:SetSourceIdentity")
    if request.tags or caller.transitive_tags:
        actions.append("sts:TagSession")
    return actions


def _condition_keys(action: str, request: AssumeRole) -> dict[str, Any]:
    """Return the condition keys of one of the three actions (Service Authorization Reference, AWS STS)."""
    keys: dict[str, Any] = {}
    if action in ("sts:AssumeRole", "sts:SetSourceIdentity") and request.source_identity:
        keys["sts:sourceidentity"] = request.source_identity
    if action == "sts:AssumeRole":
        keys["sts:rolesessionname"] = request.session_name
    if action in ("sts:AssumeRole", "sts:TagSession"):
        keys |= {f"aws:requesttag/{key}".lower(): value for key, value in request.tags}
        if request.tags:
            keys["aws:tagkeys"] = [key for key, _ in request.tags]
        if request.transitive_keys:
            keys["sts:transitivetagkeys"] = list(request.transitive_keys)
    return keys


@replaces(iam_evaluator, "evaluate_trust_policy")
def _evaluate_trust_policy(evaluate: Callable[..., bool], trust: object, caller_arn: str, context: Any = None) -> bool:
    request = _under_way.get()
    if request is not None and context is not None:
        context.service_context = {**context.service_context, **_condition_keys(context.action, request)}
    return evaluate(trust, caller_arn, context)


@replaces(iam_actions, "request_tag_context")
def _request_tag_context(
    gather: Callable[..., dict[str, Any]], service: str, action: str, body: bytes, params: Form
) -> dict[str, Any]:
    if service == "sts" and action == "sts:AssumeRole":
        return _condition_keys(action, parse_assume_role(read_form(body, params)))
    return gather(service, action, body, params)


def _hand_on(request: AssumeRole, caller: Caller, answer: bytes) -> bytes:
    """Store what the new session inherits, and return the source identity in force."""
    match = _ACCESS_KEY_ID.search(answer)
    if match is None:
        raise RuntimeError("the emulator's AssumeRole answer holds no access key id; has ministack changed?")
    session = sts._sessions[match[1].decode()]  # noqa: SLF001 - where sessions live
    tags = {key.lower(): (key, value) for key, value in (*caller.transitive_tags, *request.tags)}
    session["SessionTags"] = [{"Key": key, "Value": value} for key, value in tags.values()]
    session["TransitiveTagKeys"] = [*(key for key, _ in caller.transitive_tags), *request.transitive_keys]
    source_identity = request.source_identity or caller.source_identity
    if source_identity is None:
        return answer
    session["SourceIdentity"] = source_identity
    echo = f"<SourceIdentity>{escape(source_identity)}</SourceIdentity></AssumeRoleResult>"
    return answer.replace(b"</AssumeRoleResult>", echo.encode())


def _answer(refusal: Refusal) -> Answer:
    answer: Answer = sts._error(refusal.status, refusal.code, escape(refusal.message), ns="sts")  # noqa: SLF001 - its error shape
    return answer
