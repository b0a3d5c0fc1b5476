"""An organization as the policies find it: who asks, from which account, and which policies AWS would evaluate.

The evaluator is not ours (see docs/decisions/0017). What it is given here is which policies apply to whom, as the AWS
Organizations User Guide has it: service control policies to principals of member accounts, resource control policies
to resources of member accounts. Everything else allows, so that only the guard rails can deny.
"""

import json
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, cast

from deploy.policies.deployment import Policy, Statement, policy
from deploy.policies.generate import EXAMPLE, organization_policies

MANAGEMENT: Final = "000000000001"
SENTINEL: Final = EXAMPLE.account
WORKLOAD: Final = "444455556666"
OUTSIDE: Final = "999900001111"
MEMBERS: Final = frozenset({SENTINEL, WORKLOAD})
PROTECTED: Final = f"arn:aws:iam::{WORKLOAD}:role/sentinel/protected/prod"
SWITCH: Final = f"arn:aws:iam::{WORKLOAD}:policy/SentinelRevocations"
STAMP: Final = "sentinel-d-0123456789abcdef-alice"

_ALLOW_ALL: Final = policy({"Effect": "Allow", "Action": "*", "Resource": "*"})
_TRUST_ALL: Final = policy({"Effect": "Allow", "Principal": "*", "Action": "*"})
_OPEN: Final = policy({"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"})


@dataclass(frozen=True)
class Asker:
    """A principal, with its condition keys."""

    arn: str
    account: str
    keys: Mapping[str, str | Sequence[str]] = field(default_factory=dict)

    def having(self, **keys: str) -> "Asker":
        return self.asking({name.replace("_", ":"): keys[name] for name in keys})

    def asking(self, keys: Mapping[str, str | Sequence[str]]) -> "Asker":
        """Add condition keys of the request itself."""
        return Asker(self.arn, self.account, {**self.keys, **keys})


def role(name: str, account: str = WORKLOAD, path: str = "/", **keys: str) -> Asker:
    """Describe a session of a role; its requests carry the role's ARN as `aws:PrincipalArn`, path and all."""
    known = {
        "aws:PrincipalArn": f"arn:aws:iam::{account}:role{path}{name}",
        "aws:PrincipalAccount": account,
        "aws:PrincipalIsAWSService": "false",
        **({} if account == OUTSIDE else {"aws:PrincipalOrgID": "o-exampleorgid"}),
    }
    return Asker(f"arn:aws:sts::{account}:assumed-role/{name}/session", account, known).having(**keys)


def service(name: str) -> Asker:
    """Describe an AWS service that acts by itself."""
    return Asker(name, "aws", {"aws:PrincipalIsAWSService": "true", "aws:PrincipalServiceName": name})


def exempt(account: str = WORKLOAD) -> Sequence[Asker]:
    """List a session of each exempt role."""
    names = (
        "sentinel-deploy",
        "sentinel-cloudformation",
        "BreakGlass",
        "OrganizationAccountAccessRole",
        "AWSControlTowerExecution",
        "stacksets-exec-0123456789abcdef",
        "AWSCloudFormationStackSetExecutionRole",
    )
    return [role(name, account) for name in names]


@dataclass(frozen=True)
class Verdict:
    """Whether a request passes, and the organization's statements that deny it."""

    allowed: bool
    denying: Sequence[str]


class UnknownResourceError(AssertionError):
    """The evaluator has no such action on a resource of this kind, or no such action."""


class Organization:
    """Asks the evaluator, which runs as a process of its own."""

    def __init__(self, process: "subprocess.Popen[str]", folder: Path) -> None:
        self._process = process
        self.folder = folder

    def find_errors(self, kind: str, document: Policy) -> list[Any]:
        """Validate a policy as one of its kind."""
        errors: list[Any] = self._ask({"kind": kind, "validate": document})["errors"]
        return errors

    def decide(
        self,
        asker: Asker,
        action: str,
        resource: str,
        account: str = WORKLOAD,
        allowing: Policy = _ALLOW_ALL,
        trusting: Policy | None = None,
        boundary: Policy | None = None,
        *,
        guarded: bool = True,
        closed: bool = False,
        checked: bool = True,
        by: str | None = None,
        **keys: str,
    ) -> Verdict:
        """Decide one request. Keys of it are given with `_` for the colon.

        `allowing` is the policy of the asker, `trusting` that of the resource; each allows everything if not given,
        but a resource that is `closed` has none. Where it is not `guarded`, no guard rail is attached anywhere.
        With `by`, only the statements of that name are. Not `checked` is for ARNs the evaluator has no resource type
        for; it then names no statement. `boundary` is the permissions boundary of the asker, none if not given.
        """
        asking = asker.having(**keys)
        # The evaluator knows no resource for an API's root path, whose ARN ends in a slash. Unchecked, it lacks the
        # resource control policy that allows all; ours say nothing of API Gateway.
        unchecked = not checked or resource.endswith("/")
        simulation = {
            "request": {
                "principal": asking.arn,
                "action": action,
                "resource": {"resource": resource, "accountId": account},
                "contextVariables": asking.keys,
            },
            "identityPolicies": [{"name": "all", "policy": allowing}],
            "serviceControlPolicies": [_unit("scp-", asking.account, by)]
            if guarded and asking.account in MEMBERS
            else [],
            "resourceControlPolicies": [_unit("rcp-", account, by)]
            if guarded and account in MEMBERS and not unchecked
            else [],
            "resourcePolicy": None if closed else trusting or _open_policy(action),
            **({} if boundary is None else {"permissionBoundaryPolicies": [{"name": "boundary", "policy": boundary}]}),
        }
        answer = self._ask({"simulation": simulation, "unchecked": unchecked})
        if "errors" in answer:
            raise UnknownResourceError(f"{action} on {resource}: {answer['errors']}")
        assert answer["ignored"] == [], f"{action} has no such condition keys: {answer['ignored']}"
        return Verdict(answer["result"] == "Allowed", answer["denying"])

    def knows(self, action: str, resource: str) -> bool:
        """Say whether the action is one on resources of this kind."""
        try:
            self.decide(role("Anyone"), action, resource, guarded=False, closed=True)
        except UnknownResourceError:
            return False
        return True

    def _ask(self, question: Mapping[str, object]) -> dict[str, Any]:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(question) + "\n")
        self._process.stdin.flush()
        answer: dict[str, Any] = json.loads(self._process.stdout.readline())
        return answer


def _open_policy(action: str) -> Policy | None:
    """Give the resource a policy that lets everyone in, where resources of the kind have one."""
    if action.startswith("sts:"):
        return _TRUST_ALL
    return _OPEN if action.startswith(("s3:", "kms:", "lambda:", "sqs:", "secretsmanager:")) else None


def _unit(prefix: str, account: str, by: str | None = None) -> Mapping[str, object]:
    """Attach what every account has, and to Sentinel's own account what is for it alone."""
    kept = [
        (name, document)
        for name, document in organization_policies().items()
        if name.startswith(prefix) and (account == SENTINEL or not name.startswith("scp-sentinel-"))
    ]
    if by is not None:
        kept = [(name, only) for name, document in kept if (only := _only(document, by))["Statement"]]
    full = [("full", _ALLOW_ALL)] if prefix == "scp-" else []
    return {"orgIdentifier": "r-root", "policies": [{"name": name, "policy": each} for name, each in (*full, *kept)]}


def _only(document: Policy, sid: str) -> Policy:
    """Take the statement of a name out of a policy."""
    return policy(*(each for each in cast("list[Statement]", document["Statement"]) if each["Sid"] == sid))
