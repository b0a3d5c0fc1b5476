"""Documents and requests that meet often: few names, many shapes."""

from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from shared.core.access.evaluate import Facts, parse_source_ip
from shared.core.claims import read_claims
from shared.core.grants import Grant
from shared.core.groups import Groups
from shared.core.identity import Authentication
from shared.core.stamp import Via

USERS = ["alice", "ext-bob", "role/ci-web", "role/ci", "a"]
PROFILES = ["dev", "prod", "prod-eu"]
ROLES = ["Developers", "OnCall", ""]
ADDRESSES = ["10.0.0.7", "10.0.9.9", "192.0.2.7"]
CLOCKS = ["00:00", "05:59", "06:00", "09:30", "17:00", "22:00", "23:59"]
DAYS = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
ZONES = ["UTC", "Europe/Berlin", "America/New_York", "Asia/Kathmandu", "Pacific/Apia"]
# Around both changes of the clocks in Europe and America, where local time skips and repeats.
INSTANTS = st.datetimes(datetime(2026, 3, 1), datetime(2026, 11, 30), timezones=st.just(UTC)) | st.builds(  # noqa: DTZ001 - hypothesis adds the zone
    lambda minutes: datetime(2026, 3, 28, 20, tzinfo=UTC) + timedelta(minutes=minutes),
    st.integers(0, 900),
)


def some(values: list[Any]) -> st.SearchStrategy[list[Any]]:
    return st.lists(st.sampled_from(values), min_size=1, max_size=3, unique=True)


hours = (
    st.tuples(st.sampled_from(CLOCKS), st.sampled_from([*CLOCKS, "24:00"]))
    .filter(lambda pair: pair[0] != pair[1])
    .map(lambda pair: {"start": pair[0], "end": pair[1]})
)
windows = st.fixed_dictionaries(
    {}, optional={"days": some(DAYS), "hours": hours, "timezone": st.sampled_from(ZONES)}
).filter(lambda window: "days" in window or "hours" in window)
conditions = st.fixed_dictionaries(
    {},
    optional={
        "profiles": some([*PROFILES, "prod*", "*", "p?od", "d?v"]),
        "users": some([*USERS, "*", "role/*", "*/ci", "?"]),
        "accounts": some(["123456789012", "210987654321"]),
        "roles": some(["Developers", "On*", "*"]),
        "source_ips": some(["10.0.0.0/24", "10.0.0.0/8", "192.0.2.7"]),
        "mode": some(["server", "cli"]),
        "authentication": some(["sigv4", "oidc"]),
        "issuers": some(["github", "corp"]),
        "claims": st.dictionaries(
            st.sampled_from(["repository", "teams"]), some(["acme/app", "acme/*", "*", "**", "red"]), min_size=1
        ),
        "groups": some(["dev", "ops", "corp/dev"]),
        "time": windows,
    },
)
EFFECTS = ["allow", "deny", "require_approval", "require_server", "require_server_session"]


def rules(effects: list[str] = EFFECTS, *, overridable: bool = True) -> st.SearchStrategy[dict[str, Any]]:
    optional: dict[str, st.SearchStrategy[Any]] = {
        "shadow": st.booleans(),
        "max_duration": st.sampled_from([900, 1800, 3600, 7200]),
    }
    if overridable:
        optional["break_glass"] = st.booleans()
    return st.fixed_dictionaries({"effect": st.sampled_from(effects), "conditions": conditions}, optional=optional)


def documents(rule: st.SearchStrategy[dict[str, Any]] | None = None) -> st.SearchStrategy[dict[str, Any]]:
    return st.lists(rules() if rule is None else rule, min_size=1, max_size=5).map(name_rules)


def name_rules(unnamed: list[dict[str, Any]]) -> dict[str, Any]:
    return {"version": "1", "rules": [{**rule, "name": f"rule-{n}"} for n, rule in enumerate(unnamed)]}


left = st.none() | st.integers(-5, 8000) | st.sampled_from([0, 1, 59, 60, 61, 899, 900, 901])
asks = st.fixed_dictionaries(
    {
        "user": st.sampled_from(USERS),
        "profile": st.sampled_from(PROFILES),
        "at": INSTANTS,
        "account": st.none() | st.sampled_from(["123456789012", "000000000000"]),
        "role": st.none() | st.sampled_from(ROLES),
        "source_ip": st.none() | st.sampled_from(ADDRESSES),
        "authentication": st.none() | st.sampled_from(["sigv4", "oidc"]),
        "issuer": st.none() | st.sampled_from(["", "github", "corp"]),
        "claims": st.none()
        | st.fixed_dictionaries(
            {},
            optional={
                "repository": st.sampled_from(["acme/app", "evil/app"]),
                "teams": st.lists(st.sampled_from(["red", "blue", "[red blue]"]), max_size=2),
            },
        ),
        "groups": st.none() | st.lists(st.sampled_from(["dev", "corp/dev"]), max_size=2),
        "approval": left,
        "break_glass": left,
        "locked_out": st.sampled_from([False, False, False, True]),
        "requested": st.none() | st.integers(900, 43200),
        "profile_cap": st.none() | st.integers(900, 43200),
    },
)


def facts_of(ask: dict[str, Any]) -> Facts:
    address = None if ask["source_ip"] is None else parse_source_ip(ask["source_ip"])
    return Facts(
        ask["user"],
        ask["profile"],
        ask["at"],
        ask["account"],
        ask["role"],
        address,
        None if ask["authentication"] is None else Authentication(ask["authentication"]),
        ask["issuer"],
        None if ask["claims"] is None else read_claims(ask["claims"]),
        None if ask["groups"] is None else Groups(frozenset(ask["groups"])),
    )


def grants_of(ask: dict[str, Any]) -> list[Grant]:
    now = ask["at"]
    return [
        Grant(via, f"grant-{via}", ask["profile"], now - timedelta(hours=1), now + timedelta(seconds=ask[key]))
        for via, key in ((Via.APPROVAL, "approval"), (Via.BREAK_GLASS, "break_glass"))
        if ask[key] is not None
    ]
