"""Events no gateway would send, and the few that one would."""

import base64
import json
from typing import Any, Final
from urllib.parse import quote

from hypothesis import strategies as st

from tests.gateway_events import ACCOUNT, ALICE_ARN, API_ID, http_api_event, rest_api_event
from tests.security.hostile.mutations import HOSTILE_TEXTS, mutated

_STRANGER: Final = "999988887777"
ARNS: Final = (
    *(ALICE_ARN,) * 12,
    *(f"arn:aws:iam::{ACCOUNT}:user/{name}" for name in ("bob", "mallory", "sam", "walt", "trusty")),
    f"arn:aws:iam::{ACCOUNT}:root",
    f"arn:aws:iam::{_STRANGER}:user/alice",
    f"arn:aws:iam:eu-central-1:{ACCOUNT}:user/alice",
    f"arn:aws:sts::{ACCOUNT}:assumed-role/Dev/sentinel-d-0123456789abcdef-alice",
    f"arn:aws:sts::{ACCOUNT}:assumed-role/AWSReservedSSO_Dev_0123456789abcdef/alice",
    f"arn:aws:sts::{ACCOUNT}:assumed-role/alice/alice\n",
    f"arn:aws:sts::{ACCOUNT}:federated-user/alice",
    f"arn:evil:iam::{ACCOUNT}:user/alice",
    f"{ALICE_ARN}\x00",
    "alice",
)
_CONTENT_TYPES: Final = (
    *("application/json",) * 12,
    "application/json; charset=utf-16",
    "text/plain",
    "application/json, text/plain",
    "",
)


@st.composite
def paths(draw: st.DrawFn, known: st.SearchStrategy[str]) -> str:
    """Write a path, now and then in another way, or another path that may look the same to a reader."""
    path = draw(known)
    match draw(st.sampled_from([*["as it is"] * 20, "double", "dots", "escape", "line", "stage", "case", "hostile"])):
        case "double":
            return path.replace("/", "//")
        case "dots":
            return f"/v1/..{path}"
        case "escape":
            return quote(path, safe="")
        case "line":
            return f"{path}\n"
        case "stage":
            return f"/prod{path}"
        case "case":
            return path.upper()
        case "hostile":
            return path + draw(st.sampled_from(HOSTILE_TEXTS))
        case _:
            return path


queries = st.sampled_from(
    [[("profile", "dev")], [("profile", "dev"), ("duration", "15m")], [], [("<a>\u202e", "x"), ("<a>\u202e", "y")]]
) | st.lists(
    st.tuples(
        st.sampled_from(["profile", "duration", "user", "limit", "cursor", "view", "status", "since", "x", ""]),
        st.sampled_from(["dev", "prod", "alice", "5", "1h", *HOSTILE_TEXTS]) | st.text(max_size=10),
    ),
    max_size=4,
)


@st.composite
def written_bodies(draw: st.DrawFn, values: st.SearchStrategy[Any]) -> str | None:
    """Write a JSON body, or bytes that are not JSON."""
    text = json.dumps(draw(values))
    match draw(st.sampled_from([*["as it is"] * 16, "none", "cut", "twice", "NaN", "deep", "hostile"])):
        case "none":
            return None
        case "cut":
            return text[: len(text) // 2]
        case "twice":
            return text.replace("{", '{"profile": "prod", ', 1)
        case "NaN":
            return text.replace("{", '{"x": NaN, ', 1)
        case "deep":
            return "[" * 5000
        case "hostile":
            return draw(st.sampled_from(HOSTILE_TEXTS))
        case _:
            return text


@st.composite
def events(draw: st.DrawFn, method: str, path: st.SearchStrategy[str], body: st.SearchStrategy[Any]) -> dict[str, Any]:
    """Make an event of one call, in either payload, and change up to three things in it."""
    arn, sent = draw(st.sampled_from(ARNS)), draw(written_bodies(body))
    headers = {"content-type": draw(st.sampled_from(_CONTENT_TYPES))}
    asked, pairs = draw(paths(path)), draw(queries) if method in ("GET", "DELETE") else []
    if draw(st.booleans()):
        query = "&".join(f"{name}={quote(value, errors='replace')}" for name, value in pairs)
        event = http_api_event(method, asked, query, arn=arn, body=sent, headers=headers)
    else:
        many: dict[str, list[str]] = {}
        for name, value in pairs:
            many.setdefault(name, []).append(value)
        event = rest_api_event(method, asked, many, arn=arn, body=sent, headers=headers)
    if sent is not None and draw(st.integers(0, 4)) == 0:
        event["isBase64Encoded"] = True
        event["body"] = draw(st.sampled_from([base64.b64encode(sent.encode("utf-8", "replace")).decode(), sent]))
    _forge(draw, event["requestContext"])
    most = draw(st.sampled_from([0, 0, 1, 3]))
    changed: dict[str, Any] = draw(mutated(st.just(event), most))
    return changed


def _forge(draw: st.DrawFn, context: dict[str, Any]) -> None:
    """Say something else, now and then, where only a gateway can say it."""
    identity = context["identity"] if "identity" in context else context["authorizer"]["iam"]
    match draw(st.sampled_from([*["nothing"] * 8, "api", "owner", "account", "unnamed", "two"])):
        case "api":
            context["apiId"] = "zzzzzzzzzz"
        case "owner":
            context["accountId"] = _STRANGER
        case "account":
            identity["accountId"] = _STRANGER
        case "unnamed":
            identity["userArn"] = None
        case "two":
            context["identity"] = {**identity, "userArn": f"arn:aws:iam::{ACCOUNT}:root"}


def may_be_identified(event: Any) -> bool:
    """Whether an event says, where only a gateway can say it, that a caller of our account came through our API.

    This is the least that must hold for a caller to be given a name.
    """
    context = event.get("requestContext") if isinstance(event, dict) else None
    if not isinstance(context, dict) or context.get("apiId") != API_ID or context.get("accountId") != ACCOUNT:
        return False
    identities = [context.get("identity")]
    if isinstance(authorizer := context.get("authorizer"), dict):
        identities.append(authorizer.get("iam"))
    return any(_is_ours(identity) for identity in identities)


def _is_ours(identity: Any) -> bool:
    if not isinstance(identity, dict) or not isinstance(identity.get("userArn"), str):
        return False
    fields = identity["userArn"].split(":", 5)
    return (
        len(fields) == 6
        and fields[4] == ACCOUNT == identity.get("accountId")
        and fields[5] != "root"
        and "sentinel-" not in fields[5]
        and fields[5].isprintable()
    )
