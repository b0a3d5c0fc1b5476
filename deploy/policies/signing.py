"""Two people for a document: who signs it may not store it, and who stores it can neither sign nor delete.

The policy of the key that signs, and what signers and writers are allowed. The options that take the public key are
the setting `document_keys` and an issuer's `signature`.
"""

from collections.abc import Sequence
from typing import Final

from deploy.policies.caller import READ_DOCUMENTS, document_arns, secret_arns
from deploy.policies.deployment import Deployment, Policy, Statement, allow, deny, policy

_ADMINISTER: Final = (
    "kms:CancelKeyDeletion",
    "kms:DescribeKey",
    "kms:DisableKey",
    "kms:EnableKey",
    "kms:GetKeyPolicy",
    "kms:GetPublicKey",
    "kms:ListResourceTags",
    "kms:PutKeyPolicy",
    "kms:ScheduleKeyDeletion",
    "kms:TagResource",
    "kms:UntagResource",
    "kms:UpdateKeyDescription",
)
_DELETE: Final = ("ssm:DeleteParameter", "ssm:DeleteParameters")
# Messages, which KMS hashes, and no hash of something else.
_AS_DOCUMENTS_ARE: Final[Statement] = {
    "StringEquals": {"kms:MessageType": "RAW", "kms:SigningAlgorithm": "ECDSA_SHA_256"}
}


def signing_key_policy(administrator: str, signer: str, account_root: str) -> Policy:
    """Return the policy of the key: one role administers it, one signs, and the account's policies let others verify.

    The account's own policies allow no one to sign: this policy names who does.
    """
    return policy(
        {**allow("Administer", _ADMINISTER, "*"), "Principal": {"AWS": administrator}},
        {**allow("SignDocuments", "kms:Sign", "*", _AS_DOCUMENTS_ARE), "Principal": {"AWS": signer}},
        {**allow("ReadThePublicKey", ["kms:DescribeKey", "kms:GetPublicKey"], "*"), "Principal": {"AWS": account_root}},
    )


def signer_policy(deployment: Deployment, key_arn: str) -> Policy:
    """Allow a signer to see what a document would change, and to sign it with `sentinel policy sign`."""
    return policy(
        allow("ReadDocuments", READ_DOCUMENTS, [*document_arns(deployment), *_issuers(deployment)]),
        # The next version of a document with secrets, which a signer may not read. The action is authorized on all
        # parameters or none.
        allow("LookUpVersions", "ssm:DescribeParameters", deployment.arn("ssm", "*")),
        allow("Sign", ["kms:GetPublicKey", "kms:Sign"], key_arn),
        deny("NeverStore", [*_DELETE, "ssm:PutParameter"], _every(deployment)),
    )


def writer_policy(deployment: Deployment) -> Policy:
    """Allow a writer to push documents that someone else has signed.

    A parameter that is deleted counts its versions from 1 again, and a parameter policy can have Parameter Store delete
    one: a writer may do neither.
    """
    return policy(
        allow("ReadDocuments", READ_DOCUMENTS, [*document_arns(deployment), *_issuers(deployment)]),
        allow("WriteDocuments", "ssm:PutParameter", [*document_arns(deployment), *secret_arns(deployment)]),
        deny("NeverSign", "kms:Sign", f"arn:{deployment.partition}:kms:*:*:key/*"),
        deny("NeverDelete", _DELETE, _every(deployment)),
        # Systems Manager User Guide, "Preventing access to Parameter Store API operations".
        deny("NeverExpire", "ssm:PutParameter", _every(deployment), StringEquals={"ssm:Policies": "true"}),
    )


def _every(deployment: Deployment) -> Sequence[str]:
    return [*document_arns(deployment), *_issuers(deployment), *secret_arns(deployment)]


def _issuers(deployment: Deployment) -> Sequence[str]:
    return [deployment.parameters(f"issuers{rest}") for rest in ("", "/*")]
