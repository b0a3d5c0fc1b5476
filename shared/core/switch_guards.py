"""What the kill switch always denies: removing it, changing it, and creating access that outlives it.

Also the names of the policy, of the role that writes it in other accounts, and of its deployment.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

POLICY_NAME: Final = "SentinelRevocations"
# The default deployment, whose policy needs no suffix.
DEPLOYMENT: Final = "sentinel"

Statement = dict[str, Any]

# Read-only actions; of parameters and rows not even these: webhooks are secrets, rows have reasons. sts:AssumeRole is a
# matter of the role's trust policy, which is protected.
_LEFT: Final = (
    "iam:Get*",
    "iam:List*",
    "lambda:Get*",
    "lambda:List*",
    "dynamodb:Describe*",
    "logs:Describe*",
    "logs:FilterLogEvents",
    "logs:Get*",
    "logs:StartQuery",
    "sts:*",
)
# Actions that create access which no revocation reaches: keys, passwords, providers and trusts of their own. Roles are
# not among them: deployments through Sentinel create roles.
LASTING_ACTIONS: Final = (
    # Users, and each kind of credential of a user; an update can reactivate or replace one.
    "iam:CreateAccessKey",
    "iam:CreateLoginProfile",
    "iam:CreateServiceSpecificCredential",
    "iam:CreateUser",
    "iam:ResetServiceSpecificCredential",
    "iam:UpdateAccessKey",
    "iam:UpdateLoginProfile",
    "iam:UpdateSSHPublicKey",
    "iam:UpdateServiceSpecificCredential",
    "iam:UpdateSigningCertificate",
    "iam:UploadSSHPublicKey",
    "iam:UploadSigningCertificate",
    # What roles trust through an identity provider or certificates.
    "iam:AddClientIDToOpenIDConnectProvider",
    "iam:CreateOpenIDConnectProvider",
    "iam:CreateSAMLProvider",
    "iam:UpdateOpenIDConnectProviderThumbprint",
    "iam:UpdateSAMLProvider",
    "rolesanywhere:Create*",
    "rolesanywhere:DeleteCrl",
    "rolesanywhere:DisableCrl",
    "rolesanywhere:Enable*",
    "rolesanywhere:PutAttributeMapping",
    "rolesanywhere:Update*",
    # A root user's password recovery, up to 36 hours as a federated user, access for another vendor's product.
    "iam:AcceptDelegationRequest",
    "iam:SendDelegationToken",
    "sts:AssumeRoot",
    "sts:GetFederationToken",
)


def switch_name(deployment: str) -> str:
    """Give the name of a deployment's policy, and of the role that writes it in other accounts."""
    return POLICY_NAME if deployment == DEPLOYMENT else f"{POLICY_NAME}-{deployment}"


@dataclass(frozen=True, slots=True)
class Guarded:
    """What the kill switch protects: the protected roles, itself, and the resources of one deployment.

    `account` is Sentinel's, `*` for any. `lasting_keys` allows sessions to create users, keys and identity providers.
    """

    account: str = "*"
    partition: str = "aws"
    deployment: str = DEPLOYMENT
    parameter_prefix: str = "/sentinel"
    protected_path: str = "/sentinel/protected/"
    lasting_keys: bool = False

    @property
    def owner(self) -> str | None:
        """The Sid that marks a document as this deployment's, in the characters IAM allows; None without an account."""
        return f"Of{self.account}{self.deployment.replace('-', 'X')}" if self.account.isdecimal() else None

    def statements(self) -> list[Statement]:
        """Give the statements that every document has, the one that allows first."""
        return [self._allow(), self._keep(), *([] if self.lasting_keys else [_NO_LASTING_KEYS]), self._never_attached()]

    def _allow(self) -> Statement:
        """Allow protected roles everything; attached to any other principal, the policy allows nothing."""
        role = f"arn:*:iam::*:role{self.protected_path}*"
        mark = {} if self.owner is None else {"Sid": self.owner}
        return mark | {
            "Effect": "Allow",
            "Action": "*",
            "Resource": "*",
            "Condition": {"ArnLike": {"aws:PrincipalArn": role}},
        }

    def _keep(self) -> Statement:
        name = f"{self.deployment}-*"
        return {
            "Sid": "Keep",
            "Effect": "Deny",
            "NotAction": list(_LEFT),
            "Resource": [
                f"arn:{self.partition}:iam::*:role{self.protected_path}*",
                f"arn:{self.partition}:iam::*:policy/{POLICY_NAME}*",
                f"arn:{self.partition}:iam::*:role/{POLICY_NAME}*",
                f"arn:{self.partition}:iam::{self.account}:role/{name}",
                self._own("lambda", f"function:{name}"),
                self._own("dynamodb", f"table/{name}"),
                self._own("ssm", f"parameter{self.parameter_prefix}/*"),
                self._own("sns", name),
                self._own("logs", f"log-group:/aws/lambda/{name}"),
            ],
        }

    def _never_attached(self) -> Statement:
        """Deny attaching the policy as a permission: it would allow a protected role everything."""
        policy = f"arn:*:iam::*:policy/{POLICY_NAME}*"
        return {
            "Effect": "Deny",
            "Action": ["iam:AttachGroupPolicy", "iam:AttachRolePolicy", "iam:AttachUserPolicy"],
            "Resource": "*",
            "Condition": {"ArnLike": {"iam:PolicyARN": policy}},
        }

    def _own(self, service: str, resource: str) -> str:
        return f"arn:{self.partition}:{service}:*:{self.account}:{resource}"


_NO_LASTING_KEYS: Final[Statement] = {"Effect": "Deny", "Action": list(LASTING_ACTIONS), "Resource": "*"}


def without_owner(document: Any) -> Any:
    """Give a document without its owner mark."""
    if owner_of(document) is None:
        return document
    first, *others = document["Statement"]
    return {**document, "Statement": [{key: first[key] for key in first if key != "Sid"}, *others]}


def owner_of(document: Any) -> str | None:
    """Give the owner mark of a document; None for a first document, which belongs to no deployment yet."""
    statements = document.get("Statement") if isinstance(document, Mapping) else None
    first = statements[0] if isinstance(statements, list) and statements else None
    mark = first.get("Sid") if isinstance(first, Mapping) else None
    return mark if isinstance(mark, str) and mark.startswith("Of") else None
