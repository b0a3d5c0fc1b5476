"""What an audit looks at: every enabled region and protected role; and its gaps, what it does not look at."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from fnmatch import fnmatchcase
from typing import Final

from sentinel.doctor.aws import Aws, DeniedError, UnansweredError
from shared.core.arn import is_account_id, parse_arn
from shared.core.profile import Profile
from shared.documents import DocumentError, load_profile, unpack

# CloudTrail User Guide, "Working with CloudTrail event history".
HISTORY: Final = timedelta(days=90)
LAG: Final = timedelta(minutes=15)
_ROLES: Final = "name the roles with --role"
# A region that is being disabled holds events still (Account Management API, ListRegions).
_ENABLED: Final = ("ENABLED", "ENABLED_BY_DEFAULT", "DISABLING")
PROTECTED_ROLES: Final = ("arn:*:iam::*:role/sentinel/protected/*",)


@dataclass(frozen=True, slots=True)
class AuditOptions:
    """The auditor's options. No regions: every enabled one; no roles: those of the profiles."""

    regions: Sequence[str]
    roles: Sequence[str]
    prefix: str
    begin: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class Scope:
    """Where to look, for which role ARNs (globs). `gaps` says in words what is not looked at, and the remedy."""

    regions: Sequence[str]
    globs: Sequence[str]
    gaps: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Known:
    """What the account reveals: its id, the enabled regions, the profiles' roles. Empty: not known."""

    account: str
    regions: Sequence[str]
    roles: Sequence[str]
    problems: Sequence[str]


async def find_scope(aws: Aws, asked: AuditOptions, now: datetime) -> Scope:
    """Find out what to look at. What cannot be found out, or is left out on purpose, becomes a gap, not an error.

    Raises:
        BaseCredentialsError: the auditor has no AWS credentials.

    """
    account, regions = await _own_account(aws), await _enabled_regions(aws)
    roles, problems = await _profile_roles(aws, asked.prefix)
    known = _Known(account, regions, roles, problems)
    scope = Scope(
        list(dict.fromkeys(asked.regions or regions or [aws.region])),
        list(dict.fromkeys(asked.roles or [*PROTECTED_ROLES, *_with_paths(roles)])),
    )
    scope.gaps.extend(_region_gaps(scope, asked, known))
    scope.gaps.extend(_role_gaps(scope, asked, known))
    if asked.begin < now - HISTORY:
        oldest = f"{now - HISTORY:%Y-%m-%d}"
        scope.gaps.append(f"what was before {oldest}: the event history keeps {HISTORY.days} days; ask a trail's logs")
    if asked.end > now - LAG:
        minutes = LAG.seconds // 60
        scope.gaps.append(f"the last {minutes} minutes of CloudTrail: it shows an event so late; --until {minutes}m")
    return scope


def _region_gaps(scope: Scope, asked: AuditOptions, known: _Known) -> Iterator[str]:
    if not known.regions and not asked.regions:
        yield (
            f"any region but {scope.regions[0]}: your own credentials may not list them; allow account:ListRegions or "
            "ec2:DescribeRegions, or name each region with --trail-region"
        )
    if left := sorted(set(known.regions) - set(scope.regions)):
        yield f"the regions {', '.join(left)}: they are enabled; leave --trail-region out to look at all"


def _role_gaps(scope: Scope, asked: AuditOptions, known: _Known) -> Iterator[str]:
    if not asked.roles:
        yield from known.problems
    if not known.account:
        yield "which account's roles these are: sts:GetCallerIdentity does not answer"
        return
    for account in sorted({found for found in map(_account, scope.globs) if found and found != known.account}):
        yield (
            f"the roles of account {account}: an account's history holds its own roles; run this again with that "
            f"account's credentials and --role 'arn:*:iam::{account}:role/*'"
        )
    for role in sorted(known.roles):
        if _account(role) == known.account and not any(fnmatchcase(role, glob) for glob in scope.globs):
            yield f"the role {role}: a profile leads to it; name it with --role, or leave --role out"
    for path in sorted({*PROTECTED_ROLES, *_with_paths(known.roles)} - set(known.roles)):
        own = path.replace(":iam::*:", f":iam::{known.account}:")
        if _account(own) == known.account and not any(_covers(glob, own) for glob in scope.globs):
            yield f"the roles below a protected path: name them with --role '{path}', or leave --role out"


async def _own_account(aws: Aws) -> str:
    try:
        return str((await aws.find("sts", "get_caller_identity") or {}).get("Account", ""))
    except (DeniedError, UnansweredError):
        return ""


async def _enabled_regions(aws: Aws) -> Sequence[str]:
    for service, operation, options in (
        ("account", "list_regions", {"RegionOptStatusContains": list(_ENABLED)}),
        ("ec2", "describe_regions", {}),
    ):
        try:
            found = await aws.all(service, operation, "Regions", **options)
        except (DeniedError, UnansweredError):
            continue
        if found:
            return sorted(str(region["RegionName"]) for region in found)
    return ()


async def _profile_roles(aws: Aws, prefix: str) -> tuple[Sequence[str], Sequence[str]]:
    """Read the roles the profiles lead to, and what is wrong."""
    folder, elsewhere = f"{prefix.rstrip('/')}/profiles", f"roles outside of {PROTECTED_ROLES[0]}"
    try:
        found = await aws.all("ssm", "get_parameters_by_path", "Parameters", Path=folder) or ()
    except DeniedError as error:
        return (), [f"{elsewhere}: your own credentials may not {error.permission}; {_ROLES}"]
    except UnansweredError as error:
        return (), [f"{elsewhere}: {error}; {_ROLES}"]
    if not found:
        remedy = f"use credentials of Sentinel's account, or {_ROLES}"
        return (), [f"{elsewhere}: there is no profile below {folder} in {aws.region}; {remedy}"]
    read = [(str(parameter["Name"]), _read(parameter)) for parameter in found]
    broken = [
        f"the role of {name}: it is not a valid profile; correct it, or {_ROLES}" for name, each in read if each is None
    ]
    return [each.role_arn for _, each in read if each is not None], broken


def _read(parameter: Mapping[str, object]) -> Profile | None:
    try:
        return load_profile(unpack(str(parameter["Value"])))
    except DocumentError:
        return None


def _with_paths(roles: Iterable[str]) -> Iterator[str]:
    """Yield each role, and a glob of its path: a protected role may have no profile."""
    for role in roles:
        yield role
        arn = parse_arn(role)
        path = arn.resource.rpartition("/")[0]
        if path != "role":
            yield f"arn:*:iam::{arn.account}:{path}/*"


def _covers(glob: str, path: str) -> bool:
    """Whether a glob takes in every role below a path, in whichever partition."""
    partition = [*glob.split(":"), "", ""][1] or "aws"
    return fnmatchcase(path.replace("arn:*:", f"arn:{partition}:").removesuffix("*") + "any/role", glob)


def _account(glob: str) -> str:
    """Read the one account a glob is about; empty where it is about any."""
    account = [*glob.split(":"), *[""] * 5][4]
    return account if is_account_id(account) else ""
