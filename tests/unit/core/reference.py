"""A second opinion on every decision, written to be obviously right rather than fast, and to share nothing.

It reads the raw document, not the models; matches globs by regular expressions; and counts time in minutes of the week.
"""

import re
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

Raw = dict[str, Any]
DAYS = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
WEEK = 7 * 1440
MEANING = {
    "allow": "allow",
    "require_server": "allow",
    "require_server_session": "allow",
    "require_approval": "require_approval",
    "deny": "deny",
}


def glob(pattern: str, name: str) -> bool:
    return re.fullmatch(re.escape(pattern).replace(r"\*", "[^/]*").replace(r"\?", "[^/]"), name) is not None


def any_glob(patterns: list[str], name: str) -> bool:
    return any(glob(pattern, name) for pattern in patterns)


def minute(clock: str) -> int:
    hours, minutes = clock.split(":")
    return int(hours) * 60 + int(minutes)


def in_window(window: Raw, at: datetime) -> bool:
    local = at.astimezone(ZoneInfo(window.get("timezone", "UTC")))
    now = local.weekday() * 1440 + local.hour * 60 + local.minute
    hours = window.get("hours", {"start": "00:00", "end": "24:00"})
    start, end = minute(hours["start"]), minute(hours["end"])
    length = (end - start) % 1440 or 1440
    starts = [DAYS.index(day) * 1440 + start for day in window.get("days", DAYS)]
    return any((now - begun) % WEEK < length for begun in starts)


def in_block(block: str, address: str) -> bool:
    base, _, bits = block.partition("/")
    numbers = [int.from_bytes(bytes(map(int, text.split(".")))) for text in (base, address)]
    shift = 32 - int(bits or 32)
    return numbers[0] >> shift == numbers[1] >> shift


def claims_hold(wanted: Raw, claims: Raw | None) -> bool | None:
    if claims is None:
        return None
    answers: list[bool | None] = []
    for name, globs in wanted.items():
        value = claims.get(name)
        texts: list[Any] = value if isinstance(value, list) else [value]
        answers.append(None if value is None else any(wide_glob(each, text) for each in globs for text in texts))
    return False if False in answers else None if None in answers else True


def wide_glob(pattern: str, text: str) -> bool:
    words = re.escape(pattern).replace(r"\*\*", ".*").replace(r"\*", "[^/]*").replace(r"\?", "[^/]")
    return re.fullmatch(words, text) is not None


def groups_hold(wanted: list[str], groups: list[str] | None) -> bool | None:
    """Of a caller whose own groups (those without an issuer) are not all known."""
    if groups is None:
        return None
    if set(wanted) & set(groups):
        return True
    return None if any("/" not in group for group in wanted) else False


def holds(name: str, wanted: Any, ask: Raw) -> bool | None:
    """One condition; None when it is unknown."""
    match name:
        case "profiles":
            return any_glob(wanted, ask["profile"])
        case "users":
            return any_glob(wanted, ask["user"])
        case "accounts" | "issuers" | "authentication":
            fact = ask[name.removesuffix("s")]
            return None if fact is None else fact in wanted
        case "roles":
            return None if ask["role"] is None else ask["role"] != "" and any_glob(wanted, ask["role"])
        case "source_ips":
            return None if ask["source_ip"] is None else any(in_block(block, ask["source_ip"]) for block in wanted)
        case "mode":
            return "server" in wanted
        case "claims":
            return claims_hold(wanted, ask["claims"])
        case "groups":
            return groups_hold(wanted, ask["groups"])
        case _:  # time
            return in_window(wanted, ask["at"])


def is_hit(rule: Raw, ask: Raw) -> bool:
    answers = [holds(name, wanted, ask) for name, wanted in rule["conditions"].items()]
    return all((rule["effect"] == "deny") if answer is None else answer for answer in answers)


def decide(document: Raw, ask: Raw) -> tuple[str, str | None, list[str]]:
    """Verdict, the rule that decided, and the shadows before it that would have said otherwise."""
    hits = [rule for rule in document["rules"] if is_hit(rule, ask)]
    deciding = [rule for rule in hits if not rule.get("shadow")]
    decider = deciding[0] if deciding else None
    verdict = MEANING[decider["effect"]] if decider else "deny"
    before = hits[: hits.index(decider)] if decider else hits
    return verdict, decider and decider["name"], [r["name"] for r in before if MEANING[r["effect"]] != verdict]


# (verdict, approval, break-glass): the answer. A grant is "none", "ending" (under a minute) or "good".
APPROVAL_TABLE = {
    ("none", "none"): "approval_required",
    ("none", "ending"): "grant_ending",
    ("none", "good"): "break-glass",
    ("ending", "none"): "grant_ending",
    ("ending", "ending"): "grant_ending",
    ("ending", "good"): "break-glass",
    ("good", "none"): "approval",
    ("good", "ending"): "approval",
    ("good", "good"): "approval",
}
DENY_TABLE = {"none": "denied", "ending": "grant_ending", "good": "break-glass"}


def grade(seconds: int | None) -> str:
    if seconds is None or seconds <= 0:
        return "none"
    return "good" if seconds >= 60 else "ending"


def yields(rule: Raw | None) -> bool:
    if rule is None:
        return True
    return bool(rule.get("break_glass", rule["effect"] == "require_approval"))


def answer(document: Raw, ask: Raw) -> tuple[str, str | None, int | None]:
    """Outcome, via and seconds."""
    verdict, name, _ = decide(document, ask)
    rule = next((rule for rule in document["rules"] if rule["name"] == name), None)
    approval = grade(ask["approval"])
    emergency = grade(ask["break_glass"]) if yields(rule) else "none"
    if ask["locked_out"]:
        return "locked_out", None, None
    if verdict == "allow":
        result = "direct"
    elif verdict == "require_approval":
        result = APPROVAL_TABLE[approval, emergency]
    else:
        result = DENY_TABLE[emergency]
    if result not in {"direct", "approval", "break-glass"}:
        return result, None, None
    left = {"direct": 3600, "approval": ask["approval"], "break-glass": ask["break_glass"]}[result]
    caps = [3600, left, ask["requested"] or 3600, ask["profile_cap"] or 3600]
    if rule is not None:
        caps.append(rule.get("max_duration", 3600))
    return "issue", result, min(caps)
