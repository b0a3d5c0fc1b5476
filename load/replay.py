"""What a replay costs: `python -m load.replay [--lines N]`; exit code 1 where it takes more than is promised.

Lines of a year of a company are written to a file, and replayed under another policy as `sentinel policy replay` does.
The measure is what orjson needs to parse the same lines, in the same run: CPU time of this process for both.
"""

import argparse
import random
import resource
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any, Final

import orjson

from sentinel.commands._audit_lines import Lines
from sentinel.evidence.records import Unread
from sentinel.evidence.replaying.judging import Replay
from sentinel.evidence.replaying.run import Replaying
from sentinel.evidence.sources import read_lines
from sentinel.settings import Settings
from shared.core.access.authorize import Issue, authorize
from shared.core.access.evaluate import Facts, evaluate, parse_source_ip
from shared.core.access.recorded import Circumstances, record_circumstances, record_facts
from shared.core.access.schema import AccessPolicy
from shared.core.grants import Grant
from shared.core.groups import Groups
from shared.core.identity import Authentication
from shared.core.stamp import Via

# How often more than orjson takes to parse the lines.
MOST: Final = 15.0
_BEGIN: Final = datetime(2026, 1, 1, tzinfo=UTC)
_YEAR_S: Final = 365 * 24 * 3600
_TEAMS: Final = 40
_DEPARTMENTS: Final = 8
_USERS: Final = 3_000
_PER_PROCESS: Final = 500
# Of those who ask, so many hold an approval.
_HOLDERS: Final = 0.05
_ASTRAY: Final = 0.02
_BATCH: Final = 5_000
_USER_AGENT: Final = (
    "aws-cli/2.31.0 md/awscrt#0.27.6 ua/2.1 os/linux#6.1 md/arch#x86_64 lang/python#3.13.7 md/pyimpl#CPython"
)


def make_policy(*, is_new: bool) -> AccessPolicy:
    """Make a policy of three rules a team. The new one moves production of some teams behind an approval."""
    rules: list[Mapping[str, Any]] = [
        {"name": "contractors", "effect": "deny", "conditions": {"users": ["ext-*"], "profiles": ["*-prod"]}}
    ]
    for team in range(_TEAMS):
        production = "require_approval" if is_new and team % 4 == 0 else "allow"
        hours = {"hours": {"start": "06:00", "end": "22:00"}, "timezone": "Europe/Berlin"}
        office = {"groups": [_group(team)], "source_ips": ["10.0.0.0/8", f"192.0.{team}.0/24"]}
        named = {"profiles": [f"t{team}-dev", f"t{team}-test-*"]}
        rules += [
            {"name": f"t{team}-dev", "effect": "allow", "conditions": {**named, "groups": [_group(team)]}},
            {
                "name": f"t{team}-prod",
                "effect": production,
                "conditions": {"profiles": [f"t{team}-prod"], **office, "time": hours},
                "max_duration": "45m",
            },
            {
                "name": f"t{team}-ci",
                "effect": "allow",
                "conditions": {**named, "issuers": ["github"], "claims": {"repository": [f"acme/t{team}-*"]}},
            },
        ]
    return AccessPolicy.model_validate({"version": "1", "rules": rules})


def _group(team: int) -> str:
    return f"department-{team % _DEPARTMENTS}"


def write_lines(file: Path, count: int) -> None:
    """Write lines of requests for credentials, in the order of time; one in ten is of another kind."""
    policy, chance = make_policy(is_new=False), random.Random(24)  # noqa: S311 - the same lines each time
    with file.open("wb") as stream:
        for number in range(count):
            at = _BEGIN + timedelta(seconds=number * _YEAR_S / count)
            stream.write(orjson.dumps(_line(policy, chance, number, at)) + b"\n")


def _line(policy: AccessPolicy, chance: random.Random, number: int, at: datetime) -> dict[str, Any]:
    known = {
        "kind": "sentinel.audit",
        "schema_version": "1",
        "time": at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "service": "vend",
        "request_id": f"{chance.getrandbits(128):032x}",
        "deployment": "sentinel",
        "process": f"{number // _PER_PROCESS:032x}",
        "sequence": number % _PER_PROCESS + 1,
        "previous": f"{chance.getrandbits(256):064x}",
        "user_agent": _USER_AGENT,
        "policy_version": "16367aacb67a4a01",
    }
    if number % 10 == 0:
        return {**known, "operation": "GET /profiles", "outcome": "answered", "steps": {"total": 3.25}}
    return {**known, **_vend(policy, _facts(chance, at), chance)}


def _facts(chance: random.Random, at: datetime) -> Facts:
    person = int(chance.triangular(0, _USERS, 0))
    team, kind = person % _TEAMS, chance.choice(["dev", "prod", "test-eu"])
    is_token = person % 5 == 0
    return Facts(
        user=f"github/repo:acme/t{team}-{person}:ref:refs/heads/main" if is_token else f"person-{person}",
        profile=f"t{(team + 1) % _TEAMS if chance.random() < _ASTRAY else team}-{kind}",
        at=at,
        account="" if is_token else "111122223333",
        role="" if is_token else "AWSReservedSSO_Developer_0123456789abcdef",
        # At home everyone has an address of their own.
        source_ip=parse_source_ip(f"10.{chance.randrange(256)}.{chance.randrange(256)}.{person % 250}"),
        authentication=Authentication.OIDC if is_token else Authentication.SIGV4,
        issuer="github" if is_token else "",
        claims={"repository": f"acme/t{team}-{person}"} if is_token else {},
        groups=Groups() if is_token else Groups(frozenset({_group(team)}), frozenset()),
    )


