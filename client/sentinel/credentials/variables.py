"""Variables that matter for credentials: those AWS SDKs and tools read, and the marks of our own processes.

Every command imports this module, so it imports nothing of ours.
"""

import re
from collections.abc import Mapping
from typing import Final

# The loopback endpoint's one path; a container URI with it is ours, and never a source of base credentials.
ENDPOINT_PATH: Final = "/sentinel/credentials"
# Set in a child of `sentinel exec` and in a shell that took `sentinel serve`'s exports: the profile it runs as.
INSIDE_EXEC: Final = "SENTINEL_EXEC"
# Set in a shell that took `sentinel env`: the profile, and the access key id that shows which keys are vended.
INSIDE_ENV: Final = "SENTINEL_ENV"
ENV_KEY: Final = "SENTINEL_ENV_KEY"
# What `sentinel env --unset` needs: the settings that were set, and the AWS_PROFILE that was removed.
ENV_SET: Final = "SENTINEL_ENV_SET"
ENV_AWS_PROFILE: Final = "SENTINEL_ENV_AWS_PROFILE"
# Set while sentinel resolves base credentials: the pid that does.
RESOLVING: Final = "SENTINEL_RESOLVING"

_SDKS: Final = "AWS SDKs and Tools Reference Guide, environment variables"
_CONTAINER: Final = "AWS SDKs and Tools Reference Guide, container credential provider"
_OLD_SDKS: Final = "SDK for Java 1.x, SDK for Ruby, Go 1.x, Ansible amazon.aws: other names of the same keys"
_AMAZON: Final = "SDK for JavaScript 2 (default chain), SDK for Ruby"
_BOTO_2: Final = "boto 2"
_EC2: Final = "Ansible amazon.aws, euca2ools"
_S3FS: Final = "s3fs-fuse"
_TERRAGRUNT: Final = "Terragrunt: a program or a role that gives it other credentials"

# Every variable from which an AWS SDK or a common tool takes credentials, or is led to them, and who reads it.
CREDENTIAL_VARIABLES: Final[Mapping[str, str]] = {
    "AWS_ACCESS_KEY_ID": _SDKS,
    "AWS_SECRET_ACCESS_KEY": _SDKS,
    "AWS_SESSION_TOKEN": _SDKS,
    "AWS_ACCOUNT_ID": _SDKS,
    "AWS_CREDENTIAL_EXPIRATION": _SDKS,
    "AWS_PROFILE": _SDKS,
    "AWS_DEFAULT_PROFILE": "AWS CLI 1, botocore",
    "AWS_ROLE_ARN": _SDKS,
    "AWS_ROLE_SESSION_NAME": _SDKS,
    "AWS_WEB_IDENTITY_TOKEN_FILE": _SDKS,
    "AWS_BEARER_TOKEN_BEDROCK": "Amazon Bedrock guide, API keys: goes before every other source",
    "AWS_LOGIN_CACHE_DIRECTORY": "`aws login`",
    "AWS_CONTAINER_AUTHORIZATION_TOKEN": _CONTAINER,
    "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE": f"{_CONTAINER}: goes before the token itself",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI": _CONTAINER,
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI": f"{_CONTAINER}: goes before the full URI",
    "AWS_EC2_METADATA_SERVICE_ENDPOINT": "AWS SDKs and Tools Reference Guide, IMDS credential provider",
    "AWS_SHARED_CREDENTIALS_FILE": _SDKS,
    "AWS_CONFIG_FILE": _SDKS,
    "AWS_CREDENTIAL_PROFILES_FILE": "SDK for Java 1.x: the file it reads before it asks a container endpoint",
    "CPL_AWS_CREDENTIALS_FILE": "GDAL: the file it reads before it asks a container endpoint",
    "AWS_ACCESS_KEY": _OLD_SDKS,
    "AWS_SECRET_KEY": _OLD_SDKS,
    "AWS_SECURITY_TOKEN": _OLD_SDKS,
    "AWS_SESSION_EXPIRATION": "aws-vault",
    "AMAZON_ACCESS_KEY_ID": _AMAZON,
    "AMAZON_SECRET_ACCESS_KEY": _AMAZON,
    "AMAZON_SESSION_TOKEN": _AMAZON,
    "AWS_CREDENTIAL_FILE": f"{_BOTO_2}, the older command line tools of EC2, RDS and Auto Scaling",
    "AWS_CREDENTIALS": _BOTO_2,
    "BOTO_CONFIG": _BOTO_2,
    "BOTO_PATH": _BOTO_2,
    "EC2_ACCESS_KEY": _EC2,
    "EC2_SECRET_KEY": _EC2,
    "EC2_SECURITY_TOKEN": _EC2,
    "EC2_PRIVATE_KEY": "the older command line tools of EC2",
    "EC2_CERT": "the older command line tools of EC2",
    "AWSACCESSKEYID": _S3FS,
    "AWSSECRETACCESSKEY": _S3FS,
    "AWSSESSIONTOKEN": _S3FS,
    "TG_AUTH_PROVIDER_CMD": _TERRAGRUNT,
    "TERRAGRUNT_AUTH_PROVIDER_CMD": _TERRAGRUNT,
    "TG_IAM_ASSUME_ROLE_WEB_IDENTITY_TOKEN": _TERRAGRUNT,
    "TERRAGRUNT_IAM_ASSUME_ROLE_WEB_IDENTITY_TOKEN": _TERRAGRUNT,
    RESOLVING: "sentinel itself",
    "SENTINEL_OIDC_TOKEN": "sentinel itself",
    "SENTINEL_OIDC_TOKEN_FILE": "sentinel itself",
    INSIDE_ENV: "sentinel itself",
    ENV_KEY: "sentinel itself",
}
# What the table does not know yet: tools put a stage or a service into the name (AWS_PROD_ACCESS_KEY_ID of Serverless,
# AWS_EB_PROFILE of the Elastic Beanstalk CLI), and SDKs get new sources.
_SOUNDS_LIKE_ONE: Final = re.compile(
    r"(?:AWS|AMAZON|EC2)_(?!ENDPOINT_URL)(?:.*ACCESS_?KEY"
    r"|.*TOKENS?(?:_|$)|(?:.*_)?(?:SECRET|CREDENTIAL|PROFILE|ROLE|SSO|LOGIN|IDENTITY|PASSWORD)S?(?:_|$))",
    re.IGNORECASE,
)


def carries_credentials(name: str) -> bool:
    """Whether a variable of this name may carry or lead to AWS credentials."""
    return name in CREDENTIAL_VARIABLES or _SOUNDS_LIKE_ONE.match(name) is not None
