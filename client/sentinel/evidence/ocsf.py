"""Audit lines as events of the Open Cybersecurity Schema Framework: API Activity, class 6003 (decision 69).

Version 1.1.0, which Amazon Security Lake reads; later readers of 1.x take it as well. Every field of a line is in its
event: what the class has no attribute for is in `unmapped`, under its own name.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from sentinel.terminal.times import read_instant

VERSION: Final = "1.1.0"
_CATEGORY: Final = (6, "Application Activity")
_CLASS: Final = (6003, "API Activity")
_CREATE, _READ, _UPDATE, _DELETE, _OTHER = (1, "Create"), (2, "Read"), (3, "Update"), (4, "Delete"), (99, "Other")
_INFORMATIONAL, _LOW, _MEDIUM = (1, "Informational"), (2, "Low"), (3, "Medium")
_SUCCESS, _FAILURE = (1, "Success"), (2, "Failure")
_SUCCESSES: Final = frozenset({"issued", "allowed", "answered"})
# A person, by the kinds of callers.
_PERSON_KINDS: Final = frozenset({"iam-user", "identity-center", "named-session", "oidc-person", "chat-person"})
_AWS_ACCOUNT: Final = (10, "AWS Account")
_VENDOR: Final = "Sentinel"
# The method and the path; a scheduled task has a name without either.
_REQUEST: Final = re.compile(r"([A-Z]{3,7}) (/\S*)")
_ACT: Final = re.compile(r"/[^/]+/(approve|deny|cancel|close|review|revoke|continue|sync)$")
_BY_METHOD: Final = {"GET": _READ, "POST": _CREATE, "PUT": _UPDATE, "DELETE": _DELETE}
# Always in an attribute of their own.
_MAPPED: Final = frozenset(
    {"time", "service", "request_id", "deployment", "process", "sequence", "outcome", "code", "detail", "operation"}
    | {"user", "caller_arn", "account", "issuer", "source_ip", "user_agent", "profile", "role_arn", "session_id"}
    | {"grant_id", "verdict", "rule", "policy_version", "kind", "schema_version"}
)
# Only in the object of another field, where that is there.
_CALLER: Final = ("user", "caller_arn", "account")
_WITH_CALLER: Final = frozenset({"caller_kind", "caller_access_key_id"})
_WITH_SESSION: Final = frozenset({"stamp", "access_key_id", "expires_at", "session_user"})
_WITH_GRANT: Final = frozenset({"grant_user"})
Fields = Mapping[str, Any]


def to_event(line: Fields) -> dict[str, Any]:
    """Translate a line.

    Raises:
        ValueError: it has no instant.

    """
    activity, severity = _activity_of(line), _severity_of(line)
    status = _SUCCESS if line.get("outcome") in _SUCCESSES else _FAILURE
    unmapped = dict(_unmapped(line))
    event = {
        **_named("activity", activity, "name"),
        **_named("category", _CATEGORY, "name", "uid"),
        **_named("class", _CLASS, "name", "uid"),
        "type_uid": _CLASS[0] * 100 + activity[0],
        "type_name": f"{_CLASS[1]}: {activity[1]}",
        "severity_id": severity[0],
        "severity": severity[1],
        "status_id": status[0],
        "status": status[1],
        "status_code": line.get("code"),
        "status_detail": line.get("detail"),
        "time": int(read_instant(line.get("time")).timestamp() * 1000),
        "message": _message(line),
        "metadata": _metadata(line),
        "cloud": {"provider": "AWS"},
        "actor": _actor(line),
        "api": _api(line),
        "src_endpoint": _source(line),
        "http_request": _http_request(line),
        "resources": _resources(line),
    }
    return _known(event) | ({"unmapped": unmapped} if unmapped else {})


def _unmapped(line: Fields) -> Iterator[tuple[str, Any]]:
    """Give the fields that no attribute of the event has."""
    mapped = _MAPPED
    mapped |= _WITH_CALLER if any(line.get(name) for name in _CALLER) else set()
    mapped |= _WITH_SESSION if line.get("session_id") else set()
    mapped |= _WITH_GRANT if line.get("grant_id") else set()
    return ((name, value) for name, value in line.items() if name not in mapped)


def _named(name: str, value: tuple[int, str], text: str, number: str = "id") -> dict[str, Any]:
    return {f"{name}_{number}": value[0], f"{name}_{text}": value[1]}


def _activity_of(line: Fields) -> tuple[int, str]:
    """Tell what the call is for: a vend creates credentials, though it is a GET; the authorizer reads a session."""
    if line.get("service") == "vend":
        return _CREATE
    if line.get("service") == "authorizer":
        return _READ
    request = _REQUEST.fullmatch(line.get("operation") or "")
    if request is None:
        return _OTHER
    if request[1] == "POST" and _ACT.search(request[2]):
        return _UPDATE
    return _BY_METHOD.get(request[1], _OTHER)


def _severity_of(line: Fields) -> tuple[int, str]:
    """Rate a line: what failed or used break-glass before what was refused, and that before everything else."""
    outcome = line.get("outcome")
    if outcome == "failed" or line.get("via") == "break-glass":
        return _MEDIUM
    return _LOW if outcome == "refused" else _INFORMATIONAL


def _message(line: Fields) -> str:
    words = (line.get("service"), line.get("operation"), line.get("profile"), line.get("outcome"), line.get("code"))
    return " ".join(str(word) for word in words if word)


def _metadata(line: Fields) -> dict[str, Any]:
    process, sequence = line.get("process"), line.get("sequence")
    return {
        "version": VERSION,
        "profiles": ["cloud"],
        "product": {"name": "Sentinel", "vendor_name": _VENDOR},
        "uid": line.get("request_id") if process is None else f"{process}-{sequence}",
        "sequence": sequence,
        "event_code": line.get("outcome"),
        "log_name": line.get("kind"),
        "log_version": line.get("schema_version"),
        "log_provider": line.get("service"),
        "tenant_uid": line.get("deployment"),
        "original_time": line.get("time"),
        "correlation_uid": line.get("grant_id"),
    }


def _actor(line: Fields) -> dict[str, Any]:
    """Describe the caller; without one it was a schedule, or a request that could not be read."""
    kind, account = line.get("caller_kind"), line.get("account")
    user = {
        "name": line.get("user"),
        "uid": line.get("caller_arn"),
        "type": kind,
        "type_id": None if kind is None else 1 if kind in _PERSON_KINDS else 99,
        "credential_uid": line.get("caller_access_key_id"),
        "account": {"uid": account, "type_id": _AWS_ACCOUNT[0], "type": _AWS_ACCOUNT[1]} if account else None,
    }
    is_known = any(line.get(name) for name in _CALLER)
    return {
        "user": user if is_known else None,
        "invoked_by": None if is_known else line.get("operation") or _VENDOR,
        "idp": {"name": line.get("issuer")},
        "authorizations": _authorizations(line),
    }


def _authorizations(line: Fields) -> list[dict[str, Any]]:
    verdict, rule, version = line.get("verdict"), line.get("rule"), line.get("policy_version")
    if verdict is None and rule is None and version is None:
        return []
    # No rule matched, or none was asked for: then the policy denies.
    return [{"decision": verdict, "policy": {"name": "access", "uid": rule, "version": version}}]


def _api(line: Fields) -> dict[str, Any]:
    code, detail, request_id = line.get("code"), line.get("detail"), line.get("request_id")
    return {
        "operation": line.get("operation") or line.get("service") or "unknown",
        "service": {"name": f"sentinel-{line.get('service', 'vend')}"},
        "request": {"uid": request_id},
        "response": {"error": code, "error_message": detail},
    }


def _source(line: Fields) -> dict[str, Any]:
    """Give the address; what came from no network came from the service itself."""
    return {"ip": line["source_ip"]} if line.get("source_ip") else {"svc_name": _VENDOR}


def _http_request(line: Fields) -> dict[str, Any]:
    request = _REQUEST.fullmatch(line.get("operation") or "")
    return {
        "http_method": request and request[1],
        "url": request and {"path": request[2]},
        "user_agent": line.get("user_agent"),
    }


def _resources(line: Fields) -> list[dict[str, Any]]:
    """List what the line is about: the role of a profile, the session that was vended or revoked, the grant."""
    session = {name: line.get(name) for name in sorted(_WITH_SESSION - {"session_user"})}
    found: tuple[tuple[str, Any, Any, Any, Fields], ...] = (
        ("AWS::IAM::Role", line.get("role_arn"), line.get("profile"), None, {}),
        ("Session", line.get("session_id"), None, line.get("session_user") or line.get("user"), session),
        ("Grant", line.get("grant_id"), None, line.get("grant_user"), {}),
    )
    return [
        {"type": kind, "uid": uid, "name": name, "owner": {"name": owner}, "data": data}
        for kind, uid, name, owner, data in found
        if uid or name
    ]


def _known(value: Mapping[str, Any]) -> dict[str, Any]:
    """Leave out what is not known, or empty, however deep."""
    inner = ((name, _known_within(each)) for name, each in value.items())
    return {name: each for name, each in inner if each not in (None, "", {}, [])}


def _known_within(value: Any) -> Any:
    match value:
        case Mapping():
            return _known(value)
        case list():
            return list(map(_known_within, value))
        case _:
            return value