def _vend(policy: AccessPolicy, facts: Facts, chance: random.Random) -> dict[str, Any]:
    grant = Grant(Via.APPROVAL, "0123456789abcdef", facts.profile, facts.at, facts.at + timedelta(hours=2))
    grants, cap = (grant,) if chance.random() < _HOLDERS else (), timedelta(hours=1)
    found = Circumstances(True, False, None, cap, grants)
    decision = evaluate(policy, facts)
    answer = authorize(
        decision, profile=facts.profile, grants=grants, is_locked_out=False, now=facts.at, profile_cap=cap
    )
    session = f"{chance.getrandbits(64):016x}"
    outcome: dict[str, Any] = {
        "outcome": "refused",
        "code": "denied",
        "detail": "No rule of the access policy gives it.",
    }
    if isinstance(answer, Issue):
        outcome = {
            "outcome": "issued",
            "via": answer.via.value,
            "duration_given_s": int(answer.duration.total_seconds()),
            "session_id": session,
            "stamp": f"sentinel-d-{session}-{facts.user[:20]}",
            "access_key_id": "ASIAQQQQQQQQQQQQQQQQ",
            "session_row": "recorded",
        }
    return {
        "operation": "GET /",
        "user": facts.user,
        "profile": facts.profile,
        "verdict": decision.verdict.value,
        "rule": decision.rule_name,
        "role_arn": f"arn:aws:iam::111122223333:role/sentinel/protected/{facts.profile}",
        **outcome,
        "steps": {"read": 4.125, "write": 21.5, "total": 26.25},
        "facts": {**record_facts(policy, facts), **record_circumstances(found)},
    }


class _Silent:
    """Progress that is not shown."""

    def say(self, words: str) -> None:
        """Say nothing."""


@dataclass(frozen=True, slots=True)
class Cost:
    """CPU seconds for the same lines, and the memory of the process in MiB: at a tenth of the lines, and at most."""

    lines: int
    file_mib: float
    parse_s: float
    replay_s: float
    early_mib: float
    peak_mib: float
    changed: int

    @property
    def ratio(self) -> float:
        return self.replay_s / self.parse_s

    def render(self) -> str:
        """Write the figures as sentences."""
        verdict = "kept" if self.ratio <= MOST else "NOT KEPT"
        return (
            f"{self.lines} lines, {self.file_mib:.0f} MiB; {self.changed} decisions would change\n"
            f"orjson parses them in {self.parse_s:.2f} s of CPU time, {_each(self.parse_s, self.lines)} a line\n"
            f"the replay takes {self.replay_s:.2f} s, {_each(self.replay_s, self.lines)} a line: "
            f"{self.ratio:.1f} times as long (at most {MOST:g}: {verdict})\n"
            f"memory: {self.early_mib:.0f} MiB after a tenth of the lines, {self.peak_mib:.0f} MiB at most\n"
        )


def _each(seconds: float, lines: int) -> str:
    return f"{seconds / lines * 1e6:.1f} µs"


def measure(file: Path, count: int) -> Cost:
    """Parse the lines of a file, and replay them."""
    parse_s = _parse(file)
    replaying = Replaying(Replay(make_policy(is_new=True)))
    early_mib = 0.0
    began = time.process_time()
    lines = Lines(str(file), _BEGIN, _BEGIN + timedelta(days=366))
    for number, (_, record) in enumerate(lines.read(Settings(Path("none")), _Silent())):
        replaying.take(record.fields)
        if number == count // 10:
            early_mib = _peak_mib()
    replay_s = time.process_time() - began
    tally = replaying.tally
    assert (tally.lines, tally.duplicates, tally.doubts, lines.unread.count) == (count, 0, {}, 0)
    size = file.stat().st_size / 2**20
    return Cost(count, size, parse_s, replay_s, early_mib, _peak_mib(), tally.changed.total())


def _parse(file: Path) -> float:
    """Measure orjson alone: reading the file is not counted."""
    spent = 0.0
    lines = read_lines(file, Unread())
    while batch := list(islice(lines, _BATCH)):
        began = time.process_time()
        for line in batch:
            orjson.loads(line)
        spent += time.process_time() - began
    return spent


def _peak_mib() -> float:
    # Linux counts KiB (getrusage(2)).
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lines", type=int, default=1_000_000, help="How many lines are replayed.")
    count: int = parser.parse_args(arguments).lines
    with tempfile.TemporaryDirectory(prefix="sentinel-replay-") as folder:
        file = Path(folder) / "lines"
        write_lines(file, count)
        cost = measure(file, count)
    sys.stdout.write(cost.render())
    return 0 if cost.ratio <= MOST else 1


if __name__ == "__main__":
    sys.exit(main())
