"""The caller of a token: from the claims that the gateway verified, and the issuer's document, to a principal.

The gateway has verified the signature. All else is checked again, so that a route with another authorizer refuses.
Reasons never repeat a value of the token.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from shared.core.caller_names import LONGEST_ISSUED, is_bare_name
from shared.core.claims import Claims, meets, read_claims, text_of
from shared.core.groups import NONE_KNOWN, OWN, Groups, groups_of_claim
from shared.core.identity import CallerKind, Principal, UnknownCaller
from shared.core.issuer import Issuer, IssuerKind, is_issuer_name

# The clocks of the issuer and of this function differ by no more.
_SKEW: Final = timedelta(seconds=60)
# Only ASCII: a look-alike of another script is refused, and nothing is normalized into another's name.
_PERSON: Final = re.compile(r"[A-Za-z0-9_+=,.@|-]+")
_WORKLOAD: Final = re.compile(r"[A-Za-z0-9_+=,.@|:/-]+")
# OpenID Connect Core, section 2: at most 255 ASCII characters; some issuers write more.
_SUBJECT: Final = re.compile(r"[ -~]{1,1024}")
_WHOLE: Final = re.compile(r"[0-9]{1,12}")
_COMPARED: Final = ("iss", "sub", "aud", "exp", "iat")


@dataclass(frozen=True, slots=True)
class TokenClaims:
    """What a token says. `issuer` is the name in the route, `verified` the gateway's texts, `payload` its own."""

    issuer: str
    verified: Mapping[str, str] = field(repr=False)
    payload: Mapping[str, Any] = field(repr=False)


def identify_token(token: TokenClaims, issuer: Issuer | None, now: datetime) -> Principal | UnknownCaller:
    """Identify the caller of a token at an instant (UTC), or give the reason why that is not possible."""
    if issuer is None or not is_issuer_name(token.issuer):
        return UnknownCaller(f"there is no issuer {token.issuer[:32]!a}")
    claims = read_claims(token.payload)
    problem = (
        _find_difference(token)
        or _find_foreign(token.payload, issuer)
        or _find_untimely(token.payload, issuer, now)
        or _find_unmet(claims, issuer)
    )
    if problem is not None:
        return UnknownCaller(problem)
    user = _user_of(token, issuer)
    if isinstance(user, UnknownCaller):
        return user
    kind = CallerKind.OIDC_PERSON if issuer.kind is IssuerKind.PEOPLE else CallerKind.OIDC_WORKLOAD
    return Principal(
        kind,
        user,
        account="",
        role="",
        session_name="",
        issuer=token.issuer,
        subject=token.verified["sub"],
        claims=claims,
        groups=_groups_of(token, issuer),
    )


def _find_difference(token: TokenClaims) -> str | None:
    """Compare the payload of the token in the header with what was verified: any difference, and it is another one.

    An array is written as the gateway writes it, to be compared; the gateway's text is never split.
    """
    verified, payload = token.verified, token.payload
    texts = all(verified.get(name) == value for name, value in payload.items() if isinstance(value, str))
    others = all(
        name in payload and _written(payload[name]) == verified[name] if name in verified else name not in payload
        for name in _COMPARED
    )
    return None if texts and others else "the token in the header is not the one that the gateway verified"


def _written(value: Any) -> str | None:
    if isinstance(value, list) and all(isinstance(each, str) for each in value):
        return f"[{' '.join(value)}]"
    return text_of(value)


def _find_foreign(payload: Mapping[str, Any], issuer: Issuer) -> str | None:
    if payload.get("iss") != issuer.issuer:
        return "the token is of another issuer than the one this path names"
    subject = payload.get("sub")
    if not isinstance(subject, str) or not _SUBJECT.fullmatch(subject):
        return "the token has no subject, or one that has a character beyond printable ASCII"
    # As API Gateway does: client_id counts only where there is no aud.
    audience = payload.get("aud", payload.get("client_id"))
    audiences = audience if isinstance(audience, list) else [audience]
    if not any(each in issuer.audiences for each in audiences if isinstance(each, str)):
        return "the token is for another audience"
    return None


def _find_untimely(payload: Mapping[str, Any], issuer: Issuer, now: datetime) -> str | None:
    expires_s, issued_s, begins_s = (_seconds(payload, name) for name in ("exp", "iat", "nbf"))
    now_s = now.timestamp()
    if expires_s is None or now_s >= expires_s:
        return "the token has expired: get a new one"
    latest_s = now_s + _SKEW.total_seconds()
    if ("iat" in payload and (issued_s is None or issued_s > latest_s)) or (
        "nbf" in payload and (begins_s is None or begins_s > latest_s)
    ):
        return "the token is of a time to come"
    if issuer.max_token_age is not None and (
        issued_s is None or now_s - issued_s > issuer.max_token_age.total_seconds()
    ):
        return "the token is older than this issuer's max_token_age: get a new one"
    return None


def _seconds(payload: Mapping[str, Any], name: str) -> int | None:
    """Give a claim that is an instant in epoch seconds; None where it is not one."""
    text = text_of(payload.get(name))
    is_instant = text is not None and not isinstance(payload[name], bool) and _WHOLE.fullmatch(text)
    return int(text) if text is not None and is_instant else None


def _find_unmet(claims: Claims, issuer: Issuer) -> str | None:
    for name, globs in (issuer.required_claims or {}).items():
        if not meets({name: globs}, claims):
            return f"the issuer's document requires another value of the claim {name}"
    if issuer.user_claim == "email" and claims.get("email_verified") != "true":
        return "the token's email is not verified"
    return None


def _user_of(token: TokenClaims, issuer: Issuer) -> str | UnknownCaller:
    value = token.payload.get(issuer.user_claim)
    claimed = None if isinstance(value, list | bool) else text_of(value)
    if not claimed:
        return UnknownCaller(f"the token has no text in the claim {issuer.user_claim}, which names the user")
    allowed = _PERSON if issuer.kind is IssuerKind.PEOPLE else _WORKLOAD
    if not allowed.fullmatch(claimed):
        return UnknownCaller(
            f"the claim {issuer.user_claim} has a character that no user's name has: name users by another claim"
        )
    if issuer.namespace == OWN:
        if not is_bare_name(claimed):
            return UnknownCaller(f"the claim {issuer.user_claim} is not a name that a person can have")
        return claimed
    user = f"{token.issuer}/{claimed}"
    if len(user) > LONGEST_ISSUED:
        return UnknownCaller(f"the claim {issuer.user_claim} is too long: name users by another claim")
    return user


def _groups_of(token: TokenClaims, issuer: Issuer) -> Groups:
    if issuer.groups_claim is None:
        return NONE_KNOWN
    namespace = OWN if issuer.namespace == OWN else token.issuer
    return groups_of_claim(token.payload.get(issuer.groups_claim), namespace)
