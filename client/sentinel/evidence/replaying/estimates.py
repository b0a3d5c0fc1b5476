"""Facts of a request of which only the row of its session is left, or a line from before lines held facts.

Who asked for what, when and from where is known. Which groups they were in is not, nor the claims of a token, nor the
grants that were not used: what follows from these facts is an estimate.
"""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from shared.core.access.authorize import RefusalCode
from shared.core.arn import MalformedArnError, parse_arn
from shared.core.identity import Authentication

# What the service writes in place of an ARN: oidc/<issuer>/<subject>.
_OIDC: Final = "oidc"
_NOTHING_OF_THE_CALLER: Final = frozenset({"accounts", "roles", "authentication", "issuers", "claims", "groups"})


def estimate_facts(line: Mapping[str, Any]) -> tuple[Mapping[str, Any], AbstractSet[str]]:
    """Give what is known in the shape of recorded facts, and the conditions of whose fact nothing is known.

    Raises:
        KeyError: not even the user, the profile and the time are known.

    """
    caller, unknown = _caller(line)
    return {
        "at": line["time"],
        "user": line["user"],
        "profile": line["profile"],
        "source_ip": line.get("source_ip"),
        "claims": None,
        "groups": None,
        **caller,
        # A profile that is not offered is refused in the words of one that no rule gives.
        "enabled": line.get("code") != RefusalCode.DENIED.value or bool(line.get("role_arn") or line.get("rule")),
        "locked_out": line.get("code") == RefusalCode.LOCKED_OUT.value,
        # What was given is what was asked for, or less.
        "requested_s": line.get("duration_asked_s", line.get("duration_given_s")),
        "profile_cap_s": None,
        "grants": _grants(line),
    }, unknown


def _caller(line: Mapping[str, Any]) -> tuple[Mapping[str, Any], AbstractSet[str]]:
    """Give account, role, authentication and issuer, with what remains unknown."""
    kind, _, rest = str(line.get("caller_arn") or "").partition("/")
    issuer = rest.partition("/")[0] if kind == _OIDC else line.get("issuer")
    if issuer:
        by_token = {"account": "", "role": "", "authentication": Authentication.OIDC.value, "issuer": issuer}
        return by_token, frozenset({"claims", "groups"})
    try:
        arn = parse_arn(str(line.get("caller_arn")))
    except MalformedArnError:
        return dict.fromkeys(("account", "role", "authentication", "issuer")), _NOTHING_OF_THE_CALLER
    kind, *names = arn.resource.split("/")
    role = names[0] if kind == "assumed-role" and names else ""
    signed = {"account": arn.account, "role": role, "authentication": Authentication.SIGV4.value, "issuer": ""}
    return signed, frozenset({"groups"})


def _grants(line: Mapping[str, Any]) -> list[Mapping[str, Any]] | None:
    """Give the grant that was used, as long as the session; of others nothing is known."""
    if not line.get("grant_id") or not line.get("via"):
        return None
    begin = datetime.fromisoformat(line["time"])
    end = begin + timedelta(seconds=line["duration_given_s"])
    window = {"starts_at": line["time"], "ends_at": end.astimezone(UTC).isoformat(), "uses": "window"}
    return [{"grant_id": line["grant_id"], "via": line["via"], **window, "extends": None}]
