"""A small company: its access policy, its catalogue, and what is known of its callers."""

from datetime import datetime
from typing import Final

from shared.core.access.evaluate import Facts, parse_source_ip
from shared.core.groups import Groups
from shared.core.identity import Authentication

ACCOUNT: Final = "111122223333"
POLICY: Final = """\
# Who may have what at Acme.
version: "1"
rules:
  - name: no-contractors    # first, so that nothing below gives them anything
    effect: deny
    conditions: {users: ["ext-*"]}
    reason: Contractors have accounts of their own

  - name: production
    effect: require_approval
    conditions:
      profiles: [prod-*]
      # everyone who has a name
      users: ["*"]
    max_duration: 1h

  - name: developers
    effect: allow
    conditions:
      profiles:
        - "dev-*"    # all of them
        - sandbox
      users: [alice, bob, frank]

  - name: staging
    effect: allow
    conditions:
      profiles: [staging-deploy]
      groups: [platform]

  - name: ci
    effect: allow
    conditions:
      profiles: [staging-deploy, sandbox]
      users: ["role/ci-*"]
      source_ips: [10.0.0.0/8, 192.0.2.0/24]
    max_duration: 1h

  - name: pipelines
    effect: allow
    conditions:
      profiles: [pipeline-deploy]
      issuers: [github]
      claims: {repository: ["acme/*"], ref: ["refs/heads/main"]}

  - name: finance
    effect: allow
    conditions: {profiles: [billing-read], users: [dan, erin]}
    max_duration: 1h

  # Nothing is left of it.
  - name: legacy
    effect: allow
    conditions:
      profiles: [legacy-ops]

  - name: nights
    effect: deny
    shadow: true
    conditions:
      time: {hours: {start: "22:00", end: "06:00"}}
"""
# One profile a name; what tests need of a document is its name.
PROFILES: Final = {
    name: f"role_arn: arn:aws:iam::{ACCOUNT}:role/sentinel/protected/{name}\n"
    for name in (
        "billing-read", "dev-admin", "legacy-ops", "pipeline-deploy", "prod-admin", "prod-read", "sandbox",
        "staging-deploy",
    )
}  # fmt: skip
PIPELINE: Final = "github/repo:acme/shop:ref:refs/heads/main"
_ADDRESSES: Final = {"alice": "198.51.100.1", "bob": "198.51.100.2", "role/ci-deploy": "10.1.2.3"}
_ELSEWHERE: Final = "203.0.113.9"


def address_of(user: str) -> str:
    return _ADDRESSES.get(user, _ELSEWHERE)


def facts_of(at: datetime, user: str, profile: str) -> Facts:
    """Give what is known of a request for a profile."""
    is_pipeline = user == PIPELINE
    return Facts(
        user=user,
        profile=profile,
        at=at,
        account="" if is_pipeline else ACCOUNT,
        role=user.removeprefix("role/") if user.startswith("role/") else "",
        source_ip=parse_source_ip(address_of(user)),
        authentication=Authentication.OIDC if is_pipeline else Authentication.SIGV4,
        issuer="github" if is_pipeline else "",
        claims={"repository": "acme/shop", "ref": "refs/heads/main"} if is_pipeline else {},
        groups=Groups(frozenset({"platform"} if user == "carol" else ()), not_known_in=frozenset()),
    )
