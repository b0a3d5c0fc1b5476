"""What the kill switch always says: nobody it binds takes it off, writes it, or leaves a way in that outlives it.

The names of the policy, of the role that writes it elsewhere, and of the deployment it belongs to are here too.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

POLICY_NAME: Final = "SentinelRevocations"
# The deployment that needs no name of its own, because it is the only one of its account.
DEPLOYMENT: Final = "sentinel"

Statement = dict[str, Any]

# What looks and changes nothing; of parameters and rows not even that: webhooks are secrets, rows hold reasons. Whom a
# role lets in is for its trust policy to say, which is kept.
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
# Ways in that no revocation reaches: they end with a key, a password, a provider or a trust of their own. Roles are
# left out: deploying through Sentinel makes them.
LASTING_ACTIONS: Final = (
    # Users, and each kind of credential a user can have; a change revives one, or puts in another.
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
    # Whom roles trust by an identity provider, or by certificates.
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
    # A root user's password back, up to 36 hours as a federated user, an outsider's product let in.
    "iam:AcceptDelegationRequest",
    "iam:SendDelegationToken",
    "sts:AssumeRoot",
    "sts:GetFederationToken",
)


def switch_name(deployment: str) -> str:
    """Name a deployment's policy, and the role that writes it in other accounts."""
    return POLICY_NAME if deployment == DEPLOYMENT else f"{POLICY_NAME}-{deployment}"


@dataclass(frozen=True, slots=True)
class Guarded:
    """Whose kill switch it is, and what it keeps: the protected roles, itself, and Sentinel's own parts.

    `account` is Sentinel's, `*` for any. `lasting_keys` lets sessions make users, keys and identity providers.
    """

    account: str = "*"
    partition: str = "aws"
    deployment: str = DEPLOYMENT
    parameter_prefix: str = "/sentinel"
    protected_path: str = "/sentinel/protected/"
    lasting_keys: bool = False

    @property
    def owner(self) -> str | None:
        """Mark a document as this deployment's, in the letters IAM lets a Sid have; None without an account."""
        return f"Of{self.account}{self.deployment.replace('-', 'X')}" if self.account.isdecimal() else None

    def statements(self) -> list[Statement]:
        """Give the statements that are always there, the one that allows first."""
        return [self._allow(), self._keep(), *([] if self.lasting_keys else [_NO_LASTING_KEYS]), self._never_attached()]

    def _allow(self) -> Statement:
        """Allow a protected role everything: attached to anyone else, the policy gives nothing."""
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
        """Deny making a permission of the policy: to a protected role it would give everything."""
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
    """Give a document without the mark of who wrote it."""
    if owner_of(document) is None:
        return document
    first, *others = document["Statement"]
    return {**document, "Statement": [{key: first[key] for key in first if key != "Sid"}, *others]}


def owner_of(document: Any) -> str | None:
    """Give the mark of the deployment that wrote a document; None for a first one, which is of no deployment yet."""
    statements = document.get("Statement") if isinstance(document, Mapping) else None
    first = statements[0] if isinstance(statements, list) and statements else None
    mark = first.get("Sid") if isinstance(first, Mapping) else None
    return mark if isinstance(mark, str) and mark.startswith("Of") else None
